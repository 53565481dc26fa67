package io.acswatch.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command is: where it prints, and how it refuses wrong usage. */
@Command
public abstract class CliCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  protected final PrintWriter out() {
    return commandLine().getOut();
  }

  protected final PrintWriter err() {
    return commandLine().getErr();
  }

  /** Writes what is buffered; fails where that is not written: a full disk, a closed pipe. */
  protected final void flush() {
    Program.flush(out());
  }

  protected final void say(String line) {
    Program.say(out(), line);
  }

  /** A line on standard error, beside the result. */
  protected final void remark(String line) {
    err().println("acswatch: " + line);
    err().flush();
  }

  /** To be thrown where options or arguments do not fit together. */
  protected final ParameterException wrongUsage(String message) {
    return new ParameterException(commandLine(), message);
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("spec=null, expected the command to be run by picocli");
    }
    return spec.commandLine();
  }
}
