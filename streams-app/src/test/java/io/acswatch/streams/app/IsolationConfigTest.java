package io.acswatch.streams.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.HttpAddress;
import io.acswatch.cli.Settings;
import io.acswatch.streams.topology.FrameTime;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.json.AlertLinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsolationConfigTest {
  private static final Map<String, String> LEAST =
      Map.of("streams.bootstrap.servers", "kafka.example.org:9092");

  @Test
  void hasTheseDefaults() {
    assertEquals(
        new IsolationConfig(
            "kafka.example.org:9092",
            TopicNames.DEFAULT,
            "acswatch-streams",
            Path.of("/var/state/acswatch/streams"),
            new HttpAddress("127.0.0.1", 9640),
            Optional.empty(),
            "",
            AlertLinks.DEFAULT,
            Duration.ofMinutes(15),
            1,
            Duration.ofMillis(100),
            64L << 20,
            0,
            -1,
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Map.of()),
        from(LEAST, Map.of("XDG_STATE_HOME", "/var/state")));
  }

  @Test
  void readsEveryKey() {
    Map<String, String> settings =
        Map.ofEntries(
            Map.entry("streams.bootstrap.servers", "a:1,[::1]:2"),
            Map.entry("streams.topic.prefix", "lab"),
            Map.entry("streams.application.id", "judge"),
            Map.entry("streams.state.dir", "/s"),
            Map.entry("streams.http.address", "[::1]:0"),
            Map.entry("streams.http.advertised", "judge-1.example.org:80"),
            Map.entry("streams.peer.secret", "0123456789abcdef"),
            Map.entry("streams.runbook.url", "file:///usr/share/doc/acswatch/RUNBOOK.md"),
            Map.entry("streams.page.url", "https://example.org/acswatch/"),
            Map.entry("streams.stale.after.ms", "60000"),
            Map.entry("streams.threads", "3"),
            Map.entry("streams.commit.interval.ms", "250"),
            Map.entry("streams.rocksdb.bytes", "16777216"),
            Map.entry("streams.standby.replicas", "1"),
            Map.entry("streams.replication.factor", "3"),
            Map.entry("streams.start.timeout.ms", "5000"),
            Map.entry("streams.stop.timeout.ms", "0"),
            Map.entry("kafka.security.protocol", "SSL"));
    assertEquals(
        new IsolationConfig(
            "a:1,[::1]:2",
            new TopicNames("lab"),
            "judge",
            Path.of("/s"),
            new HttpAddress("::1", 0),
            Optional.of(new HttpAddress("judge-1.example.org", 80)),
            "0123456789abcdef",
            new AlertLinks(
                "file:///usr/share/doc/acswatch/RUNBOOK.md", "https://example.org/acswatch"),
            Duration.ofMinutes(1),
            3,
            Duration.ofMillis(250),
            16L << 20,
            1,
            3,
            Duration.ofSeconds(5),
            Duration.ZERO,
            Map.of("security.protocol", "SSL")),
        from(settings, Map.of()));
    assertEquals(IsolationConfig.KEYS.names().size() + 1, settings.size(), "a key is not tested");
  }

  @Test
  void keepsStateInTheHomeDirectoryWithoutXdg() {
    Path expected =
        Path.of(System.getProperty("user.home"), ".local", "state", "acswatch", "streams");

    assertEquals(expected, from(LEAST, Map.of()).stateDirectory());
    assertEquals(expected, from(LEAST, Map.of("XDG_STATE_HOME", "relative")).stateDirectory());
  }

  @Test
  void namesTheGroupAfterThePrefix() {
    Map<String, String> settings = new HashMap<>(LEAST);
    settings.put("streams.topic.prefix", "lab");

    assertEquals("lab-streams", from(settings, Map.of()).applicationId());
  }

  @ParameterizedTest(name = "{0}={1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "streams.bootstrap.servers|kafka",
        "streams.bootstrap.servers|kafka:",
        "streams.bootstrap.servers|a:1,",
        "streams.topic.prefix|a b",
        "streams.application.id|a/b",
        "streams.http.address|9640",
        "streams.http.address|::1:9640",
        "streams.http.address|localhost:65536",
        "streams.http.advertised|nowhere",
        "streams.http.advertised|localhost:0",
        "streams.runbook.url|RUNBOOK.md",
        "streams.runbook.url|https://example.org/runbook#first",
        "streams.page.url|localhost:9640",
        "streams.page.url|https://example.org/?q=1",
        "streams.page.url|javascript:alert(1)",
        "streams.stale.after.ms|5",
        "streams.threads|0",
        "streams.threads|many",
        "streams.commit.interval.ms|5",
        "streams.rocksdb.bytes|1024",
        "streams.standby.replicas|-1",
        "streams.replication.factor|0",
        "streams.start.timeout.ms|1",
        "streams.stop.timeout.ms|-1",
        "streams.peer.secret|short",
        "streams.thread|1",
        "threads|1",
        "kafka.|1",
        "kafka.producer.liner.ms|1",
        "kafka.processing.guarantee|at_least_once",
        "kafka.bootstrap.servers|b:1"
      })
  void refusesNamingTheKey(String key, String value) {
    Map<String, String> settings = new HashMap<>(LEAST);
    settings.put(key, value);

    CommandFailure refused = assertThrows(CommandFailure.class, () -> from(settings, Map.of()));
    assertTrue(refused.getMessage().contains(key), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
  }

  /** Such lines go to the terminal and to the journal. */
  @Test
  void aSecretThatIsRefusedIsNotShown() {
    Map<String, String> settings = new HashMap<>(LEAST);
    settings.put("streams.peer.secret", "four words with blanks");

    CommandFailure refused = assertThrows(CommandFailure.class, () -> from(settings, Map.of()));
    assertEquals(
        "streams.peer.secret, expected 16 to 200 letters, digits and signs", refused.getMessage());
  }

  /** Those that are only shown, as comments, too. */
  @ParameterizedTest
  @ValueSource(strings = {"package/streams/streams.conf", "kubernetes/config/streams.properties"})
  void knowsTheKeysOfWhatIsInstalled(String file) throws IOException {
    int seen = 0;
    for (String line : Files.readAllLines(Path.of("../deploy").resolve(file))) {
      if (line.matches("#?streams\\.\\S+=.*")) {
        String key = line.replaceFirst("#?(.*?)=.*", "$1");
        assertTrue(IsolationConfig.KEYS.names().contains(key), key);
        seen++;
      }
    }
    assertTrue(seen > 3, file);
  }

  @Test
  void needsBrokers() {
    CommandFailure refused = assertThrows(CommandFailure.class, () -> from(Map.of(), Map.of()));

    assertTrue(refused.getMessage().contains("streams.bootstrap.servers"), refused.getMessage());
  }

  @Test
  void tunesTheClients() {
    Properties p = KafkaSettings.streams(from(LEAST, Map.of()));

    assertEquals("exactly_once_v2", p.get("processing.guarantee"));
    assertEquals("lz4", p.get("producer.compression.type"));
    assertEquals(512 << 10, p.get("producer.batch.size"));
    assertEquals(20, p.get("producer.linger.ms"));
    assertEquals("read_committed", p.get("main.consumer.isolation.level"));
    assertEquals(2_000, p.get("main.consumer.max.poll.records"));
    assertEquals(8 << 20, p.get("main.consumer.max.partition.fetch.bytes"));
    assertEquals(10_000, p.get("main.consumer.session.timeout.ms"), "docs/guarantees.md");
    assertEquals(-1, p.get("replication.factor"));
    assertEquals(
        FrameTime.class, p.get("default.timestamp.extractor"), "no record without a time stops it");
    new StreamsConfig(p);
  }

  @Test
  void handsKafkaSettingsOnAndLetsThemWin() {
    Map<String, String> settings = new HashMap<>(LEAST);
    settings.put("kafka.producer.linger.ms", "5");
    settings.put("kafka.security.protocol", "SSL");
    settings.put("kafka.admin.retries", "7");
    IsolationConfig config = from(settings, Map.of());

    assertEquals("5", KafkaSettings.streams(config).get("producer.linger.ms"));
    assertEquals("SSL", KafkaSettings.streams(config).get("security.protocol"));
    assertEquals(
        "SSL", KafkaSettings.admin(config, Duration.ofSeconds(1)).get("security.protocol"));
    assertEquals("7", KafkaSettings.admin(config, Duration.ofSeconds(1)).get("retries"));
  }

  @Test
  void aStoppedBrokerDoesNotTakeAllTheTimeThatBrokersHaveToAnswer() {
    Map<String, Object> admin = KafkaSettings.admin(from(LEAST, Map.of()), Duration.ofSeconds(15));

    assertEquals(15_000, admin.get("default.api.timeout.ms"));
    assertEquals(3_750, admin.get("request.timeout.ms"));
  }

  private static IsolationConfig from(
      Map<String, String> settings, Map<String, String> environment) {
    return IsolationConfig.from(new Settings(IsolationConfig.KEYS).putAll(settings), environment);
  }
}
