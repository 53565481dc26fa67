package io.acswatch.benchmarks.cost;

import io.acswatch.benchmarks.cost.CollectorCost.Alone;
import io.acswatch.benchmarks.cost.CollectorCost.Cost;
import io.acswatch.benchmarks.cost.CollectorCost.Share;
import io.acswatch.benchmarks.rig.Answer;
import io.acswatch.benchmarks.rig.BenchOptions;
import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Scratch;
import io.acswatch.collector.command.ExitCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench collector-cost}: what the agent costs its host. */
@Command(
    name = "collector-cost",
    description = {
      "Processor time, memory, system calls, time to start and stop, and bytes on the wire of the"
          + " agent, reader and sender as two processes at their default tempo, on hosts that are"
          + " trees of files. What a process spends in the kernel, \"system\", is mostly its reads.",
      "A file system in memory or on disk answers, not a kernel that reads devices: what the"
          + " kernel takes for that comes on top."
    })
public final class CollectorCostCommand implements Callable<Integer> {
  @Mixin private BenchOptions bench = new BenchOptions();

  @Option(
      names = "--functions",
      paramLabel = "N",
      split = ",",
      description = "Sizes of hosts, 16 to 8192 functions; default 16,200,1000.")
  private List<Integer> sizes = List.of(16, 200, 1_000);

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description =
          "How long to look at them; default 300: one snapshot, five sweeps and heartbeats.")
  private int seconds = 300;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description =
          "Seconds before that, until code that runs often is compiled; default 90. An agent of"
              + " hours takes what is seen after 600.")
  private int warmUp = 90;

  @Override
  public Integer call() throws IOException, InterruptedException {
    bench.require(seconds >= 1, "--seconds: expected 1 or more");
    bench.require(warmUp >= 0, "--warm-up: expected 0 or more");
    for (int size : sizes) {
      bench.require(
          size >= 16 && size <= 8_192, "--functions %d: expected 16 to 8192".formatted(size));
    }
    List<Cost> costs;
    List<Alone> alone = new ArrayList<>();
    try (Broker broker = Broker.start();
        Scratch scratch = new Scratch()) {
      CollectorCost cost = new CollectorCost(broker, scratch.directory(), bench::progress);
      cost.prepare(sizes);
      for (int size : sizes) {
        alone.add(cost.alone(size));
      }
      costs = cost.together(sizes, Duration.ofSeconds(warmUp), Duration.ofSeconds(seconds));
    }
    bench.answer(() -> text(costs, alone), () -> json(costs, alone));
    return ExitCode.OK;
  }

  private static List<String> text(List<Cost> costs, List<Alone> alone) {
    List<String> lines = new ArrayList<>();
    lines.add("Processor time in seconds an hour, memory in MiB, as most of them was resident");
    lines.add(
        "%9s | %-27s | %-27s | %-15s | %12s | %7s %7s | %9s"
            .formatted(
                "functions",
                "reader: user system  memory",
                "sender: user system  memory",
                "both, of a core",
                "calls a look",
                "start",
                "stop",
                "MB a day"));
    for (int i = 0; i < costs.size(); i++) {
      Cost cost = costs.get(i);
      lines.add(
          String.format(
              Locale.ROOT,
              "%9d | %s | %s | %14.2f%% | %12s | %4.0f ms %4.0f ms | %9.2f",
              cost.functions(),
              text(cost.reader()),
              text(cost.sender()),
              (cost.reader().cpuSecondsPerHour() + cost.sender().cpuSecondsPerHour()) / 36,
              alone
                  .get(i)
                  .calls()
                  .map(calls -> "%.0f".formatted(calls.all()))
                  .orElse("not counted"),
              alone.get(i).startMillis(),
              alone.get(i).stopMillis(),
              cost.wireBytesPerDay() / 1e6));
    }
    return lines;
  }

  private static String text(Share share) {
    return String.format(
        Locale.ROOT,
        "%12.1f %6.1f %7.1f",
        share.perHour().user(),
        share.perHour().system(),
        share.memory().most() / (double) (1 << 20));
  }

  private static List<String> json(List<Cost> costs, List<Alone> alone) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < costs.size(); i++) {
      Cost cost = costs.get(i);
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("functions", cost.functions());
      put(fields, "reader", cost.reader());
      put(fields, "sender", cost.sender());
      fields.put(
          "system_calls_per_look", alone.get(i).calls().map(c -> c.all()).orElse(Double.NaN));
      fields.put(
          "file_calls_per_look", alone.get(i).calls().map(c -> c.onFiles()).orElse(Double.NaN));
      fields.put("reader_start_millis", alone.get(i).startMillis());
      fields.put("reader_stop_millis", alone.get(i).stopMillis());
      fields.put("wire_bytes_per_day", cost.wireBytesPerDay());
      lines.add(Answer.json(fields));
    }
    return lines;
  }

  private static void put(Map<String, Object> fields, String process, Share share) {
    fields.put(process + "_cpu_seconds_per_hour", share.cpuSecondsPerHour());
    fields.put(process + "_user_seconds_per_hour", share.perHour().user());
    fields.put(process + "_system_seconds_per_hour", share.perHour().system());
    fields.put(process + "_resident_bytes", share.memory().now());
    fields.put(process + "_most_resident_bytes", share.memory().most());
  }
}
