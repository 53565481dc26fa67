package io.acswatch.benchmarks.pipeline;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Scratch;
import io.acswatch.simulate.LoadHost;
import io.acswatch.streams.app.AppException;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.topology.IsolationTopology;
import io.acswatch.wire.FrameWriter;
import io.acswatch.wire.TopicNames;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Lets the application remember a fleet, two snapshots of each host, and then start again: without
 * its state directory, as on another machine, and with it.
 */
final class Restore {
  private static final String RUN = "bench-restore";
  private static final int SNAPSHOTS = 2;
  private static final long START_MILLIS = 1_772_366_400_000L; // 2026-03-01T12:00:00Z
  private static final long SNAPSHOT_MILLIS = 300_000;
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Pattern HOSTS = Pattern.compile("(?m)^acswatch_hosts\\{.*} (\\d+)");

  private final Broker broker;
  private final Path stateDirectory;
  private final TopicNames topics = new TopicNames(RUN);
  private final Consumer<String> progress;
  private final IsolationConfig config;

  Restore(
      Broker broker, Path stateDirectory, Map<String, String> further, Consumer<String> progress) {
    this.broker = broker;
    this.stateDirectory = stateDirectory;
    this.progress = progress;
    Map<String, String> settings = new TreeMap<>(further);
    settings.put("streams.bootstrap.servers", broker.bootstrapServers());
    settings.put("streams.topic.prefix", topics.prefix());
    settings.put("streams.application.id", RUN);
    settings.put("streams.http.address", "127.0.0.1:0");
    settings.put("streams.state.dir", stateDirectory.toString());
    config = IsolationConfig.from(settings);
  }

  /**
   * What it took.
   *
   * @param hosts that are remembered
   * @param functions of each
   * @param stateBytes of a host, on average
   * @param changelogBytes of all hosts in the broker's log, not compacted
   * @param restoreSeconds from the start without a state directory until it judges
   * @param startSeconds the same with its state directory
   * @param heapBytes of the process when it has listed its hosts, after a garbage collection
   */
  record Result(
      int hosts,
      int functions,
      double stateBytes,
      long changelogBytes,
      List<Double> restoreSeconds,
      List<Double> startSeconds,
      List<Double> heapBytes) {
    /** Bytes of state for each function and snapshot that is kept. */
    double bytesPerFunction() {
      return stateBytes / functions / SNAPSHOTS;
    }
  }

  Result run(Fill.Size size, int rounds) throws IOException, InterruptedException {
    progress.accept("telling the application of " + size.hosts() + " hosts");
    new Fill(broker, size).createTopics(topics);
    remember(size);
    String changelog = Contenders.changelog(RUN, IsolationTopology.HOST_STATE);
    Map<String, byte[]> states = broker.lastValues(changelog);
    if (states.size() != size.hosts()) {
      throw new IOException(
          "%d hosts are remembered, expected %d".formatted(states.size(), size.hosts()));
    }
    double stateBytes = states.values().stream().mapToInt(s -> s.length).average().orElse(0);
    states.clear();
    List<Double> restored = new ArrayList<>();
    List<Double> started = new ArrayList<>();
    List<Double> heap = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      Scratch.delete(stateDirectory);
      restored.add(start(size.hosts(), heap));
      started.add(start(size.hosts(), new ArrayList<>()));
      progress.accept(
          "round %d: restored in %.1f s, started in %.1f s"
              .formatted(round, restored.get(round - 1), started.get(round - 1)));
    }
    return new Result(
        size.hosts(),
        size.functions(),
        stateBytes,
        broker.logBytes(changelog),
        restored,
        started,
        heap);
  }

  private void remember(Fill.Size size) throws IOException, InterruptedException {
    try (IsolationApp app = app();
        Fill.Sender sender = new Fill(broker, size).new Sender(topics.frames())) {
      for (int i = 0; i < size.hosts(); i++) {
        LoadHost host = LoadHost.of(size.seed(), i, size.functions());
        sender.send(host.id(), FrameWriter.write(host.snapshot(START_MILLIS)));
        host.liveUpdate();
        sender.send(host.id(), FrameWriter.write(host.snapshot(START_MILLIS + SNAPSHOT_MILLIS)));
      }
      sender.finish();
      long records = (long) SNAPSHOTS * size.hosts();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (broker.committed(RUN, topics.frames()) < records) {
        if (System.nanoTime() > deadline || !app.status().isAlive()) {
          throw new IOException("the application did not get through with its frames");
        }
        Thread.sleep(POLL.toMillis());
      }
    }
  }

  private static long listedHosts(IsolationApp app) {
    return HOSTS
        .matcher(app.metricsText())
        .results()
        .mapToLong(m -> Long.parseLong(m.group(1)))
        .sum();
  }

  private IsolationApp app() throws IOException {
    try {
      return IsolationApp.start(config);
    } catch (AppException refused) {
      throw new IOException(refused.getMessage(), refused);
    }
  }

  /** Starts it, waits until it judges, and ends it; returns the seconds, and adds its heap. */
  private double start(int hosts, List<Double> heap) throws IOException, InterruptedException {
    System.gc();
    long startedAt = System.nanoTime();
    try (IsolationApp app = app()) {
      while (!app.status().isReady()) {
        if (System.nanoTime() - startedAt > PATIENCE.toNanos()) {
          throw new IOException("the application did not become ready");
        }
        Thread.sleep(POLL.toMillis());
      }
      double seconds = (System.nanoTime() - startedAt) / 1e9;
      // It judges by now, and goes on to list its hosts for the page, in its heap.
      while (listedHosts(app) < hosts) {
        if (System.nanoTime() - startedAt > PATIENCE.toNanos()) {
          throw new IOException("the application did not list its hosts");
        }
        Thread.sleep(POLL.toMillis());
      }
      System.gc();
      heap.add((double) ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
      return seconds;
    }
  }
}
