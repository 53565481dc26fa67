package io.acswatch.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.streams.topology.HostObserver;
import io.acswatch.streams.topology.IsolationTopology;
import io.acswatch.streams.topology.Rejects;
import io.acswatch.streams.topology.TopologyObserver;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The alerts of the real topology against those that the oracle demands. */
class FleetOracleTest {
  private static final TopicNames TOPICS = TopicNames.DEFAULT;
  private static final int HOSTS = 8;
  private static final Map<Long, Run> RUNS = new HashMap<>();
  private static final long MILLIS = Duration.ofHours(2).toMillis();

  /** What went in and what came out, as text and as digests of the bytes. */
  private record Run(
      List<String> expected,
      List<String> came,
      List<String> refusalsExpected,
      List<String> refusals,
      Set<AlertCode> codes,
      String frameDigest,
      String alertDigest) {}

  @TempDir private Path state;

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void topologyRaisesWhatTheOracleDemandsAndNothingElse(long seed) throws Exception {
    Run run = run(seed);

    assertEquals(String.join("\n", run.expected()), String.join("\n", run.came()));
    assertEquals(run.refusalsExpected(), run.refusals());
    assertTrue(run.expected().size() > 100, () -> run.expected().size() + " alerts");
  }

  @Test
  void everyCodeOfTheOracleComes() throws Exception {
    Set<AlertCode> codes = EnumSet.noneOf(AlertCode.class);
    for (long seed = 1; seed < 4; seed++) {
      codes.addAll(run(seed).codes());
    }

    // On no simulated host are all devices below a port of one and the same VM.
    codes.add(AlertCode.GROUP_MERGED_SAME_VM);
    assertEquals(Oracle.CODES, codes);
  }

  @Test
  void sameSeedGivesTheSameFramesAndTheSameAlertsByteForByte() throws Exception {
    Run once = run(1);
    Run again = runAnew(1);

    assertEquals(once.frameDigest(), again.frameDigest());
    assertEquals(once.alertDigest(), again.alertDigest());
    assertNotEquals(once.frameDigest(), run(2).frameDigest());
  }

  /**
   * The digest was taken on JDK 17; CI runs the test on 17 and on 25. It is that of the alerts
   * expected, and not of the frames, which have another one with each version of their format.
   */
  @Test
  void everyJdkDrawsTheSameNumbers() throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] lines = String.join("\n", run(1).expected()).getBytes(StandardCharsets.UTF_8);

    assertEquals(
        "a0ddbaa028a91d52a6c13265a784830b4f4442be2cc01b8cafc202ffc5a9fde6",
        HexFormat.of().formatHex(digest.digest(lines)));
  }

  /** The run of a seed, which several tests look at. */
  private Run run(long seed) throws Exception {
    Run known = RUNS.get(seed);
    if (known == null) {
      known = runAnew(seed);
      RUNS.put(seed, known);
    }
    return known;
  }

  private Run runAnew(long seed) throws Exception {
    Fleet fleet = new Fleet(HOSTS, seed, 0, 12);
    MessageDigest frames = MessageDigest.getInstance("SHA-256");
    MessageDigest alerts = MessageDigest.getInstance("SHA-256");
    List<String> expected = new ArrayList<>();
    List<String> came = new ArrayList<>();
    List<String> refusalsExpected = new ArrayList<>();
    List<String> refusals = new ArrayList<>();
    Set<AlertCode> codes = EnumSet.noneOf(AlertCode.class);
    Properties settings = new Properties();
    settings.put(StreamsConfig.STATE_DIR_CONFIG, state.resolve("s" + seed).toString());
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "fleet");
    try (var driver =
        new TopologyTestDriver(
            IsolationTopology.build(
                TOPICS, AlertLinks.DEFAULT, TopologyObserver.NONE, HostObserver.NONE),
            settings)) {
      var in =
          driver.createInputTopic(
              TOPICS.frames(), new ByteArraySerializer(), new ByteArraySerializer());
      var out =
          driver.createOutputTopic(
              TOPICS.alerts(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
      var rejects =
          driver.createOutputTopic(
              TOPICS.rejects(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
      while (fleet.nextAt() < Fleet.START_MILLIS + MILLIS) {
        for (Emission emission : fleet.advance()) {
          byte[] key = emission.host().getBytes(StandardCharsets.UTF_8);
          if (emission.value() != null) {
            frames.update(emission.value());
          }
          in.pipeInput(key, emission.value(), Instant.ofEpochMilli(emission.atMillis()));
          sorted(emission.alerts()).forEach(expected::add);
          if (!emission.refusal().isEmpty()) {
            refusalsExpected.add(emission.refusal());
          }
          List<ExpectedAlert> raised = new ArrayList<>();
          for (byte[] json : out.readValuesToList()) {
            alerts.update(json);
            ExpectedAlert alert =
                ExpectedAlert.of(AlertJson.read(new String(json, StandardCharsets.UTF_8)));
            if (Oracle.CODES.contains(alert.code())) {
              raised.add(alert);
              codes.add(alert.code());
            }
          }
          sorted(raised).forEach(came::add);
          for (TestRecord<byte[], byte[]> reject : rejects.readRecordsToList()) {
            byte[] reason = reject.headers().lastHeader(Rejects.REASON).value();
            refusals.add(new String(reason, StandardCharsets.UTF_8));
          }
        }
      }
    }
    return new Run(
        expected,
        came,
        refusalsExpected,
        refusals,
        codes,
        HexFormat.of().formatHex(frames.digest()),
        HexFormat.of().formatHex(alerts.digest()));
  }

  private static Set<String> sorted(List<ExpectedAlert> alerts) {
    Set<String> lines = new TreeSet<>();
    alerts.forEach(alert -> lines.add(alert.toString()));
    assertEquals(alerts.size(), lines.size(), "two alerts of one snapshot say the same");
    return lines;
  }
}
