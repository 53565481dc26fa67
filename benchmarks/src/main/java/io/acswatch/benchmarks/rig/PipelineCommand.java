package io.acswatch.benchmarks.rig;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
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
    Path scratch = Files.createTempDirectory("acswatch-bench-");
    try (Broker broker = Broker.start()) {
      measure(broker, scratch).forEach(out()::println);
    } finally {
      delete(scratch);
    }
    flush();
    return ExitCode.OK;
  }

  private static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(directory)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.delete(file);
    }
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
