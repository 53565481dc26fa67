package io.acswatch.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Runs commands. What goes wrong becomes one line on standard error and an exit code; with {@code
 * -Dpicocli.trace=DEBUG} where it happened follows.
 */
public final class Program {
  private static final String NAME = "acswatch.program";

  private static final int COLUMNS = 100;

  private static final Map<String, String> REASONS =
      Map.of(
          "NoSuchFileException", "no such file or directory",
          "AccessDeniedException", "permission denied",
          "NotDirectoryException", "not a directory",
          "FileAlreadyExistsException", "a file is in its place",
          "FileSystemLoopException", "too many links");

  private Program() {}

  public static void run(Object commands, String... arguments) {
    logLines();
    PrintWriter out = standardOutput();
    int exitCode = commandLine(commands).setOut(out).execute(arguments);
    out.flush(); // what picocli itself wrote: help
    StopSignal.exit(exitCode);
  }

  /** Work that has its settings, and says in lines how it goes; returns the exit code. */
  @FunctionalInterface
  public interface Work {
    int run(Consumer<String> say) throws Exception;
  }

  /** The same without picocli. */
  public static void run(Work work) {
    PrintWriter err = new PrintWriter(logLines(), true);
    PrintWriter out = standardOutput();
    int exitCode;
    try {
      exitCode = work.run(line -> say(out, line));
    } catch (Exception failure) {
      exitCode = failed(failure, err);
    }
    StopSignal.exit(exitCode);
  }

  private static LogLines logLines() {
    LogLines lines =
        new LogLines(
            new FileOutputStream(FileDescriptor.err),
            LogLines.isJournal(),
            System::nanoTime,
            Clock.systemUTC());
    System.setErr(lines);
    return lines;
  }

  /** Not System.out, which keeps to itself that a disk is full. */
  private static PrintWriter standardOutput() {
    FileOutputStream stdout = new FileOutputStream(FileDescriptor.out);
    return new PrintWriter(new OutputStreamWriter(stdout, StandardCharsets.UTF_8));
  }

  /**
   * Writes what is buffered and a line; fails where they are not written: disk full, pipe closed.
   */
  static void say(PrintWriter out, String line) {
    out.println(line);
    flush(out);
  }

  public static void flush(PrintWriter out) {
    if (out.checkError()) {
      throw new CommandFailure("standard output: cannot be written");
    }
  }

  public static CommandLine commandLine(Object commands) {
    CommandLine line = new CommandLine(commands);
    return line.setCommandName(System.getProperty(NAME, line.getCommandName()))
        .setUsageHelpWidth(COLUMNS)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((refused, arguments) -> wrongUsage(refused))
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              CommandLine.tracer()
                  .debug("%s at %s", failure, Arrays.toString(failure.getStackTrace()));
              return failed(failure, command.getErr());
            });
  }

  private static int wrongUsage(ParameterException refused) {
    CommandLine command = refused.getCommandLine();
    String guess = "";
    if (refused instanceof UnmatchedArgumentException misspelt) {
      List<String> known = misspelt.getSuggestions();
      guess = known.isEmpty() ? "" : "; did you mean " + known.get(0) + "?";
    }
    complain(command.getErr(), oneLine(refused.getMessage() + guess));
    command
        .getErr()
        .println("'" + command.getCommandSpec().qualifiedName() + " --help' tells more");
    command.getErr().flush();
    return ExitCode.USAGE;
  }

  private static int failed(Exception failure, PrintWriter err) {
    complain(err, describe(failure));
    return failure instanceof CommandFailure known ? known.exitCode() : ExitCode.FAILED;
  }

  private static void complain(PrintWriter err, String line) {
    err.println("acswatch: " + line);
    err.flush();
  }

  /** One line that says what failed, with the file if it was a file. */
  public static String describe(Throwable failure) {
    if (failure instanceof FileSystemException ofFile) {
      return oneLine(ofFile.getFile() + ": " + reason(ofFile));
    }
    String message = failure.getMessage();
    if (message == null || message.isBlank()) {
      return failure.getClass().getSimpleName();
    }
    boolean forUsers = failure instanceof IOException || failure instanceof CommandFailure;
    return oneLine(forUsers ? message : failure.getClass().getSimpleName() + ": " + message);
  }

  /** What is wrong with a file, in a few words; Java's own say where and not what. */
  public static String reason(IOException failure) {
    if (failure instanceof FileSystemException ofFile && ofFile.getReason() != null) {
      return ofFile.getReason();
    }
    return REASONS.getOrDefault(
        failure.getClass().getSimpleName(), CommandFailure.firstLine(failure));
  }

  /**
   * Names in messages must neither move the cursor of whoever reads them nor turn its direction.
   */
  private static String oneLine(String text) {
    return text.strip()
        .replaceAll("\\s*\\R\\s*", " ")
        .replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", " ");
  }

  public static String versionOf(Class<?> type) {
    String version = type.getPackage().getImplementationVersion();
    return version == null ? "(not from a jar)" : version;
  }

  public static final class Version implements IVersionProvider {
    @Spec private @Nullable CommandSpec spec;

    @Override
    public String[] getVersion() {
      Class<?> commands = spec == null ? Program.class : spec.root().userObject().getClass();
      return new String[] {"acswatch " + versionOf(commands)};
    }
  }
}
