package io.acswatch.benchmarks.pipeline;

import io.acswatch.benchmarks.pipeline.Restore.Result;
import io.acswatch.benchmarks.rig.Answer;
import io.acswatch.benchmarks.rig.BenchOptions;
import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Scratch;
import io.acswatch.benchmarks.rig.Spread;
import io.acswatch.collector.command.ExitCode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench restore}: size of the state, and how long a start takes. */
@Command(
    name = "restore",
    description = {
      "Lets the streams application remember hosts in two boots each, and starts it again: without"
          + " its state directory, so that all comes from the changelog of a broker on this"
          + " machine, and with it. Reports the seconds until it judges, the size of the state and"
          + " the heap."
    })
public final class RestoreCommand implements Callable<Integer> {
  private static final double MOST_SECONDS = 10;
  private static final double MOST_BYTES = 64;

  @Mixin private BenchOptions bench = new BenchOptions();

  @Option(names = "--hosts", paramLabel = "N", description = "Hosts; default 10000.")
  private int hosts = 10_000;

  @Option(
      names = "--functions",
      paramLabel = "N",
      description = "PCI functions of each host, 16 to 8192; default 100.")
  private int functions = 100;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description = "Partitions of the frames topic, and so stores; default 8, as topics makes.")
  private int partitions = 8;

  @Option(names = "--rounds", paramLabel = "N", description = "Starts of each kind; default 5.")
  private int rounds = 5;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the streams application.")
  private Map<String, String> settings = new TreeMap<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    bench.require(rounds >= 1, "--rounds: expected 1 or more");
    bench.require(hosts >= 1, "--hosts: expected 1 or more");
    bench.require(partitions >= 1, "--partitions: expected 1 or more");
    bench.require(functions >= 16 && functions <= 8_192, "--functions: expected 16 to 8192");
    Result result;
    try (Broker broker = Broker.start();
        Scratch scratch = new Scratch()) {
      result =
          new Restore(broker, scratch.directory().resolve("state"), settings, bench::progress)
              .run(new Fill.Size(hosts, functions, 2, partitions, 0, 1), rounds);
    }
    bench.answer(() -> text(result), () -> List.of(Answer.json(fields(result))));
    return ExitCode.OK;
  }

  private static List<String> text(Result result) {
    Spread restore = Spread.of(result.restoreSeconds());
    Spread start = Spread.of(result.startSeconds());
    return List.of(
        String.format(
            Locale.ROOT,
            "%d hosts of %d functions: %.0f bytes of state for each, %.1f for each function and"
                + " snapshot%s; changelog %.1f MB",
            result.hosts(),
            result.functions(),
            result.stateBytes(),
            result.bytesPerFunction(),
            goal(result.bytesPerFunction(), MOST_BYTES),
            result.changelogBytes() / 1e6),
        String.format(
            Locale.ROOT,
            "ready after %.1f s [%.1f - %.1f] from the changelog%s, %.1f s [%.1f - %.1f] from its"
                + " own directory; heap %.0f MB",
            restore.median(),
            restore.least(),
            restore.most(),
            goal(restore.median(), MOST_SECONDS),
            start.median(),
            start.least(),
            start.most(),
            Spread.of(result.heapBytes()).median() / 1e6));
  }

  private static String goal(double figure, double most) {
    return " (goal %.0f: %s)".formatted(most, figure <= most ? "met" : "MISSED");
  }

  private static Map<String, Object> fields(Result result) {
    Spread restore = Spread.of(result.restoreSeconds());
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("hosts", result.hosts());
    fields.put("functions", result.functions());
    fields.put("state_bytes_per_host", result.stateBytes());
    fields.put("state_bytes_per_function_and_snapshot", result.bytesPerFunction());
    fields.put("changelog_bytes", result.changelogBytes());
    fields.put("restore_seconds", restore.median());
    fields.put("restore_seconds_least", restore.least());
    fields.put("restore_seconds_most", restore.most());
    fields.put("start_seconds", Spread.of(result.startSeconds()).median());
    fields.put("heap_bytes", Spread.of(result.heapBytes()).median());
    return fields;
  }
}
