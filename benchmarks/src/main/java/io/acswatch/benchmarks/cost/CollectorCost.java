package io.acswatch.benchmarks.cost;

import io.acswatch.benchmarks.fleet.LoadHost;
import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.collector.fixture.FixtureHost;
import io.acswatch.streams.AppException;
import io.acswatch.streams.IsolationConfig;
import io.acswatch.streams.Topics;
import io.acswatch.wire.TopicNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Lets the reader and the sender run on hosts of several sizes at once, and looks at them. */
final class CollectorCost {
  /** How often the reader looks if nothing else is said. */
  private static final int GLANCES_PER_SECOND = 1;

  private static final Duration SETTLING = Duration.ofSeconds(30);

  /** A reader tells all once more when nothing came or went for five seconds; that must be over. */
  private static final Duration QUIET = Duration.ofSeconds(20);

  private static final int TRACED_SECONDS = 10;
  private static final double HOUR = 3_600;
  private static final double DAY = 86_400;

  private final Broker broker;
  private final Path directory;
  private final Consumer<String> progress;

  CollectorCost(Broker broker, Path directory, Consumer<String> progress) {
    this.broker = broker;
    this.directory = directory;
    this.progress = progress;
  }

  /**
   * What one host costs.
   *
   * @param functions PCI functions it has
   * @param reader the process that reads
   * @param sender the process that sends
   * @param wireBytesPerDay bytes in the broker's log, and so on the wire
   * @param calls system calls of one fast look; empty if there is no strace
   */
  record Cost(
      int functions,
      Share reader,
      Share sender,
      double wireBytesPerDay,
      Optional<CallsOfALook> calls) {}

  /** What one process costs. */
  record Share(double cpuSecondsPerHour, long residentBytes, long mostResidentBytes) {}

  /** System calls of one look, on average. */
  record CallsOfALook(double all, double onFiles) {}

  /** Measures for so long, after all have settled. */
  List<Cost> measure(List<Integer> sizes, Duration window)
      throws IOException, InterruptedException {
    if (!ChildProcess.canMount()) {
      progress.accept("no right to mount: links are followed below a root, in more system calls");
    }
    List<Host> hosts = new ArrayList<>();
    try {
      for (int size : sizes) {
        progress.accept("starting the agent of a host with %d functions".formatted(size));
        hosts.add(new Host(size));
      }
      Thread.sleep(SETTLING.toMillis());
      for (Host host : hosts) {
        host.begin();
      }
      progress.accept("looking at them for " + window.toSeconds() + " s");
      long startedAt = System.nanoTime();
      Thread.sleep(window.toMillis());
      List<Cost> costs = new ArrayList<>();
      for (Host host : hosts) {
        costs.add(host.cost((System.nanoTime() - startedAt) / 1e9));
      }
      return withCalls(costs);
    } finally {
      hosts.forEach(Host::close);
    }
  }

  /** Counted on readers that do nothing but look: no sweep, no snapshot, no heartbeat. */
  private List<Cost> withCalls(List<Cost> costs) throws IOException, InterruptedException {
    if (!SystemCalls.canBeCounted()) {
      progress.accept("system calls are not counted: strace is missing");
      return costs;
    }
    Path settings = directory.resolve("looks-only.properties");
    Files.writeString(
        settings,
        """
        collector.sweep.interval.ms=86400000
        collector.snapshot.interval.ms=86400000
        collector.heartbeat.interval.ms=86400000
        """);
    List<Cost> counted = new ArrayList<>();
    for (Cost cost : costs) {
      progress.accept("counting system calls at %d functions".formatted(cost.functions()));
      Path own = directory.resolve("looks-" + cost.functions());
      Files.createDirectories(own);
      try (ChildProcess reader =
          ChildProcess.startOn(
              root(cost.functions()),
              own.resolve("reader.log"),
              List.of(
                  "collect",
                  "reader",
                  "--config",
                  settings.toString(),
                  "--spool",
                  own.resolve("spool").toString()))) {
        Thread.sleep(QUIET.toMillis());
        SystemCalls calls = SystemCalls.of(reader.pid(), TRACED_SECONDS, own.resolve("strace.txt"));
        double looks = (double) TRACED_SECONDS * GLANCES_PER_SECOND;
        counted.add(
            new Cost(
                cost.functions(),
                cost.reader(),
                cost.sender(),
                cost.wireBytesPerDay(),
                Optional.of(new CallsOfALook(calls.all() / looks, calls.onFiles() / looks))));
      }
    }
    return counted;
  }

  private Path root(int functions) {
    return directory.resolve("host-" + functions);
  }

  /** A host with its agent. */
  private final class Host implements AutoCloseable {
    private final int functions;
    private final TopicNames topics;
    private final ChildProcess reader;
    private final ChildProcess sender;
    private double readerBefore;
    private double senderBefore;
    private long bytesBefore;

    Host(int functions) throws IOException, InterruptedException {
      this.functions = functions;
      topics = new TopicNames("cost-" + functions);
      createTopics();
      FixtureHost.of(
          LoadHost.of(1, functions, functions).snapshot(1),
          Files.createDirectories(root(functions)));
      String spool = directory.resolve("spool-" + functions).toString();
      reader =
          ChildProcess.start(
              directory.resolve("reader-" + functions + ".log"),
              List.of("collect", "reader", "--root", root(functions).toString(), "--spool", spool));
      Path settings = directory.resolve("sender-" + functions + ".properties");
      Files.writeString(settings, "collector.http.address=127.0.0.1:0\n");
      sender =
          ChildProcess.start(
              directory.resolve("sender-" + functions + ".log"),
              List.of(
                  "collect",
                  "sender",
                  "--config",
                  settings.toString(),
                  "--spool",
                  spool,
                  "--bootstrap-servers",
                  broker.bootstrapServers(),
                  "--topic-prefix",
                  topics.prefix()));
    }

    private void createTopics() throws IOException {
      try {
        Topics.create(
            IsolationConfig.from(
                Map.of(
                    "streams.bootstrap.servers", broker.bootstrapServers(),
                    "streams.topic.prefix", topics.prefix())),
            new Topics.Layout(Optional.of(1), Optional.of((short) 1)));
      } catch (AppException refused) {
        throw new IOException(refused.getMessage(), refused);
      }
    }

    void begin() throws IOException {
      readerBefore = reader.cpuSeconds();
      senderBefore = sender.cpuSeconds();
      bytesBefore = broker.logBytes(topics.frames());
      if (bytesBefore == 0) {
        throw new IOException("nothing came from the host with " + functions + " functions");
      }
    }

    Cost cost(double seconds) throws IOException {
      return new Cost(
          functions,
          share(reader, readerBefore, seconds),
          share(sender, senderBefore, seconds),
          (broker.logBytes(topics.frames()) - bytesBefore) / seconds * DAY,
          Optional.empty());
    }

    private Share share(ChildProcess process, double before, double seconds) throws IOException {
      ChildProcess.Memory memory = process.memory();
      return new Share(
          (process.cpuSeconds() - before) / seconds * HOUR, memory.now(), memory.most());
    }

    @Override
    public void close() {
      sender.close();
      reader.close();
    }
  }
}
