package io.acswatch.streams.app;

import io.acswatch.cli.ClockWatch;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.DaemonThread;
import io.acswatch.cli.HttpAddress;
import io.acswatch.cli.Program;
import io.acswatch.cli.UnpackedLibraries;
import io.acswatch.streams.api.FleetApi;
import io.acswatch.streams.api.HttpAnswer;
import io.acswatch.streams.api.Outage;
import io.acswatch.streams.api.StaticFiles;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.topology.DeletedFrames;
import io.acswatch.streams.topology.IsolationTopology;
import io.acswatch.streams.topology.Nodes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The application: Kafka Streams, HTTP pages and metrics. Several can run in one process. */
public final class IsolationApp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IsolationApp.class);

  private static final Duration NO_HOPE = Duration.ofSeconds(1);

  private final IsolationConfig config;
  private final FleetIndex fleet;
  private final IsolationMetrics metrics;
  private final FailurePolicy failures;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final KafkaStreams streams;
  private final StreamsInstances instances;
  private final HttpAddress self;
  private final FleetApi api;
  private final ExecutorService loader =
      Executors.newSingleThreadExecutor(DaemonThread.named("acswatch-fleet"));
  private final BrokerWatch broker;
  private final FrameBacklog backlog;
  private final StatusServer http;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean topicsGone;
  private volatile List<String> hindrances = List.of();
  private volatile long hinderedSinceMillis;
  private volatile long stateSinceMillis = System.currentTimeMillis();
  private volatile Duration stopTimeout;
  private boolean closed;

  private IsolationApp(IsolationConfig config) {
    this.config = config;
    stopTimeout = config.stopTimeout();
    failures = new FailurePolicy(config.threads(), System::nanoTime, this::awaitTopics);
    fleet = new FleetIndex(config.staleAfter(), System::currentTimeMillis);
    metrics = new IsolationMetrics(fleet, System::currentTimeMillis, this::kafkaMetrics);
    http =
        new StatusServer(
            config.http(), config.peerSecret(), this::status, metrics::text, this::page);
    self =
        config.advertised().orElse(new HttpAddress(config.http().host(), http.address().getPort()));
    boolean created = false;
    try {
      streams = create(config, metrics, fleet, self);
      created = true;
    } finally {
      if (!created) {
        http.close();
      }
    }
    instances = new StreamsInstances(self, config.topics().frames(), fleet, new KafkaView());
    api = new FleetApi(fleet, instances, config.links(), config.peerSecret(), FleetApi.LONGEST);
    broker = new BrokerWatch(config, metrics::brokerReachable);
    backlog =
        new FrameBacklog(
            config,
            System::currentTimeMillis,
            this::ownPartitions,
            look -> {
              metrics.backlog(look);
              fleet.waitingGaps(look.overtaken());
              topicsGone = look.isTopicGone();
              hindered(look.hindrances().stream().map(Hindrance::text).toList());
              UnpackedLibraries.delete(); // what was loaded since then
            });
    metrics.stateChanged(State.CREATED.name(), State.CREATED.name());
    streams.setStateListener(this::onState);
    streams.setGlobalStateRestoreListener(metrics);
    streams.setUncaughtExceptionHandler(failures);
    http.start();
  }

  /**
   * Starts and returns at once; {@link #status} says when it is ready.
   *
   * @throws CommandFailure if no broker answers, a topic is missing, the port is in use or the
   *     state directory cannot be used; nothing is left running then
   * @throws ConfigException if Kafka refuses a {@code kafka.*} setting
   */
  public static IsolationApp start(IsolationConfig config) {
    try (BrokerSession session = new BrokerSession(config)) {
      Topics.refuseUnfit(session, config);
    }
    prepare(config.stateDirectory());
    loadRocksDb();
    IsolationApp app = new IsolationApp(config);
    app.run();
    return app;
  }

  private static void prepare(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException refused) {
      throw new CommandFailure(
          "state directory " + directory + " cannot be made: " + Program.reason(refused), refused);
    }
    if (!Files.isWritable(directory)) {
      throw new CommandFailure("state directory " + directory + " is not writable");
    }
  }

  /**
   * Loads its library now, and deletes the file: 15 MB, which a process that is killed would leave.
   */
  private static void loadRocksDb() {
    try {
      RocksDB.loadLibrary();
    } catch (RuntimeException | UnsatisfiedLinkError refused) {
      throw new CommandFailure(
          "RocksDB cannot be unpacked into %s and loaded: %s; set ACSWATCH_JAVA_OPTS=-Djava.io.tmpdir=DIR, where files may be executed"
              .formatted(System.getProperty("java.io.tmpdir"), CommandFailure.firstLine(refused)),
          refused);
    }
    UnpackedLibraries.delete();
  }

  private void run() {
    try {
      broker.start(() -> new BrokerSession(config, BrokerWatch.TIMEOUT));
      backlog.start(new BrokerSession(config, BrokerWatch.TIMEOUT));
      streams.start();
    } catch (CommandFailure refused) {
      close();
      throw refused;
    } catch (KafkaException failed) {
      close();
      throw new CommandFailure("cannot start: " + FailurePolicy.reason(failed), failed);
    }
  }

  private static KafkaStreams create(
      IsolationConfig config, IsolationMetrics metrics, FleetIndex fleet, HttpAddress self) {
    Properties settings = KafkaSettings.streams(config);
    // By it the other instances find the one that keeps a host.
    settings.put(StreamsConfig.APPLICATION_SERVER_CONFIG, self.toString());
    try {
      DeletedFrames deleted = new DeletedFrames();
      return new KafkaStreams(
          IsolationTopology.build(config.topics(), config.links(), metrics, fleet, deleted),
          settings,
          new DefaultKafkaClientSupplier() {
            @Override
            public Consumer<byte[], byte[]> getConsumer(Map<String, Object> ofConsumer) {
              return new FrameConsumer(ofConsumer, config.topics().frames(), deleted);
            }
          });
    } catch (ConfigException refused) {
      throw refused;
    } catch (KafkaException failed) {
      boolean inUse = String.valueOf(failed.getMessage()).contains("initialize state");
      throw new CommandFailure(
          inUse
              ? "state directory " + config.stateDirectory() + " is in use by another process"
              : "cannot start: " + CommandFailure.firstLine(failed),
          failed);
    }
  }

  private @Nullable HttpAnswer page(String path, @Nullable String rawQuery) {
    HttpAnswer file = StaticFiles.answer(path);
    return file == null ? api.answer(path, rawQuery) : file;
  }

  private final class KafkaView implements StreamsInstances.Streams {
    @Override
    public boolean isRunning() {
      return streams.state() == State.RUNNING;
    }

    @Override
    public @Nullable Outage outage(boolean whole) {
      if (!broker.isReachable()) {
        return new Outage(
            "no broker answers at " + config.bootstrapServers(), broker.awaySinceMillis());
      }
      List<String> reasons = hindrances;
      if (!reasons.isEmpty()) {
        return new Outage(String.join("; ", reasons), hinderedSinceMillis);
      }
      if (!isRunning()) {
        String state = streams.state().name();
        return new Outage(
            "it starts, stops, or partitions move (Kafka Streams is " + state + ")",
            stateSinceMillis);
      }
      return whole ? null : new Outage("it has not read all of its hosts yet", stateSinceMillis);
    }

    @Override
    public KeyQueryMetadata owner(String host) {
      return streams.queryMetadataForKey(Nodes.HOST_STATE, host, Serdes.String().serializer());
    }

    @Override
    public Collection<StreamsMetadata> keepers(String store) {
      return streams.streamsMetadataForStore(store);
    }

    @Override
    public ReadOnlyKeyValueStore<String, byte[]> store(
        StoreQueryParameters<ReadOnlyKeyValueStore<String, byte[]>> query) {
      return streams.store(query);
    }
  }

  /** The first look that counts is one after the failure. */
  private boolean awaitTopics() throws InterruptedException {
    do {
      if (closing.await(2 * FrameBacklog.INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        return false;
      }
    } while (topicsGone);
    return true;
  }

  private void hindered(List<String> reasons) {
    if (hindrances.isEmpty()) {
      hinderedSinceMillis = System.currentTimeMillis();
    }
    hindrances = reasons;
  }

  private Collection<Integer> ownPartitions() {
    try {
      return instances.own();
    } catch (KafkaException | IllegalStateException notRunning) {
      return List.of();
    }
  }

  private Map<MetricName, ? extends Metric> kafkaMetrics() {
    return streams.metrics();
  }

  private void onState(State now, State before) {
    metrics.stateChanged(before.name(), now.name());
    stateSinceMillis = System.currentTimeMillis();
    LOG.info("Kafka Streams: {} -> {}", before, now);
    if (now == State.RUNNING) {
      loadFleet();
    }
    if (now == State.ERROR || now == State.NOT_RUNNING) {
      ended.countDown();
    }
  }

  private synchronized void loadFleet() {
    if (!closed) {
      loader.execute(() -> instances.load());
    }
  }

  public AppStatus status() {
    return new AppStatus(
        streams.state().name(), broker.isReachable(), hindrances, fleet.overtaken());
  }

  /** Where it answers HTTP requests, with the port that was chosen. */
  public InetSocketAddress httpAddress() {
    return http.address();
  }

  public String metricsText() {
    return metrics.text();
  }

  /**
   * Waits until it has ended, or should be closed and started in a new process; says in one line
   * why, or nothing if it was closed.
   */
  public Optional<String> awaitEnd() throws InterruptedException {
    ClockWatch clock = new ClockWatch();
    while (!ended.await(1, TimeUnit.SECONDS)) {
      Duration back = clock.setBack();
      if (!back.isZero()) {
        stopTimeout = Collections.min(List.of(stopTimeout, NO_HOPE)); // it would wait for the same
        return Optional.of(
            "the clock was set back by %d s, and Kafka's clients would wait as long; start again"
                .formatted(back.toSeconds()));
      }
    }
    return streams.state() == State.ERROR
        ? Optional.of("the streams application stopped: " + failures.lastFailure())
        : Optional.empty();
  }

  /**
   * Ends what is under way, commits, and leaves the consumer group, so that its partitions move at
   * once. Waits for the stop timeout at most, and hardly where the clock was set back. Harmless
   * when repeated.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    closing.countDown();
    broker.close();
    backlog.close();
    loader.shutdownNow();
    boolean inTime =
        streams.close(
            CloseOptions.timeout(stopTimeout)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    if (!inTime) {
      LOG.warn(
          "Did not stop within {} ms; what is not committed will be done again",
          stopTimeout.toMillis());
    }
    http.close();
    ended.countDown();
  }
}
