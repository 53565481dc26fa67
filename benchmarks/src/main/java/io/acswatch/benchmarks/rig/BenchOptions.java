package io.acswatch.benchmarks.rig;

import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What the commands of the benchmarks have in common: refusing, telling, answering. */
public final class Usage {
  private final CommandLine command;
  private final long startedAt = System.nanoTime();

  /** Of a command that picocli runs. */
  public Usage(@Nullable CommandSpec spec) {
    if (spec == null) {
      throw new IllegalStateException("spec=null, expected the command to be run by picocli");
    }
    command = spec.commandLine();
  }

  /** Refuses wrong usage. */
  public void require(boolean right, String message) {
    if (!right) {
      throw new ParameterException(command, message);
    }
  }

  /** Tells on standard error how far it is. */
  public void progress(String line) {
    PrintWriter err = command.getErr();
    err.println("%5d s  %s".formatted((System.nanoTime() - startedAt) / 1_000_000_000, line));
    err.flush();
  }

  /** Answers on standard output. */
  public void print(List<String> lines) {
    PrintWriter out = command.getOut();
    lines.forEach(out::println);
    out.flush();
  }
}
