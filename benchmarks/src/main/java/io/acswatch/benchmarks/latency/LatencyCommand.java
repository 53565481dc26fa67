package io.acswatch.benchmarks.latency;

import io.acswatch.benchmarks.latency.Latency.Plan;
import io.acswatch.benchmarks.latency.Latency.Result;
import io.acswatch.benchmarks.rig.Answer;
import io.acswatch.benchmarks.rig.BenchOptions;
import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Scratch;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench latency}: how soon an alert can be read. */
@Command(
    name = "latency",
    description = {
      "Latency of alerts: from the time at which the broker took the snapshot after a live update"
          + " that lost a bit, to the time at which a consumer of committed records has the alert."
          + " Around these snapshots unchanged ones are sent at a part of the rate that the"
          + " application was found to manage."
    })
public final class LatencyCommand extends CliCommand {
  @Mixin private BenchOptions bench = new BenchOptions();

  @Option(
      names = "--functions",
      paramLabel = "N",
      description =
          "PCI functions of each host, 64 to 8192: smaller ones have no port above two VMs; default"
              + " 100.")
  private int functions = 100;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Records in a second that are full load; default: found out first.")
  private double rate;

  @Option(
      names = "--load",
      paramLabel = "PERCENT",
      split = ",",
      description = "Loads to measure at; default 10,50,90.")
  private List<Integer> loads = List.of(10, 50, 90);

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Of each load, of which the first quarter is not counted; default 30.")
  private int seconds = 30;

  @Option(
      names = "--alerts",
      paramLabel = "N",
      description = "Live updates in a second that lose a bit; default 20.")
  private int alerts = 20;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the streams application.")
  private Map<String, String> settings = new TreeMap<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    bench.require(functions >= 64 && functions <= 8_192, "--functions: expected 64 to 8192");
    bench.require(rate >= 0, "--rate: expected 0 or more");
    bench.require(seconds >= 1, "--seconds: expected 1 or more");
    bench.require(alerts >= 1, "--alerts: expected 1 or more");
    bench.require(loads.stream().allMatch(load -> load >= 1), "--load: expected 1 or more");
    List<Result> results;
    try (Broker broker = Broker.start();
        Scratch scratch = new Scratch()) {
      Plan plan = new Plan(functions, rate, loads, seconds, alerts, 1);
      results =
          new Latency(broker, scratch.directory().resolve("state"), plan, settings, bench::progress)
              .run();
    }
    bench.answer(() -> text(results), () -> json(results));
    return ExitCode.OK;
  }

  private static List<String> text(List<Result> results) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%6s %12s %9s %9s %9s %9s %12s"
            .formatted("load", "records/s", "alerts", "p50 ms", "p99 ms", "most ms", "waiting"));
    for (Result result : results) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%5d%% %12.0f %9d %9d %9d %9d %12d",
              result.load(),
              result.recordsPerSecond(),
              result.millis().size(),
              result.percentile(50),
              result.percentile(99),
              result.percentile(100),
              result.waiting()));
    }
    return lines;
  }

  private static List<String> json(List<Result> results) {
    List<String> lines = new ArrayList<>();
    for (Result result : results) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("load_percent", result.load());
      fields.put("records_per_second", result.recordsPerSecond());
      fields.put("alerts", result.millis().size());
      fields.put("p50_ms", result.percentile(50));
      fields.put("p99_ms", result.percentile(99));
      fields.put("most_ms", result.percentile(100));
      fields.put("records_waiting", result.waiting());
      lines.add(Answer.json(fields));
    }
    return lines;
  }
}
