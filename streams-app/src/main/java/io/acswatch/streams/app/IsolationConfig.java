package io.acswatch.streams.app;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import io.acswatch.wire.TopicNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * Settings of the streams application; read once at start.
 *
 * @param bootstrapServers brokers to start from, {@code host:port[,host:port...]}
 * @param topics names of the topics
 * @param applicationId names the consumer group, the changelog and the transactions
 * @param stateDirectory holds the stores; a copy of the changelog, so losing it costs time only
 * @param http where to listen for HTTP; port 0 for any free one
 * @param advertised where other instances of this application reach it; empty: where it listens
 * @param staleAfter silence of a host after which what is known of it counts as stale
 * @param threads stream threads of this process
 * @param commitInterval time between transactions, and so most of the time an alert takes
 * @param rocksDbBytes memory of all stores together: block cache and write buffers
 * @param standbyReplicas further processes that keep a copy of each store
 * @param replicationFactor of the changelog topic; -1 for the brokers' own
 * @param startTimeout how long the brokers may take to answer at start
 * @param stopTimeout how long a stop may take
 * @param kafka further Kafka settings, which win; keys without the prefix {@code kafka.}
 */
public record IsolationConfig(
    String bootstrapServers,
    TopicNames topics,
    String applicationId,
    Path stateDirectory,
    HttpAddress http,
    Optional<HttpAddress> advertised,
    Duration staleAfter,
    int threads,
    Duration commitInterval,
    long rocksDbBytes,
    int standbyReplicas,
    int replicationFactor,
    Duration startTimeout,
    Duration stopTimeout,
    Map<String, String> kafka) {
  public static final String BOOTSTRAP_SERVERS = "streams.bootstrap.servers";
  public static final String TOPIC_PREFIX = "streams.topic.prefix";
  public static final String APPLICATION_ID = "streams.application.id";
  public static final String STATE_DIR = "streams.state.dir";
  public static final String HTTP_ADDRESS = "streams.http.address";
  public static final String HTTP_ADVERTISED = "streams.http.advertised";
  public static final String STALE_AFTER = "streams.stale.after.ms";
  public static final String THREADS = "streams.threads";
  public static final String COMMIT_INTERVAL = "streams.commit.interval.ms";
  public static final String ROCKSDB_BYTES = "streams.rocksdb.bytes";
  public static final String STANDBY_REPLICAS = "streams.standby.replicas";
  public static final String REPLICATION_FACTOR = "streams.replication.factor";
  public static final String START_TIMEOUT = "streams.start.timeout.ms";
  public static final String STOP_TIMEOUT = "streams.stop.timeout.ms";
  public static final String KAFKA_PREFIX = "kafka.";

  /** Kafka settings that have a key of their own here, or on which correctness rests. */
  private static final Map<String, String> SET_ELSEWHERE =
      Map.of(
          "bootstrap.servers", "say " + BOOTSTRAP_SERVERS,
          "application.id", "say " + APPLICATION_ID,
          "state.dir", "say " + STATE_DIR,
          "num.stream.threads", "say " + THREADS,
          "commit.interval.ms", "say " + COMMIT_INTERVAL,
          "num.standby.replicas", "say " + STANDBY_REPLICAS,
          "replication.factor", "say " + REPLICATION_FACTOR,
          "processing.guarantee", "it is exactly_once_v2, or alerts would come twice",
          "rocksdb.config.setter", "say " + ROCKSDB_BYTES);

  private static final String SERVERS = "[^\\s,:]+:[0-9]{1,5}|\\[[0-9a-fA-F:.]+\\]:[0-9]{1,5}";

  public static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              BOOTSTRAP_SERVERS,
              STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              ConfigDef.LambdaValidator.with(
                  IsolationConfig::checkServers, () -> "host:port[,host:port...]"),
              HIGH,
              "Brokers to start from, host:port[,host:port...].")
          .define(
              TOPIC_PREFIX, STRING, TopicNames.DEFAULT_PREFIX, HIGH, "Prefix of the topic names.")
          .define(
              APPLICATION_ID,
              STRING,
              "",
              HIGH,
              "Consumer group and prefix of the changelog; empty: PREFIX-streams.")
          .define(
              STATE_DIR,
              STRING,
              "",
              HIGH,
              "Directory of the stores; empty: acswatch/streams in $XDG_STATE_HOME or"
                  + " ~/.local/state.")
          .define(
              HTTP_ADDRESS,
              STRING,
              "127.0.0.1:9640",
              HIGH,
              "host:port of the page, its API, /metrics, /healthz and /readyz; port 0: any free"
                  + " one.")
          .define(
              HTTP_ADVERTISED,
              STRING,
              "",
              MEDIUM,
              "host:port at which other instances reach this one; empty: where it listens.")
          .define(
              STALE_AFTER,
              LONG,
              900_000L,
              atLeast(1_000),
              MEDIUM,
              "Milliseconds of silence after which a host counts as stale.")
          .define(THREADS, INT, 1, between(1, 1024), MEDIUM, "Stream threads of this process.")
          .define(
              COMMIT_INTERVAL,
              LONG,
              100L,
              between(10, 60_000),
              MEDIUM,
              "Milliseconds between transactions; an alert is seen when its transaction ends.")
          .define(
              ROCKSDB_BYTES,
              LONG,
              64L << 20,
              atLeast(8 << 20),
              MEDIUM,
              "Memory of all stores together, outside the heap.")
          .define(
              STANDBY_REPLICAS,
              INT,
              0,
              atLeast(0),
              LOW,
              "Further processes that keep a copy of each store.")
          .define(
              REPLICATION_FACTOR,
              INT,
              -1,
              atLeast(-1),
              LOW,
              "Replicas of the changelog; -1: the brokers' default.")
          .define(
              START_TIMEOUT,
              LONG,
              15_000L,
              atLeast(100),
              LOW,
              "Milliseconds the brokers may take to answer at start.")
          .define(
              STOP_TIMEOUT,
              LONG,
              30_000L,
              atLeast(0),
              LOW,
              "Milliseconds a stop may take to end what is under way.");

  /** Copies the map. */
  public IsolationConfig {
    kafka = Map.copyOf(kafka);
  }

  /** Settings with their defaults, for these brokers. */
  public static IsolationConfig of(String bootstrapServers) {
    return from(Map.of(BOOTSTRAP_SERVERS, bootstrapServers));
  }

  /**
   * Settings from keys and values.
   *
   * @throws ConfigException naming the key, the value and what was expected; also for a key that is
   *     not known
   */
  public static IsolationConfig from(Map<String, String> settings) {
    return from(settings, System.getenv());
  }

  static IsolationConfig from(Map<String, String> settings, Map<String, String> environment) {
    Map<String, String> kafka = kafkaSettings(settings);
    Map<String, Object> values = DEFINITION.parse(settings);
    TopicNames topics = topics(text(values, TOPIC_PREFIX));
    return new IsolationConfig(
        text(values, BOOTSTRAP_SERVERS),
        topics,
        applicationId(text(values, APPLICATION_ID), topics),
        stateDirectory(text(values, STATE_DIR), environment),
        httpAddress(HTTP_ADDRESS, text(values, HTTP_ADDRESS)),
        advertised(text(values, HTTP_ADVERTISED)),
        millis(values, STALE_AFTER),
        number(values, THREADS).intValue(),
        millis(values, COMMIT_INTERVAL),
        number(values, ROCKSDB_BYTES).longValue(),
        number(values, STANDBY_REPLICAS).intValue(),
        replicationFactor(number(values, REPLICATION_FACTOR).intValue()),
        millis(values, START_TIMEOUT),
        millis(values, STOP_TIMEOUT),
        kafka);
  }

  private static Map<String, String> kafkaSettings(Map<String, String> settings) {
    Map<String, String> kafka = new TreeMap<>();
    settings.forEach(
        (key, value) -> {
          if (key.startsWith(KAFKA_PREFIX) && key.length() > KAFKA_PREFIX.length()) {
            String name = key.substring(KAFKA_PREFIX.length());
            if (SET_ELSEWHERE.containsKey(name)) {
              throw new ConfigException(key + " cannot be set: " + SET_ELSEWHERE.get(name));
            }
            kafka.put(name, value);
          } else if (!DEFINITION.names().contains(key)) {
            throw new ConfigException(
                "unknown key " + key + ", expected one of " + knownKeys() + " or kafka.*");
          }
        });
    return kafka;
  }

  private static String knownKeys() {
    return String.join(", ", DEFINITION.names().stream().sorted().toList());
  }

  private static void checkServers(String key, Object value) {
    for (String server : String.valueOf(value).split(",", -1)) {
      if (!server.strip().matches(SERVERS)) {
        throw new ConfigException(key, value, "expected host:port[,host:port...]");
      }
    }
  }

  private static TopicNames topics(String prefix) {
    try {
      return new TopicNames(prefix);
    } catch (IllegalArgumentException refused) {
      throw new ConfigException(TOPIC_PREFIX, prefix, refused.getMessage());
    }
  }

  private static String applicationId(String id, TopicNames topics) {
    if (id.isEmpty()) {
      // Two deployments on one cluster differ by their prefix, and must not share a group.
      return topics.prefix() + "-streams";
    }
    if (!id.matches("[a-zA-Z0-9._-]{1,200}")) {
      throw new ConfigException(
          APPLICATION_ID, id, "expected 1 to 200 letters, digits, dots, hyphens");
    }
    return id;
  }

  private static Path stateDirectory(String configured, Map<String, String> environment) {
    if (!configured.isEmpty()) {
      return Path.of(configured);
    }
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    Path base =
        state.startsWith("/")
            ? Path.of(state)
            : Path.of(System.getProperty("user.home"), ".local", "state");
    return base.resolve("acswatch").resolve("streams");
  }

  private static HttpAddress httpAddress(String key, String text) {
    try {
      return HttpAddress.parse(text);
    } catch (IllegalArgumentException refused) {
      throw new ConfigException(key, text, refused.getMessage());
    }
  }

  private static Optional<HttpAddress> advertised(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    HttpAddress address = httpAddress(HTTP_ADVERTISED, text);
    if (address.port() == 0) {
      throw new ConfigException(HTTP_ADVERTISED, text, "expected port 1 to 65535");
    }
    return Optional.of(address);
  }

  private static int replicationFactor(int factor) {
    if (factor == 0 || factor > Short.MAX_VALUE) {
      throw new ConfigException(REPLICATION_FACTOR, factor, "expected -1 or 1 to 32767");
    }
    return factor;
  }

  private static String text(Map<String, Object> values, String key) {
    return String.valueOf(values.get(key)).strip();
  }

  private static Number number(Map<String, Object> values, String key) {
    return (Number) values.get(key);
  }

  private static Duration millis(Map<String, Object> values, String key) {
    return Duration.ofMillis(number(values, key).longValue());
  }
}
