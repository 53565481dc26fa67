package io.acswatch.streams.app;

import io.acswatch.cli.BrokerOptions;
import io.acswatch.cli.HttpAddress;
import io.acswatch.cli.Settings;
import io.acswatch.cli.StateDirectory;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.json.AlertLinks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of the streams application; read once at start.
 *
 * @param bootstrapServers brokers to start from, {@code host:port[,host:port...]}
 * @param applicationId names the consumer group, the changelog and the transactions
 * @param stateDirectory holds the stores; a copy of the changelog, so losing it costs time only
 * @param advertised where other instances of this application reach it; empty: where it listens
 * @param peerSecret what instances show each other; empty: they answer each other on loopback only
 * @param links where alerts lead people to
 * @param staleAfter silence of a host after which what is known of it counts as stale
 * @param commitInterval time between transactions, and so most of the time an alert takes
 * @param rocksDbBytes memory of all stores together: block cache and write buffers
 * @param replicationFactor of the changelog topic; -1 for the brokers' own
 * @param startTimeout how long the brokers may take to answer at start
 * @param kafka further Kafka settings, which win; keys without the prefix {@code kafka.}
 */
public record IsolationConfig(
    String bootstrapServers,
    TopicNames topics,
    String applicationId,
    Path stateDirectory,
    HttpAddress http,
    Optional<HttpAddress> advertised,
    String peerSecret,
    AlertLinks links,
    Duration staleAfter,
    int threads,
    Duration commitInterval,
    long rocksDbBytes,
    int standbyReplicas,
    int replicationFactor,
    Duration startTimeout,
    Duration stopTimeout,
    Map<String, String> kafka) {
  private static final String BOOTSTRAP_SERVERS = "streams.bootstrap.servers";
  public static final String TOPIC_PREFIX = "streams.topic.prefix";
  public static final String APPLICATION_ID = "streams.application.id";
  public static final String STATE_DIR = "streams.state.dir";
  public static final String HTTP_ADDRESS = "streams.http.address";
  private static final String HTTP_ADVERTISED = "streams.http.advertised";
  private static final String PEER_SECRET = "streams.peer.secret";
  private static final String RUNBOOK_URL = "streams.runbook.url";
  private static final String PAGE_URL = "streams.page.url";
  private static final String STALE_AFTER = "streams.stale.after.ms";
  public static final String THREADS = "streams.threads";
  private static final String COMMIT_INTERVAL = "streams.commit.interval.ms";
  private static final String ROCKSDB_BYTES = "streams.rocksdb.bytes";
  private static final String STANDBY_REPLICAS = "streams.standby.replicas";
  private static final String REPLICATION_FACTOR = "streams.replication.factor";
  private static final String START_TIMEOUT = "streams.start.timeout.ms";
  private static final String STOP_TIMEOUT = "streams.stop.timeout.ms";
  private static final String KAFKA_PREFIX = "kafka.";

  /** Kafka settings that have a key of their own here, or on which correctness rests. */
  private static final Map<String, String> SET_ELSEWHERE =
      Map.of(
          "bootstrap.servers", "use " + BOOTSTRAP_SERVERS,
          "application.id", "use " + APPLICATION_ID,
          "state.dir", "use " + STATE_DIR,
          "num.stream.threads", "use " + THREADS,
          "commit.interval.ms", "use " + COMMIT_INTERVAL,
          "num.standby.replicas", "use " + STANDBY_REPLICAS,
          "replication.factor", "use " + REPLICATION_FACTOR,
          "processing.guarantee", "it is exactly_once_v2, or alerts would come twice",
          "rocksdb.config.setter", "use " + ROCKSDB_BYTES);

  public static final Settings.Keys KEYS =
      new Settings.Keys()
          .text(BOOTSTRAP_SERVERS, "")
          .text(TOPIC_PREFIX, TopicNames.DEFAULT_PREFIX)
          .text(APPLICATION_ID, "")
          .text(STATE_DIR, "")
          .text(HTTP_ADDRESS, "127.0.0.1:9640")
          .text(HTTP_ADVERTISED, "")
          .text(PEER_SECRET, "")
          .text(RUNBOOK_URL, AlertLinks.RUNBOOK)
          .text(PAGE_URL, "")
          .number(STALE_AFTER, 900_000, 1_000)
          .number(THREADS, 1, 1, 1024)
          .number(COMMIT_INTERVAL, 100, 10, 60_000)
          .number(ROCKSDB_BYTES, 64L << 20, 8 << 20)
          .number(STANDBY_REPLICAS, 0, 0, Integer.MAX_VALUE)
          .number(REPLICATION_FACTOR, -1, -1, Short.MAX_VALUE)
          .number(START_TIMEOUT, 15_000, 100)
          .number(STOP_TIMEOUT, 30_000, 0)
          .family(KAFKA_PREFIX);

  public IsolationConfig {
    kafka = Map.copyOf(kafka);
  }

  public static IsolationConfig from(Map<String, String> settings) {
    return from(new Settings(KEYS).putAll(settings));
  }

  /** Settings from a file and from options; a refusal names key, value and what was expected. */
  public static IsolationConfig from(Settings settings) {
    return from(settings, System.getenv());
  }

  static IsolationConfig from(Settings settings, Map<String, String> environment) {
    TopicNames topics = settings.parsed(TOPIC_PREFIX, TopicNames::new);
    SET_ELSEWHERE.forEach((name, why) -> refuseIfSet(settings, KAFKA_PREFIX + name, why));
    return new IsolationConfig(
        BrokerOptions.servers(settings, "streams"),
        topics,
        settings.parsed(APPLICATION_ID, id -> applicationId(id, topics)),
        settings.parsed(STATE_DIR, directory -> stateDirectory(directory, environment)),
        settings.parsed(HTTP_ADDRESS, HttpAddress::parse),
        settings.parsed(HTTP_ADVERTISED, IsolationConfig::advertised),
        settings.parsed(PEER_SECRET, IsolationConfig::peerSecret),
        new AlertLinks(
            settings.parsed(RUNBOOK_URL, IsolationConfig::url),
            settings.parsed(PAGE_URL, text -> text.isEmpty() ? text : url(text))),
        settings.millis(STALE_AFTER),
        (int) settings.number(THREADS),
        settings.millis(COMMIT_INTERVAL),
        settings.number(ROCKSDB_BYTES),
        (int) settings.number(STANDBY_REPLICAS),
        settings.parsed(
            REPLICATION_FACTOR, text -> replicationFactor(settings.number(REPLICATION_FACTOR))),
        settings.millis(START_TIMEOUT),
        settings.millis(STOP_TIMEOUT),
        settings.family(KAFKA_PREFIX, KafkaSettings::isKnown));
  }

  private static void refuseIfSet(Settings settings, String key, String why) {
    if (!settings.text(key).isEmpty()) {
      throw settings.refused(key, why);
    }
  }

  private static String applicationId(String id, TopicNames topics) {
    if (id.isEmpty()) {
      // Two deployments on one cluster differ by their prefix, and must not share a group.
      return topics.prefix() + "-streams";
    }
    if (!id.matches("[a-zA-Z0-9._-]{1,200}")) {
      throw new IllegalArgumentException("expected 1 to 200 letters, digits, dots, hyphens");
    }
    return id;
  }

  private static Path stateDirectory(String configured, Map<String, String> environment) {
    return configured.isEmpty() ? StateDirectory.of("streams", environment) : Path.of(configured);
  }

  private static Optional<HttpAddress> advertised(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    HttpAddress address = HttpAddress.parse(text);
    if (address.port() == 0) {
      throw new IllegalArgumentException("expected port 1 to 65535");
    }
    return Optional.of(address);
  }

  private static String peerSecret(String secret) {
    if (!secret.matches("|[!-~]{16,200}")) {
      throw new IllegalArgumentException("expected 16 to 200 letters, digits and signs");
    }
    return secret;
  }

  /** An address that others can be put behind: no slash at its end, no query, no section. */
  private static String url(String text) {
    if (!text.matches("(https?://[^/?#\\s]+|file://)(/[^?#\\s]*)?")) {
      throw new IllegalArgumentException("expected https://HOST/PATH");
    }
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }

  private static int replicationFactor(long factor) {
    if (factor == 0) {
      throw new IllegalArgumentException("expected -1 or 1 to 32767");
    }
    return (int) factor;
  }
}
