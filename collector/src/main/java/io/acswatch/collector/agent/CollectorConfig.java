package io.acswatch.collector.agent;

import io.acswatch.cli.HttpAddress;
import io.acswatch.cli.Settings;
import io.acswatch.collector.source.DenyList;
import io.acswatch.collector.spool.SpoolLimits;
import io.acswatch.wire.FrameLimits;
import io.acswatch.wire.TopicNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one agent; read once at start. Reader and sender share one file, each takes what it
 * needs.
 *
 * @param bootstrapServers brokers to start from, {@code host:port[,host:port...]}; empty if not set
 * @param root below which {@code /sys} and {@code /proc} are read
 * @param hostId empty for the host's own name
 * @param owners file that says which VM owns what, read anew for every snapshot; null for none
 * @param snapshotInterval longest time between two whole snapshots: after it, who has lost one
 *     knows the host again
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
 * @param signed whether the reader signs its frames
 * @param httpAddress where the sender serves metrics; empty for nowhere
 * @param kafka further settings of Kafka's clients, which win
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
    boolean signed,
    Optional<HttpAddress> httpAddress,
    Map<String, String> kafka) {
  public static final String KAFKA_PREFIX = "kafka.";
  public static final String PRODUCER_PREFIX = "producer.";

  /** Where the spool of a reader and sender is if nothing else is said. */
  private static final Path DEFAULT_SPOOL = Path.of("/var/lib/acswatch/spool");

  public static final String FAMILY = "collector";

  public static final String BOOTSTRAP_SERVERS = "collector.bootstrap.servers";
  static final String TOPIC_PREFIX = "collector.topic.prefix";
  public static final String ROOT = "collector.root";
  public static final String HOST_ID = "collector.host.id";
  public static final String OWNERS_FILE = "collector.owners.file";
  static final String SNAPSHOT_INTERVAL = "collector.snapshot.interval.ms";
  static final String SWEEP_INTERVAL = "collector.sweep.interval.ms";
  public static final String GLANCE_INTERVAL = "collector.glance.interval.ms";
  static final String SETTLE_INTERVAL = "collector.settle.interval.ms";
  static final String HEARTBEAT_INTERVAL = "collector.heartbeat.interval.ms";
  static final String READS_PER_SECOND = "collector.reads.per.second";
  static final String DENY = "collector.deny";
  public static final String SEND_TIMEOUT = "collector.send.timeout.ms";
  static final String STOP_TIMEOUT = "collector.stop.timeout.ms";
  public static final String SPOOL_DIRECTORY = "collector.spool.dir";
  static final String SPOOL_BYTES = "collector.spool.bytes";
  static final String SPOOL_AGE = "collector.spool.age.ms";
  static final String SIGN = "collector.sign";
  static final String HTTP_ADDRESS = "collector.http.address";

  public static final Settings.Keys KEYS =
      new Settings.Keys()
          .text(BOOTSTRAP_SERVERS, "")
          .text(TOPIC_PREFIX, TopicNames.DEFAULT_PREFIX)
          .text(ROOT, "/")
          .text(HOST_ID, "")
          .text(OWNERS_FILE, "")
          .number(SNAPSHOT_INTERVAL, 3_600_000, 1_000, 3_600_000)
          .number(SWEEP_INTERVAL, 60_000, 1_000)
          .number(GLANCE_INTERVAL, 1_000, 100)
          .number(SETTLE_INTERVAL, 2_000, 0)
          .number(HEARTBEAT_INTERVAL, 60_000, 1_000)
          .number(READS_PER_SECOND, 500, 1, Integer.MAX_VALUE)
          .text(DENY, "")
          .number(SEND_TIMEOUT, 30_000, 1_000)
          .number(STOP_TIMEOUT, 1_000, 0)
          .text(SPOOL_DIRECTORY, "")
          .number(SPOOL_BYTES, 64 << 20, 0)
          .number(SPOOL_AGE, Duration.ofDays(7).toMillis(), 1_000)
          .text(SIGN, "no")
          .text(HTTP_ADDRESS, "127.0.0.1:9641")
          .family(KAFKA_PREFIX)
          .family(PRODUCER_PREFIX);

  public CollectorConfig {
    kafka = Map.copyOf(kafka);
  }

  public static CollectorConfig from(Map<String, String> settings) {
    return from(new Settings(KEYS).putAll(settings));
  }

  /** Settings from a file and from options; a refusal names key, value and what was expected. */
  public static CollectorConfig from(Settings settings) {
    return new CollectorConfig(
        settings.text(BOOTSTRAP_SERVERS),
        settings.parsed(TOPIC_PREFIX, TopicNames::new),
        Path.of(settings.text(ROOT)),
        settings.parsed(HOST_ID, FrameLimits::host),
        pathOrNull(settings.text(OWNERS_FILE)),
        settings.millis(SNAPSHOT_INTERVAL),
        settings.millis(SWEEP_INTERVAL),
        settings.millis(GLANCE_INTERVAL),
        settings.millis(SETTLE_INTERVAL),
        settings.millis(HEARTBEAT_INTERVAL),
        (int) settings.number(READS_PER_SECOND),
        settings.parsed(DENY, DenyList::parse),
        settings.millis(SEND_TIMEOUT),
        settings.millis(STOP_TIMEOUT),
        pathOrNull(settings.text(SPOOL_DIRECTORY)),
        new SpoolLimits(settings.number(SPOOL_BYTES), settings.millis(SPOOL_AGE)),
        settings.parsed(SIGN, CollectorConfig::yesOrNo),
        settings.parsed(HTTP_ADDRESS, CollectorConfig::addressIfAny),
        kafka(settings));
  }

  /** What is said of the producer wins over what is said of every client. */
  private static Map<String, String> kafka(Settings settings) {
    Map<String, String> kafka = new HashMap<>(settings.family(KAFKA_PREFIX, setting -> true));
    kafka.putAll(settings.family(PRODUCER_PREFIX, setting -> true));
    return kafka;
  }

  /** The spool of a reader and of a sender that run apart. */
  public Path spoolOrDefault() {
    return spool == null ? DEFAULT_SPOOL : spool;
  }

  private static boolean yesOrNo(String text) {
    if (!text.matches("yes|no")) {
      throw new IllegalArgumentException("expected yes or no");
    }
    return text.equals("yes");
  }

  private static Optional<HttpAddress> addressIfAny(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(HttpAddress.parse(text));
  }

  private static @Nullable Path pathOrNull(String text) {
    return text.isEmpty() ? null : Path.of(text);
  }
}
