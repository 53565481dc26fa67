package io.acswatch.benchmarks.rig;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A command that measures the pipeline on a broker of its own. */
@Command
public abstract class PipelineCommand extends CliCommand {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the streams application; kafka.* are those of Kafka's clients.")
  private Map<String, String> settings = new TreeMap<>();

  private final long startedAt = System.nanoTime();

  /** Refuses wrong usage, before a broker is started. */
  protected abstract void checkOptions();

  /** The table that comes of it; {@code scratch} is deleted afterwards. */
  protected abstract List<String> measure(Broker broker, Scratch scratch)
      throws IOException, InterruptedException;

  @Override
  public final Integer call() throws IOException, InterruptedException {
    checkOptions();
    try (Scratch scratch = new Scratch();
        Broker broker = Broker.start()) {
      measure(broker, scratch).forEach(out()::println);
    }
    flush();
    return ExitCode.OK;
  }

  /** Settings of the streams application. */
  protected final Map<String, String> settings() {
    return settings;
  }

  protected final void require(boolean right, String message) {
    if (!right) {
      throw wrongUsage(message);
    }
  }

  /** Reports progress on standard error. */
  protected final void progress(String line) {
    err().println("%5d s  %s".formatted((System.nanoTime() - startedAt) / 1_000_000_000, line));
    err().flush();
  }
}
