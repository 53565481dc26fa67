package io.acswatch.streams.topology;

import io.acswatch.client.Incident;
import io.acswatch.streams.incident.IncidentStores;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.json.AlertLinks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The real topology with its real store, without a broker; time passes by a second a record. */
public final class TopologyRun implements AutoCloseable {
  public static final TopicNames TOPICS = TopicNames.DEFAULT;

  private final TopologyTestDriver driver;
  private long time = 1_767_225_660_000L;

  /** Starts with nothing, its state in an empty directory. */
  public TopologyRun(Path stateDirectory) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "run");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
    settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    driver =
        new TopologyTestDriver(
            IsolationTopology.build(
                TOPICS, AlertLinks.DEFAULT, TopologyObserver.NONE, HostObserver.NONE),
            settings);
  }

  /** A frame of a host. */
  public void send(String key, byte @Nullable [] value) {
    send(key, value, new RecordHeaders());
  }

  public void send(String key, byte @Nullable [] value, Headers headers) {
    pipe(TOPICS.frames(), key, value, headers);
  }

  /** What an operator asks of a host. */
  public void command(@Nullable String host, byte @Nullable [] value) {
    pipe(TOPICS.commands(), host, value, new RecordHeaders());
  }

  /** What an operator says of the keys of a host. */
  public void hostKeys(String host, byte @Nullable [] value) {
    pipe(TOPICS.hostKeys(), host, value, new RecordHeaders());
  }

  /** A record that somebody put among the alerts. */
  public void alert(@Nullable String host, byte[] value) {
    pipe(TOPICS.alerts(), host, value, new RecordHeaders());
  }

  /** A record that somebody put among the groups. */
  public void groups(@Nullable String host, byte[] value) {
    pipe(TOPICS.groups(), host, value, new RecordHeaders());
  }

  private void pipe(String topic, @Nullable String key, byte @Nullable [] value, Headers headers) {
    time += 1_000;
    byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    driver
        .createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>(bytes, value, headers, time));
  }

  /** The time of the last record. */
  public long now() {
    return time;
  }

  /** Lets time pass before the next record. */
  public void pass(Duration length) {
    time += length.toMillis();
  }

  /** What has come out since the last look. */
  public List<TestRecord<byte[], byte[]>> read(String topic) {
    return driver
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  /** All incidents as they are now. */
  public List<Incident> incidents() {
    List<Incident> incidents = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all =
        driver.<String, byte[]>getKeyValueStore(IncidentStores.INCIDENTS).all()) {
      all.forEachRemaining(entry -> incidents.add(IncidentStores.unpackIncident(entry.value)));
    }
    return incidents;
  }

  KeyValueStore<String, byte[]> store() {
    return driver.getKeyValueStore(Nodes.HOST_STATE);
  }

  @Override
  public void close() {
    driver.close();
  }
}
