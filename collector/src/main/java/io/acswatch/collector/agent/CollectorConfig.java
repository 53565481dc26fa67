package io.acswatch.collector.agent;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import io.acswatch.wire.TopicNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one agent; read once at start.
 *
 * @param bootstrapServers brokers to start from, {@code host:port[,host:port...]}
 * @param topics names of the topics
 * @param root below which {@code /sys} and {@code /proc} are read
 * @param hostId id of the host, empty for its host name
 * @param owners file that says which VM owns what, read anew for every snapshot; null for none
 * @param snapshotInterval longest time between two snapshots
 * @param glanceInterval time between two looks at whether something changed
 * @param settleInterval shortest time between two snapshots that only uevents ask for
 * @param sendTimeout how long one attempt to send may take
 * @param stopTimeout how long a stop may take to send what is left
 * @param outboxBytes most bytes kept for a broker that cannot be reached
 * @param producer further settings of the Kafka producer, which win
 */
public record CollectorConfig(
    String bootstrapServers,
    TopicNames topics,
    Path root,
    String hostId,
    @Nullable Path owners,
    Duration snapshotInterval,
    Duration glanceInterval,
    Duration settleInterval,
    Duration sendTimeout,
    Duration stopTimeout,
    int outboxBytes,
    Map<String, String> producer) {
  /** Begins the keys that are handed to the Kafka producer without this prefix. */
  public static final String PRODUCER_PREFIX = "producer.";

  static final String BOOTSTRAP_SERVERS = "collector.bootstrap.servers";
  static final String TOPIC_PREFIX = "collector.topic.prefix";
  static final String ROOT = "collector.root";
  static final String HOST_ID = "collector.host.id";
  static final String OWNERS_FILE = "collector.owners.file";
  static final String SNAPSHOT_INTERVAL = "collector.snapshot.interval.ms";
  static final String GLANCE_INTERVAL = "collector.glance.interval.ms";
  static final String SETTLE_INTERVAL = "collector.settle.interval.ms";
  static final String SEND_TIMEOUT = "collector.send.timeout.ms";
  static final String STOP_TIMEOUT = "collector.stop.timeout.ms";
  static final String OUTBOX_BYTES = "collector.outbox.bytes";

  static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              BOOTSTRAP_SERVERS,
              STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              new ConfigDef.NonEmptyString(),
              HIGH,
              "Brokers to start from, host:port[,host:port...].")
          .define(
              TOPIC_PREFIX,
              STRING,
              TopicNames.DEFAULT_PREFIX,
              HIGH,
              "Prefix of the topic names; frames go to <prefix>.frames, keyed by host id.")
          .define(ROOT, STRING, "/", LOW, "Directory that holds sys and proc; tests use a copy.")
          .define(
              HOST_ID, STRING, "", HIGH, "Id of this host in all records; empty: its host name.")
          .define(
              OWNERS_FILE,
              STRING,
              "",
              MEDIUM,
              "File of 'owner TAB address TAB vm TAB source' lines; read for every snapshot.")
          .define(
              SNAPSHOT_INTERVAL,
              LONG,
              300_000L,
              atLeast(1_000),
              MEDIUM,
              "Milliseconds between full snapshots while nothing changes.")
          .define(
              GLANCE_INTERVAL,
              LONG,
              1_000L,
              atLeast(100),
              MEDIUM,
              "Milliseconds between looks at ACS Control words, kexec and device events.")
          .define(
              SETTLE_INTERVAL,
              LONG,
              2_000L,
              atLeast(0),
              LOW,
              "Least milliseconds between two snapshots that only device events ask for.")
          .define(
              SEND_TIMEOUT,
              INT,
              30_000,
              atLeast(1_000),
              LOW,
              "Milliseconds after which an attempt to send counts as failed and is repeated.")
          .define(
              STOP_TIMEOUT,
              LONG,
              10_000L,
              atLeast(0),
              LOW,
              "Milliseconds that a stop may take to send what is left.")
          .define(
              OUTBOX_BYTES,
              INT,
              16 << 20,
              atLeast(0),
              LOW,
              "Most bytes of snapshots kept for a broker out of reach; the newest is always kept.");

  /** Copies the map. */
  public CollectorConfig {
    producer = Map.copyOf(producer);
  }

  /** True if this is a key of ours, or one for the producer. */
  public static boolean knows(String key) {
    return DEFINITION.names().contains(key)
        || (key.startsWith(PRODUCER_PREFIX) && key.length() > PRODUCER_PREFIX.length());
  }

  /**
   * Settings from keys and values; keys that are not known are ignored (see {@link #knows}).
   *
   * @throws ConfigException naming the key, the value and what was expected
   */
  public static CollectorConfig from(Map<String, String> settings) {
    Map<String, Object> values = DEFINITION.parse(settings);
    String owners = text(values, OWNERS_FILE);
    return new CollectorConfig(
        text(values, BOOTSTRAP_SERVERS),
        topics(text(values, TOPIC_PREFIX)),
        Path.of(text(values, ROOT)),
        text(values, HOST_ID),
        owners.isEmpty() ? null : Path.of(owners),
        millis(values, SNAPSHOT_INTERVAL),
        millis(values, GLANCE_INTERVAL),
        millis(values, SETTLE_INTERVAL),
        millis(values, SEND_TIMEOUT),
        millis(values, STOP_TIMEOUT),
        ((Number) values.get(OUTBOX_BYTES)).intValue(),
        producerSettings(settings));
  }

  private static TopicNames topics(String prefix) {
    try {
      return new TopicNames(prefix);
    } catch (IllegalArgumentException refused) {
      throw new ConfigException(TOPIC_PREFIX, prefix, refused.getMessage());
    }
  }

  private static Map<String, String> producerSettings(Map<String, String> settings) {
    Map<String, String> producer = new TreeMap<>();
    settings.forEach(
        (key, value) -> {
          if (key.startsWith(PRODUCER_PREFIX)) {
            producer.put(key.substring(PRODUCER_PREFIX.length()), value);
          }
        });
    return producer;
  }

  private static String text(Map<String, Object> values, String key) {
    return String.valueOf(values.get(key));
  }

  private static Duration millis(Map<String, Object> values, String key) {
    return Duration.ofMillis(((Number) values.get(key)).longValue());
  }
}
