package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import io.acswatch.benchmarks.topology.Contender.Running;
import io.acswatch.streams.app.KafkaSettings;
import io.acswatch.streams.topology.Nodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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

/**
 * The rival: one get and one put for each record in a store like the project's, with the project's
 * settings. What is put is the state that the project remembers of the host, so that its size and
 * its compression are the same.
 */
final class StoreApp implements Contender {
  static final String LABEL = "store";

  private static final String STORE = "values";
  private static final Duration STOPPING = Duration.ofSeconds(30);

  private final Broker broker;
  private final Project project;

  StoreApp(Broker broker, Project project) {
    this.broker = broker;
    this.project = project;
  }

  @Override
  public Running start(Lane lane, String run) {
    KafkaStreams streams =
        new KafkaStreams(
            topology(lane.topics().frames(), project.states(lane.scenario())),
            KafkaSettings.streams(project.config(lane, run)));
    streams.start();
    return new CommittingRun(
        broker,
        lane,
        run,
        () -> {
          streams.close(STOPPING);
          broker.delete(Project.changelog(run, STORE));
        });
  }

  private static Topology topology(String frames, Map<String, byte[]> values) {
    return new Topology()
        .addSource(
            AutoOffsetReset.earliest(),
            "in",
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            frames)
        .addProcessor("store", () -> new GetAndPut(values), "in")
        .addStateStore(
            Stores.keyValueStoreBuilder(
                    Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingEnabled(
                    Map.of(
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                        Integer.toString(Nodes.MAX_RECORD_BYTES))),
            "store");
  }

  private static final class GetAndPut implements Processor<byte[], byte[], byte[], byte[]> {
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
