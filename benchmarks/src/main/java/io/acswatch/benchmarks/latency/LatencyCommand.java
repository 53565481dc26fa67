package io.acswatch.benchmarks.latency;

import io.acswatch.benchmarks.latency.Latency.Plan;
import io.acswatch.benchmarks.latency.Latency.Result;
import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.PipelineCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench latency}: the time from a snapshot in the log to its alert. */
@Command(
    name = "latency",
    description = {
      "Latency of alerts: from the time at which the broker took the snapshot after a live update"
          + " that lost a bit, to the time at which a consumer of committed records has the alert."
          + " Unchanged snapshots are sent around these, at a steady rate: bench topology says how"
          + " many the application can take."
    })
public final class LatencyCommand extends PipelineCommand {
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
      split = ",",
      description = "Records in a second, one rate after the other; default 300,1500,3000.")
  private List<Integer> rates = List.of(300, 1_500, 3_000);

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long each rate lasts; the first quarter is not counted. Default 30.")
  private int seconds = 30;

  @Option(
      names = "--alerts",
      paramLabel = "N",
      description = "Live updates in a second that lose a bit; default 20.")
  private int alerts = 20;

  @Override
  protected void checkOptions() {
    require(functions >= 64 && functions <= 8_192, "--functions: expected 64 to 8192");
    require(rates.stream().allMatch(rate -> rate >= 1), "--rate: expected 1 or more");
    require(seconds >= 1, "--seconds: expected 1 or more");
    require(alerts >= 1, "--alerts: expected 1 or more");
  }

  @Override
  protected List<String> measure(Broker broker, Path scratch)
      throws IOException, InterruptedException {
    Plan plan = new Plan(functions, rates, seconds, alerts);
    return text(new Latency(broker, plan, this::progress).run(scratch.resolve("state")));
  }

  private static List<String> text(List<Result> results) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%12s %9s %9s %9s %9s %12s"
            .formatted("records/s", "alerts", "p50 ms", "p99 ms", "most ms", "waiting"));
    for (Result result : results) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%12.0f %9d %9d %9d %9d %12d",
              result.recordsPerSecond(),
              result.millis().size(),
              result.percentile(50),
              result.percentile(99),
              result.percentile(100),
              result.waiting()));
    }
    return lines;
  }
}
