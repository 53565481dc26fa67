package io.acswatch.benchmarks.latency;

import io.acswatch.benchmarks.rig.AlertReader;
import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.HostLoad;
import io.acswatch.benchmarks.rig.PipelineCommand;
import io.acswatch.benchmarks.rig.Scenario;
import io.acswatch.simulate.FrameSender;
import io.acswatch.simulate.LoadHost;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.frame.FrameWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final String RUN = "bench-latency";
  private static final int CALM_HOSTS = 200;
  private static final double WARM_UP_PART = 0.25;
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long KEXEC_MILLIS = 9_000;

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
    return text(new Run(broker).all(scratch.resolve("state")));
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

  /**
   * Latencies at one rate.
   *
   * @param millis of each alert, ascending
   * @param waiting records that were not judged yet when the last was sent
   */
  record Result(double recordsPerSecond, List<Long> millis, long waiting) {
    long percentile(double percent) {
      int rank = (int) Math.ceil(percent / 100 * millis.size());
      return millis.get(Math.max(0, rank - 1));
    }
  }

  /**
   * Sends unchanged snapshots at a steady rate, whatever comes of them, and among them the
   * snapshots after live updates in which a bit was lost; reads the alerts as any consumer does.
   * Latency is from the time at which the broker took the snapshot to the time at which the alert
   * was read.
   */
  private final class Run {
    private final Broker broker;
    private final TopicNames topics = new TopicNames(RUN);
    private final List<HostLoad> calm = new ArrayList<>();
    private final Map<String, Long> appended = new ConcurrentHashMap<>();
    private long sent;
    private int lostSoFar;

    Run(Broker broker) {
      this.broker = broker;
    }

    List<Result> all(Path stateDirectory) throws IOException, InterruptedException {
      broker.createTopics(topics);
      for (int i = 0; i < CALM_HOSTS; i++) {
        calm.add(new HostLoad(LoadHost.of(1, i, functions), Scenario.UNCHANGED));
      }
      try (AlertReader reader = new AlertReader(broker, topics);
          FrameSender sender = broker.sender(topics.frames());
          IsolationApp app = IsolationApp.start(broker.settings(topics, RUN, stateDirectory))) {
        List<Result> results = new ArrayList<>();
        for (int rate : rates) {
          results.add(at(rate, sender, reader));
          if (!app.status().isAlive()) {
            throw new IOException("the application has ended");
          }
        }
        return results;
      }
    }

    private void awaitJudged() throws IOException, InterruptedException {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (broker.committed(RUN, topics.frames()) < sent) {
        if (System.nanoTime() > deadline) {
          throw new IOException("the application does not get through with its frames");
        }
        Thread.sleep(POLL.toMillis());
      }
    }

    private void sendCalm(FrameSender sender) throws IOException {
      HostLoad host = calm.get((int) (sent % CALM_HOSTS));
      sender.send(host.host(), host.record((int) (sent / CALM_HOSTS)), appended -> {});
      sent++;
    }

    private Result at(int recordsPerSecond, FrameSender sender, AlertReader reader)
        throws IOException, InterruptedException {
      progress(recordsPerSecond + " records/s");
      List<LostHost> hosts = new ArrayList<>();
      for (int i = 0; i < alerts * seconds; i++) {
        LostHost host = LostHost.of(lostSoFar++, functions);
        sender.send(host.id(), host.before(), millis -> {});
        sent++;
        hosts.add(host);
      }
      sender.finish();
      awaitJudged();
      long startedAt = System.nanoTime();
      long records = Math.max(hosts.size(), (long) recordsPerSecond * seconds);
      int next = 0;
      for (long i = 0; i < records; i++) {
        FrameSender.awaitTurn(startedAt, i, recordsPerSecond);
        if (i * hosts.size() / records >= next && next < hosts.size()) {
          LostHost host = hosts.get(next++);
          sender.send(host.id(), host.after(), millis -> appended.put(host.id(), millis));
          sent++;
        } else {
          sendCalm(sender);
        }
      }
      double took = (System.nanoTime() - startedAt) / 1e9;
      long waiting = sent - broker.committed(RUN, topics.frames());
      sender.finish();
      List<LostHost> measured = hosts.subList((int) (hosts.size() * WARM_UP_PART), hosts.size());
      if (!reader.await(measured.stream().map(LostHost::id).toList(), PATIENCE)) {
        throw new IOException("alerts are missing a minute after the last snapshot");
      }
      List<Long> millis =
          measured.stream()
              .map(host -> reader.read().get(host.id()) - appended.get(host.id()))
              .sorted()
              .toList();
      return new Result(records / took, millis, Math.max(0, waiting));
    }
  }

  /** A host that loses a bit in a live update: its snapshots before and after. */
  private record LostHost(String id, byte[] before, byte[] after) {
    static LostHost of(int number, int functions) {
      LoadHost host = LoadHost.of(2, number, functions);
      long now = System.currentTimeMillis();
      byte[] before = FrameWriter.write(host.snapshot(now));
      host.lose();
      host.liveUpdate();
      return new LostHost(host.id(), before, FrameWriter.write(host.snapshot(now + KEXEC_MILLIS)));
    }
  }
}
