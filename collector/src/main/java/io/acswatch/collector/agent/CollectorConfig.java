package io.acswatch.collector.agent;

import io.acswatch.collector.source.DenyList;
import io.acswatch.collector.spool.SpoolLimits;
import io.acswatch.wire.TopicNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one agent; read once at start. Reader and sender share one file, each takes what it
 * needs.
 *
 * @param bootstrapServers brokers to start from, {@code host:port[,host:port...]}; empty if not set
 * @param topics names of the topics
 * @param root below which {@code /sys} and {@code /proc} are read
 * @param hostId id of the host, empty for its host name
 * @param owners file that says which VM owns what, read anew for every snapshot; null for none
 * @param snapshotInterval longest time between two full snapshots
 * @param sweepInterval longest time between two looks at everything
 * @param glanceInterval time between two looks at whether something changed
 * @param settleInterval shortest time between two snapshots that only uevents ask for
 * @param heartbeatInterval time between two heartbeats
 * @param readsPerSecond most functions whose configuration space is read in a second
 * @param denied functions whose configuration space is never read
 * @param sendTimeout how long one attempt to send may take
 * @param stopTimeout how long a stop may take to send what is left
 * @param spool directory of the spool, null if not set
 * @param spoolLimits what it may hold
 * @param httpAddress where the sender serves metrics, {@code host:port}; empty for nowhere
 * @param producer further settings of the Kafka producer, which win
 */
public record CollectorConfig(
    String bootstrapServers,
    TopicNames topics,
    Path root,
    String hostId,
    @Nullable Path owners,
    Duration snapshotInterval,
    Duration sweepInterval,
    Duration glanceInterval,
    Duration settleInterval,
    Duration heartbeatInterval,
    int readsPerSecond,
    DenyList denied,
    Duration sendTimeout,
    Duration stopTimeout,
    @Nullable Path spool,
    SpoolLimits spoolLimits,
    String httpAddress,
    Map<String, String> producer) {
  /** Begins the keys that are handed to the Kafka producer without this prefix. */
  public static final String PRODUCER_PREFIX = "producer.";

  /** Where the spool of a reader and sender is if nothing else is said. */
  public static final Path DEFAULT_SPOOL = Path.of("/var/lib/acswatch/spool");

  static final String BOOTSTRAP_SERVERS = "collector.bootstrap.servers";
  static final String TOPIC_PREFIX = "collector.topic.prefix";
  static final String ROOT = "collector.root";
  static final String HOST_ID = "collector.host.id";
  static final String OWNERS_FILE = "collector.owners.file";
  static final String SNAPSHOT_INTERVAL = "collector.snapshot.interval.ms";
  static final String SWEEP_INTERVAL = "collector.sweep.interval.ms";
  static final String GLANCE_INTERVAL = "collector.glance.interval.ms";
  static final String SETTLE_INTERVAL = "collector.settle.interval.ms";
  static final String HEARTBEAT_INTERVAL = "collector.heartbeat.interval.ms";
  static final String READS_PER_SECOND = "collector.reads.per.second";
  static final String DENY = "collector.deny";
  static final String SEND_TIMEOUT = "collector.send.timeout.ms";
  static final String STOP_TIMEOUT = "collector.stop.timeout.ms";
  static final String SPOOL_DIRECTORY = "collector.spool.dir";
  static final String SPOOL_BYTES = "collector.spool.bytes";
  static final String SPOOL_AGE = "collector.spool.age.ms";
  static final String HTTP_ADDRESS = "collector.http.address";

  static final Settings.Definition DEFINITION =
      new Settings.Definition()
          .text(BOOTSTRAP_SERVERS, "")
          .text(TOPIC_PREFIX, TopicNames.DEFAULT_PREFIX)
          .text(ROOT, "/")
          .text(HOST_ID, "")
          .text(OWNERS_FILE, "")
          .number(SNAPSHOT_INTERVAL, 300_000, 1_000)
          .number(SWEEP_INTERVAL, 60_000, 1_000)
          .number(GLANCE_INTERVAL, 1_000, 100)
          .number(SETTLE_INTERVAL, 2_000, 0)
          .number(HEARTBEAT_INTERVAL, 60_000, 1_000)
          .number(READS_PER_SECOND, 500, 1)
          .text(DENY, "")
          .number(SEND_TIMEOUT, 30_000, 1_000)
          .number(STOP_TIMEOUT, 10_000, 0)
          .text(SPOOL_DIRECTORY, "")
          .number(SPOOL_BYTES, 64 << 20, 0)
          .number(SPOOL_AGE, Duration.ofDays(7).toMillis(), 1_000)
          .text(HTTP_ADDRESS, "127.0.0.1:9641");

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
   * @throws SettingException naming the key, the value and what was expected
   */
  public static CollectorConfig from(Map<String, String> given) {
    Settings settings = DEFINITION.parse(given);
    return new CollectorConfig(
        settings.text(BOOTSTRAP_SERVERS),
        topics(settings.text(TOPIC_PREFIX)),
        Path.of(settings.text(ROOT)),
        settings.text(HOST_ID),
        pathOrNull(settings.text(OWNERS_FILE)),
        millis(settings, SNAPSHOT_INTERVAL),
        millis(settings, SWEEP_INTERVAL),
        millis(settings, GLANCE_INTERVAL),
        millis(settings, SETTLE_INTERVAL),
        millis(settings, HEARTBEAT_INTERVAL),
        (int) Math.min(settings.number(READS_PER_SECOND), Integer.MAX_VALUE),
        denied(settings.text(DENY)),
        millis(settings, SEND_TIMEOUT),
        millis(settings, STOP_TIMEOUT),
        pathOrNull(settings.text(SPOOL_DIRECTORY)),
        new SpoolLimits(settings.number(SPOOL_BYTES), millis(settings, SPOOL_AGE)),
        settings.text(HTTP_ADDRESS),
        producerSettings(given));
  }

  /**
   * The same settings, which name a broker.
   *
   * @throws SettingException if they do not
   */
  public CollectorConfig withBroker() {
    if (bootstrapServers.isEmpty()) {
      throw new SettingException(BOOTSTRAP_SERVERS, "\"\"", "expected host:port[,host:port...]");
    }
    return this;
  }

  /** The spool of a reader and of a sender that run apart. */
  public Path spoolOrDefault() {
    return spool == null ? DEFAULT_SPOOL : spool;
  }

  private static @Nullable Path pathOrNull(String text) {
    return text.isEmpty() ? null : Path.of(text);
  }

  private static DenyList denied(String text) {
    try {
      return DenyList.parse(text);
    } catch (IllegalArgumentException refused) {
      throw new SettingException(DENY, text, String.valueOf(refused.getMessage()));
    }
  }

  private static TopicNames topics(String prefix) {
    try {
      return new TopicNames(prefix);
    } catch (IllegalArgumentException refused) {
      throw new SettingException(TOPIC_PREFIX, prefix, String.valueOf(refused.getMessage()));
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

  private static Duration millis(Settings settings, String key) {
    return Duration.ofMillis(settings.number(key));
  }
}
