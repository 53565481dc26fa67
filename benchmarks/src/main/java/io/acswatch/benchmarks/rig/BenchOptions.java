package io.acswatch.benchmarks.rig;

import io.acswatch.cli.OutputOption;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the commands that measure a pipeline have in common: refusing, telling, answering. */
public final class BenchOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Mixin private OutputOption output = new OutputOption();

  private final long startedAt = System.nanoTime();

  /** Refuses wrong usage. */
  public void require(boolean right, String message) {
    if (!right) {
      throw new ParameterException(command(), message);
    }
  }

  /** Tells on standard error how far it is. */
  public void progress(String line) {
    PrintWriter err = command().getErr();
    err.println("%5d s  %s".formatted((System.nanoTime() - startedAt) / 1_000_000_000, line));
    err.flush();
  }

  /** Answers on standard output, in the format that was asked for. */
  public void answer(Supplier<List<String>> text, Supplier<List<String>> json) {
    PrintWriter out = command().getOut();
    (output.isJson() ? json : text).get().forEach(out::println);
    out.flush();
  }

  private CommandLine command() {
    if (spec == null) {
      throw new IllegalStateException("spec=null, expected the command to be run by picocli");
    }
    return spec.commandLine();
  }
}
