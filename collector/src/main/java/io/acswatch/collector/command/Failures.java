package io.acswatch.collector.command;

import io.acswatch.collector.command.text.ConsoleText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * Turns what goes wrong into one line on standard error and an exit code. The stack trace goes to
 * the log, at level debug.
 */
public final class Failures {
  private Failures() {}

  /** Installs the handlers; returns {@code commands}. */
  public static CommandLine install(CommandLine commands) {
    return commands
        .setParameterExceptionHandler(Failures::wrongUsage)
        .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command));
  }

  private static int wrongUsage(CommandLine.ParameterException refused, String[] arguments) {
    CommandLine command = refused.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("acswatch: " + oneLine(String.valueOf(refused.getMessage())));
    err.println("'" + command.getCommandSpec().qualifiedName() + " --help' tells more");
    err.flush();
    return ExitCode.USAGE;
  }

  private static int failed(Exception failure, CommandLine command) {
    PrintWriter err = command.getErr();
    err.println("acswatch: " + describe(failure));
    err.flush();
    LoggerFactory.getLogger(Failures.class).debug("command failed", failure);
    return ExitCode.BAD_INPUT;
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
    boolean expected = failure instanceof IOException || failure instanceof CommandFailure;
    return oneLine(expected ? message : failure.getClass().getSimpleName() + ": " + message);
  }

  private static String reason(FileSystemException failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof NotDirectoryException) {
      return "not a directory";
    }
    if (failure instanceof FileSystemLoopException) {
      return "too many links";
    }
    String reason = failure.getReason();
    return reason == null ? failure.getClass().getSimpleName() : reason;
  }

  private static String oneLine(String text) {
    return ConsoleText.printable(text.strip().replaceAll("\\s*\\R\\s*", " "));
  }
}
