package io.acswatch.benchmarks.rig;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What topology and latency have in common: they check options, report progress, print. */
public final class BenchOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the streams application; kafka.* are those of Kafka's clients.")
  private Map<String, String> settings = new TreeMap<>();

  private final long startedAt = System.nanoTime();

  /** Settings of the streams application. */
  public Map<String, String> settings() {
    return settings;
  }

  /** Refuses wrong usage. */
  public void require(boolean right, String message) {
    if (!right) {
      throw new ParameterException(command(), message);
    }
  }

  /** Reports progress on standard error. */
  public void progress(String line) {
    PrintWriter err = command().getErr();
    err.println("%5d s  %s".formatted((System.nanoTime() - startedAt) / 1_000_000_000, line));
    err.flush();
  }

  /** Prints the result to standard output. */
  public void print(List<String> lines) {
    PrintWriter out = command().getOut();
    lines.forEach(out::println);
    out.flush();
  }

  private CommandLine command() {
    if (spec == null) {
      throw new IllegalStateException("spec=null, expected the command to be run by picocli");
    }
    return spec.commandLine();
  }
}
