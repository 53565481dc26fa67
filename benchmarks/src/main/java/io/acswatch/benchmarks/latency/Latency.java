package io.acswatch.benchmarks.latency;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.HostLoad;
import io.acswatch.benchmarks.rig.Scenario;
import io.acswatch.simulate.FrameSender;
import io.acswatch.simulate.LoadHost;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.frame.FrameWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Sends unchanged snapshots at a steady rate, whatever comes of them, and among them the snapshots
 * after live updates in which a bit was lost; reads the alerts as any consumer does. Latency is
 * from the time at which the broker took the snapshot to the time at which the alert was read.
 */
final class Latency {
  private static final String RUN = "bench-latency";
  private static final int CALM_HOSTS = 200;
  private static final double WARM_UP_PART = 0.25;
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long KEXEC_MILLIS = 9_000;

  /** What must come of a lost bit. */
  private static final String CODE = "GROUP_MERGED_CROSS_VM";

  private final Broker broker;
  private final Plan plan;
  private final TopicNames topics = new TopicNames(RUN);
  private final Consumer<String> progress;
  private final List<HostLoad> calm = new ArrayList<>();
  private final Map<String, Long> appended = new ConcurrentHashMap<>();
  private final Map<String, Long> read = new ConcurrentHashMap<>();
  private long sent;
  private int lostSoFar;
  private volatile boolean stopping;

  /**
   * What is asked for.
   *
   * @param functions PCI functions of each host
   * @param rates records in a second, one after the other
   * @param seconds how long each of them takes
   * @param alertsPerSecond live updates in which a bit is lost
   */
  record Plan(int functions, List<Integer> rates, int seconds, int alertsPerSecond) {}

  /**
   * Latencies at one rate.
   *
   * @param recordsPerSecond that were sent
   * @param millis of each alert, ascending
   * @param waiting records that were not judged yet when the last was sent
   */
  record Result(double recordsPerSecond, List<Long> millis, long waiting) {
    /** The latency that so many percent of the alerts do not exceed. */
    long percentile(double percent) {
      int rank = (int) Math.ceil(percent / 100 * millis.size());
      return millis.get(Math.max(0, rank - 1));
    }
  }

  Latency(Broker broker, Plan plan, Consumer<String> progress) {
    this.broker = broker;
    this.plan = plan;
    this.progress = progress;
  }

  List<Result> run(Path stateDirectory) throws IOException, InterruptedException {
    broker.createTopics(topics);
    for (int i = 0; i < CALM_HOSTS; i++) {
      calm.add(new HostLoad(LoadHost.of(1, i, plan.functions()), Scenario.UNCHANGED));
    }
    Thread reader = new Thread(this::readAlerts, "alert-reader");
    reader.setDaemon(true);
    reader.start();
    try (FrameSender sender = broker.sender(topics.frames());
        IsolationApp app = IsolationApp.start(broker.settings(topics, RUN, stateDirectory))) {
      List<Result> results = new ArrayList<>();
      for (int rate : plan.rates()) {
        results.add(at(rate, sender));
        if (!app.status().isAlive()) {
          throw new IOException("the application has ended");
        }
      }
      return results;
    } finally {
      stopping = true;
      reader.join();
    }
  }

  private void awaitJudged() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (broker.committed(RUN, topics.frames()) < sent) {
      await(deadline, "the application does not get through with its frames");
    }
  }

  private static void await(long deadline, String otherwise)
      throws IOException, InterruptedException {
    if (System.nanoTime() > deadline) {
      throw new IOException(otherwise);
    }
    Thread.sleep(POLL.toMillis());
  }

  private void sendCalm(FrameSender sender) throws IOException {
    HostLoad host = calm.get((int) (sent % CALM_HOSTS));
    sender.send(host.host(), host.record((int) (sent / CALM_HOSTS)), appended -> {});
    sent++;
  }

  private Result at(int recordsPerSecond, FrameSender sender)
      throws IOException, InterruptedException {
    progress.accept(recordsPerSecond + " records/s");
    List<LostHost> hosts = new ArrayList<>();
    for (int i = 0; i < plan.alertsPerSecond() * plan.seconds(); i++) {
      LostHost host = LostHost.of(lostSoFar++, plan.functions());
      sender.send(host.id(), host.before(), millis -> {});
      sent++;
      hosts.add(host);
    }
    sender.finish();
    awaitJudged();
    long startedAt = System.nanoTime();
    long records = Math.max(hosts.size(), (long) recordsPerSecond * plan.seconds());
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
    double seconds = (System.nanoTime() - startedAt) / 1e9;
    long waiting = sent - broker.committed(RUN, topics.frames());
    sender.finish();
    List<LostHost> measured = hosts.subList((int) (hosts.size() * WARM_UP_PART), hosts.size());
    awaitRead(measured);
    List<Long> millis =
        measured.stream()
            .map(host -> read.get(host.id()) - appended.get(host.id()))
            .sorted()
            .toList();
    return new Result(records / seconds, millis, Math.max(0, waiting));
  }

  private void awaitRead(List<LostHost> hosts) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (hosts.stream().anyMatch(host -> !read.containsKey(host.id()))) {
      await(deadline, "alerts are missing a minute after the last snapshot");
    }
  }

  /** Reads committed alerts and notes when the first of a host's came. */
  private void readAlerts() {
    try (var consumer = broker.consumer(topics.alerts(), Map.of())) {
      while (!stopping) {
        for (ConsumerRecord<String, byte[]> alert : consumer.poll(POLL)) {
          if (new String(alert.value(), StandardCharsets.UTF_8).contains('"' + CODE + '"')) {
            read.putIfAbsent(alert.key(), System.currentTimeMillis());
          }
        }
      }
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
