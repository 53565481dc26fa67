package io.acswatch.benchmarks.cost;

import io.acswatch.benchmarks.cost.CollectorCost.Cost;
import io.acswatch.benchmarks.rig.Answer;
import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Scratch;
import io.acswatch.benchmarks.rig.Usage;
import io.acswatch.collector.command.ExitCode;
import io.acswatch.collector.command.OutputOption;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench collector-cost}: what the agent costs its host. */
@Command(
    name = "collector-cost",
    description = {
      "Processor time, memory, system calls and bytes on the wire of the agent, reader and sender"
          + " as two processes at their default tempo, on hosts that are trees of files.",
      "A file system in memory or on disk answers, not a kernel that reads devices: what the"
          + " kernel takes for that comes on top."
    })
public final class CollectorCostCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private OutputOption output = new OutputOption();

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

  @Override
  public Integer call() throws IOException, InterruptedException {
    Usage usage = new Usage(spec);
    usage.require(seconds >= 1, "--seconds: expected 1 or more");
    for (int size : sizes) {
      usage.require(
          size >= 16 && size <= 8_192, "--functions %d: expected 16 to 8192".formatted(size));
    }
    List<Cost> costs;
    try (Broker broker = Broker.start();
        Scratch scratch = new Scratch()) {
      costs =
          new CollectorCost(broker, scratch.directory(), usage::progress)
              .measure(sizes, Duration.ofSeconds(seconds));
    }
    usage.print(output.isJson() ? json(costs) : text(costs));
    return ExitCode.OK;
  }

  private static List<String> text(List<Cost> costs) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%10s %22s %22s %22s %18s %16s"
            .formatted(
                "functions",
                "reader CPU s/h, RSS MB",
                "sender CPU s/h, RSS MB",
                "both CPU of one core",
                "calls/look (files)",
                "wire MB/day"));
    for (Cost cost : costs) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%10d %14.1f %7.1f %14.1f %7.1f %21.2f%% %18s %16.2f",
              cost.functions(),
              cost.reader().cpuSecondsPerHour(),
              cost.reader().residentBytes() / 1e6,
              cost.sender().cpuSecondsPerHour(),
              cost.sender().residentBytes() / 1e6,
              (cost.reader().cpuSecondsPerHour() + cost.sender().cpuSecondsPerHour()) / 36,
              cost.calls()
                  .map(
                      calls ->
                          String.format(Locale.ROOT, "%.0f (%.0f)", calls.all(), calls.onFiles()))
                  .orElse("not counted"),
              cost.wireBytesPerDay() / 1e6));
    }
    return lines;
  }

  private static List<String> json(List<Cost> costs) {
    List<String> lines = new ArrayList<>();
    for (Cost cost : costs) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("functions", cost.functions());
      fields.put("reader_cpu_seconds_per_hour", cost.reader().cpuSecondsPerHour());
      fields.put("reader_resident_bytes", cost.reader().residentBytes());
      fields.put("reader_most_resident_bytes", cost.reader().mostResidentBytes());
      fields.put("sender_cpu_seconds_per_hour", cost.sender().cpuSecondsPerHour());
      fields.put("sender_resident_bytes", cost.sender().residentBytes());
      fields.put("sender_most_resident_bytes", cost.sender().mostResidentBytes());
      fields.put("system_calls_per_look", cost.calls().map(c -> c.all()).orElse(Double.NaN));
      fields.put("file_calls_per_look", cost.calls().map(c -> c.onFiles()).orElse(Double.NaN));
      fields.put("wire_bytes_per_day", cost.wireBytesPerDay());
      lines.add(Answer.json(fields));
    }
    return lines;
  }
}
