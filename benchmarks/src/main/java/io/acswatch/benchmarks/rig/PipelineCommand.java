package io.acswatch.benchmarks.rig;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.standalone.DataDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;

@Command
public abstract class PipelineCommand extends CliCommand {
  private final long startedAt = System.nanoTime();

  /** Refuses wrong usage, before a broker is started. */
  protected abstract void checkOptions();

  /** The table that comes of it; {@code scratch} is deleted afterwards. */
  protected abstract List<String> measure(Broker broker, Path scratch)
      throws IOException, InterruptedException;

  @Override
  public final Integer call() throws IOException, InterruptedException {
    checkOptions();
    try (DataDirectory scratch = DataDirectory.temporary();
        Broker broker = Broker.start()) {
      measure(broker, scratch.path()).forEach(out()::println);
    }
    flush();
    return ExitCode.OK;
  }

  protected final void require(boolean right, String message) {
    if (!right) {
      throw wrongUsage(message);
    }
  }

  protected final void progress(String line) {
    err().println("%5d s  %s".formatted((System.nanoTime() - startedAt) / 1_000_000_000, line));
    err().flush();
  }
}
