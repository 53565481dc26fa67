package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import io.acswatch.benchmarks.rig.Scenario;
import io.acswatch.benchmarks.topology.Contender.Running;
import io.acswatch.cli.CommandFailure;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.KafkaSettings;
import io.acswatch.streams.topology.IsolationTopology;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** The project and its rival in Kafka Streams, both with the project's settings. */
final class Contenders {
  static final String PROJECT = "project";
  static final String STORE = "store";

  private static final Duration STOPPING = Duration.ofSeconds(30);

  private final Broker broker;
  private final Path stateDirectory;
  private final Map<String, String> further;
  private final Map<Scenario, Map<String, byte[]>> states = new HashMap<>();

  /** Contenders with {@code further} settings of the streams application. */
  Contenders(Broker broker, Path stateDirectory, Map<String, String> further) {
    this.broker = broker;
    this.stateDirectory = stateDirectory;
    this.further = further;
  }

  private IsolationConfig config(Lane lane, String run) {
    Map<String, String> settings = new HashMap<>(further);
    settings.put("streams.bootstrap.servers", broker.bootstrapServers());
    settings.put("streams.topic.prefix", lane.topics().prefix());
    settings.put("streams.application.id", run);
    settings.put("streams.http.address", "127.0.0.1:0");
    settings.put("streams.state.dir", stateDirectory.resolve(run).toString());
    return IsolationConfig.from(settings);
  }

  /** The application as it is run, metrics and HTTP included. */
  Contender project() {
    return Contender.of(PROJECT, this::startProject);
  }

  private Running startProject(Lane lane, String run) throws IOException {
    IsolationApp app;
    try {
      app = IsolationApp.start(config(lane, run));
    } catch (CommandFailure refused) {
      throw new IOException(refused.getMessage(), refused);
    }
    String changelog = changelog(run, IsolationTopology.HOST_STATE);
    return running(
        lane,
        run,
        () -> {
          app.close();
          if (!states.containsKey(lane.scenario())) {
            states.put(lane.scenario(), broker.lastValues(changelog));
          }
          broker.delete(List.of(changelog));
        });
  }

  static String changelog(String run, String store) {
    return run + '-' + store + "-changelog";
  }

  /** The states that the project remembered in a scenario, by host; empty before its first run. */
  Map<String, byte[]> states(Scenario scenario) {
    return states.getOrDefault(scenario, Map.of());
  }

  /**
   * One get and one put for each record in a store like the project's; what is put is the state
   * that the project remembers of the host, so that its size and its compression are the same.
   */
  Contender store() {
    return Contender.of(STORE, this::startStore);
  }

  private Running startStore(Lane lane, String run) {
    Map<String, byte[]> values = states(lane.scenario());
    Topology topology =
        source(lane)
            .addProcessor("store", () -> new GetAndPut(values), "in")
            .addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(GetAndPut.STORE),
                        Serdes.String(),
                        Serdes.ByteArray())
                    .withCachingDisabled()
                    .withLoggingEnabled(
                        Map.of(
                            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                            Integer.toString(IsolationTopology.MAX_RECORD_BYTES))),
                "store");
    return running(topology, lane, run, changelog(run, GetAndPut.STORE));
  }

  private static Topology source(Lane lane) {
    return new Topology()
        .addSource(
            AutoOffsetReset.earliest(),
            "in",
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            lane.topics().frames());
  }

  private Running running(Topology topology, Lane lane, String run, String ownTopic) {
    KafkaStreams streams = new KafkaStreams(topology, KafkaSettings.streams(config(lane, run)));
    streams.start();
    return running(
        lane,
        run,
        () -> {
          streams.close(STOPPING);
          broker.delete(List.of(ownTopic));
        });
  }

  /** Ends a contender and deletes what only it has used. */
  @FunctionalInterface
  private interface Ending {
    void run() throws IOException;
  }

  /** Is through with what its group has committed. */
  private Running running(Lane lane, String run, Ending ending) {
    return new Running() {
      @Override
      public long done() throws IOException {
        return broker.committed(run, lane.topics().frames());
      }

      @Override
      public void close() throws IOException {
        ending.run();
      }
    };
  }

  /** The processor of {@link #store}. */
  private static final class GetAndPut implements Processor<byte[], byte[], byte[], byte[]> {
    static final String STORE = "values";

    private final Map<String, byte[]> values;
    private KeyValueStore<String, byte[]> store;
    private long number;

    GetAndPut(Map<String, byte[]> values) {
      this.values = values;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
      store = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      String host = new String(record.key(), StandardCharsets.UTF_8);
      byte[] next = values.get(host).clone();
      byte[] before = store.get(host);
      number += before == null ? 1 : before.length - next.length + 1;
      ByteBuffer.wrap(next).putLong(next.length - Long.BYTES, number); // never the same twice
      store.put(host, next);
    }
  }
}
