package io.acswatch.benchmarks.cost;

import io.acswatch.benchmarks.cost.ChildProcess.Memory;
import io.acswatch.benchmarks.cost.ChildProcess.Processor;
import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Spread;
import io.acswatch.collector.command.FixtureHost;
import io.acswatch.collector.spool.Spool;
import io.acswatch.simulate.LoadHost;
import io.acswatch.streams.app.AppException;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
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

  /** A reader tells all once more when nothing came or went for five seconds; that must be over. */
  private static final Duration QUIET = Duration.ofSeconds(20);

  private static final int TRACED_SECONDS = 10;

  /** Of each size; the median counts. */
  private static final int STARTS = 3;

  /** How long a reader runs before it is stopped. */
  private static final Duration RUNNING = Duration.ofSeconds(3);

  private static final long FRAME_POLL_MILLIS = 2;
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
   */
  record Cost(int functions, Share reader, Share sender, double wireBytesPerDay) {}

  /**
   * What one process costs.
   *
   * @param perHour seconds in its own code, and in the kernel, which is where it reads
   */
  record Share(Processor perHour, Memory memory) {
    /** Seconds of one core in an hour. */
    double cpuSecondsPerHour() {
      return perHour.user() + perHour.system();
    }
  }

  /**
   * What is measured on a reader that has the host to itself.
   *
   * @param functions PCI functions of the host
   * @param startMillis from the start of the process to its first frame on disk
   * @param stopMillis from the signal to stop to the end of the process
   * @param calls system calls of one fast look; empty if there is no strace
   */
  record Alone(
      int functions, double startMillis, double stopMillis, Optional<CallsOfALook> calls) {}

  /** System calls of one look, on average. */
  record CallsOfALook(double all, double onFiles) {}

  /** Measures for so long, after all have run for a while. */
  List<Cost> together(List<Integer> sizes, Duration warmUp, Duration window)
      throws IOException, InterruptedException {
    List<Host> hosts = new ArrayList<>();
    try {
      for (int size : sizes) {
        progress.accept("starting the agent of a host with %d functions".formatted(size));
        hosts.add(new Host(size));
      }
      progress.accept("letting them warm up for " + warmUp.toSeconds() + " s");
      Thread.sleep(warmUp.toMillis());
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
      return costs;
    } finally {
      hosts.forEach(Host::close);
    }
  }

  /** Makes the hosts, and the archive of classes that an installed reader has. */
  void prepare(List<Integer> sizes) throws IOException, InterruptedException {
    if (!ChildProcess.canMount()) {
      progress.accept("no right to mount: links are followed below a root, in more system calls");
    }
    if (!SystemCalls.canBeCounted()) {
      progress.accept("system calls are not counted: strace is missing");
    }
    for (int size : sizes) {
      FixtureHost.of(LoadHost.of(1, size, size).snapshot(1), Files.createDirectories(root(size)));
    }
    ChildProcess.run(
        directory.resolve("archive.log"),
        List.of(
            "collect",
            "reader",
            "--once",
            "--root",
            root(sizes.get(0)).toString(),
            "--spool",
            directory.resolve("archive").toString()));
  }

  /** Starts and stops a reader some times, and counts the system calls of one that only looks. */
  Alone alone(int functions) throws IOException, InterruptedException {
    progress.accept("starting and stopping a reader of %d functions".formatted(functions));
    Path own = Files.createDirectories(directory.resolve("alone-" + functions));
    List<Double> starts = new ArrayList<>();
    List<Double> stops = new ArrayList<>();
    for (int i = 0; i < STARTS; i++) {
      long begin = System.nanoTime();
      Path spool = own.resolve("spool-" + i);
      try (ChildProcess reader = readerOf(functions, own, spool, List.of())) {
        awaitFrame(reader, spool);
        starts.add((System.nanoTime() - begin) / 1e6);
        Thread.sleep(RUNNING.toMillis());
        stops.add(reader.stop());
      }
    }
    Optional<CallsOfALook> calls =
        SystemCalls.canBeCounted() ? Optional.of(callsOfALook(functions, own)) : Optional.empty();
    return new Alone(functions, Spread.of(starts).median(), Spread.of(stops).median(), calls);
  }

  private ChildProcess readerOf(int functions, Path own, Path spool, List<String> more)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(List.of("collect", "reader", "--spool", spool.toString()));
    arguments.addAll(more);
    return ChildProcess.startOn(root(functions), own.resolve("reader.log"), arguments);
  }

  private static void awaitFrame(ChildProcess reader, Path spool)
      throws IOException, InterruptedException {
    while (!Files.isDirectory(spool) || Spool.entriesOf(spool).isEmpty()) {
      reader.processor(); // throws if it has ended
      Thread.sleep(FRAME_POLL_MILLIS);
    }
  }

  /** Counted on a reader that does nothing but look: no sweep, no snapshot, no heartbeat. */
  private CallsOfALook callsOfALook(int functions, Path own)
      throws IOException, InterruptedException {
    progress.accept("counting system calls at %d functions".formatted(functions));
    Path settings =
        Files.writeString(
            own.resolve("looks-only.properties"),
            """
            collector.sweep.interval.ms=86400000
            collector.snapshot.interval.ms=86400000
            collector.heartbeat.interval.ms=86400000
            """);
    Path spool = own.resolve("spool");
    try (ChildProcess reader =
        readerOf(functions, own, spool, List.of("--config", settings.toString()))) {
      awaitFrame(reader, spool);
      Thread.sleep(QUIET.toMillis());
      SystemCalls calls = SystemCalls.of(reader.pid(), TRACED_SECONDS, own.resolve("strace.txt"));
      double looks = (double) TRACED_SECONDS * GLANCES_PER_SECOND;
      return new CallsOfALook(calls.all() / looks, calls.onFiles() / looks);
    }
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
    private Processor readerBefore = new Processor(0, 0);
    private Processor senderBefore = readerBefore;
    private long bytesBefore;

    Host(int functions) throws IOException, InterruptedException {
      this.functions = functions;
      topics = new TopicNames("cost-" + functions);
      createTopics();
      String spool = directory.resolve("spool-" + functions).toString();
      reader =
          ChildProcess.startOn(
              root(functions),
              directory.resolve("reader-" + functions + ".log"),
              List.of("collect", "reader", "--spool", spool));
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
      readerBefore = reader.processor();
      senderBefore = sender.processor();
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
          (broker.logBytes(topics.frames()) - bytesBefore) / seconds * DAY);
    }

    private Share share(ChildProcess process, Processor before, double seconds) throws IOException {
      Processor now = process.processor();
      return new Share(
          new Processor(
              (now.user() - before.user()) / seconds * HOUR,
              (now.system() - before.system()) / seconds * HOUR),
          process.memory());
    }

    @Override
    public void close() {
      sender.close();
      reader.close();
    }
  }
}
