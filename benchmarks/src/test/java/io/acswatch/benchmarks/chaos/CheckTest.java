package io.acswatch.benchmarks.chaos;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.acswatch.benchmarks.chaos.Property.Violation;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameType;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** What the application could do wrong is found, each by its own property. */
class CheckTest {
  private static final byte[] NOISE = {1, 2, 3};
  private static final int NOISE_AT = 0;

  private final Traffic traffic = new Traffic(new Plan(5, 2, 30, List.of()));
  private final LostFrames lost = new LostFrames();
  private final List<ConsumerRecord<byte[], byte[]>> frames = new ArrayList<>();
  private final List<ConsumerRecord<byte[], byte[]>> alerts = new ArrayList<>();
  private final Map<String, ConsumerRecord<byte[], byte[]>> open = new HashMap<>();
  private final List<ConsumerRecord<byte[], byte[]>> rejects = new ArrayList<>();

  /** A run without a fault, of whole snapshots and one record that is none. */
  CheckTest() {
    frames.add(record("frames", NOISE_AT, NOISE, NOISE));
    rejects.add(reject(NOISE_AT, NOISE));
    FrameReader reader = new FrameReader();
    for (Traffic.Item item : traffic.items()) {
      if (item.value() != null
          && reader.wrap(item.value()) == null
          && reader.type() == FrameType.SNAPSHOT) {
        frames.add(record("frames", frames.size(), item.key(), item.value()));
      }
    }
    judge();
  }

  /** Gives the alerts of the frames that are not lost. */
  private void judge() {
    alerts.clear();
    open.clear();
    FrameReader reader = new FrameReader();
    Map<String, HostState> states = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> frame : frames) {
      if (frame.offset() == NOISE_AT || lost.has(frame)) {
        continue;
      }
      reader.wrap(frame.value());
      Snapshot snapshot = reader.toSnapshot();
      HostState state = states.getOrDefault(snapshot.host(), HostState.NONE);
      if (!Judgement.isRepetition(state, snapshot)) {
        Judged judged = Judgement.apply(state, snapshot);
        states.put(snapshot.host(), judged.state());
        judged.alerts().forEach(this::raise);
      }
    }
  }

  private void raise(IsolationAlert alert) {
    byte[] json = AlertJson.write(alert, AlertLinks.DEFAULT).getBytes(StandardCharsets.UTF_8);
    byte[] host = alert.host().getBytes(StandardCharsets.UTF_8);
    byte[] fingerprint = alert.fingerprint().getBytes(StandardCharsets.UTF_8);
    alerts.add(record("alerts", alerts.size(), host, json));
    if (alert.status() == AlertStatus.RESOLVED) {
      open.remove(alert.fingerprint());
    } else {
      open.put(alert.fingerprint(), record("alert-state", alerts.size(), fingerprint, json));
    }
  }

  private static ConsumerRecord<byte[], byte[]> record(
      String topic, long offset, byte[] key, byte[] value) {
    return new ConsumerRecord<>(
        topic,
        0,
        offset,
        Long.MAX_VALUE / 4,
        TimestampType.CREATE_TIME,
        ConsumerRecord.NULL_SIZE,
        ConsumerRecord.NULL_SIZE,
        key,
        value,
        new RecordHeaders(),
        Optional.empty());
  }

  private static ConsumerRecord<byte[], byte[]> reject(long of, byte[] value) {
    ConsumerRecord<byte[], byte[]> reject = record("rejects", 0, NOISE, value);
    reject.headers().add("acswatch.partition", "0".getBytes(StandardCharsets.UTF_8));
    reject
        .headers()
        .add("acswatch.record-offset", Long.toString(of).getBytes(StandardCharsets.UTF_8));
    return reject;
  }

  private Set<Property> violated() {
    Check check = new Check(traffic, frames, lost);
    check.alerts(alerts);
    check.alertState(alerts, List.copyOf(open.values()));
    check.rejects(rejects);
    return check.violations().stream()
        .map(Violation::property)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void aRunAsItMustBeViolatesNothing() {
    assertTrue(alerts.size() > 10, "too few alerts: " + alerts.size());
    assertTrue(open.size() > 1, "too few are open: " + open.size());
    assertEquals(Set.of(), violated());
  }

  @Test
  void anAlertThatIsMissingIsFound() {
    alerts.remove(alerts.size() / 2);
    assertTrue(violated().contains(Property.ALERTS));
    assertTrue(violated().contains(Property.REVISIONS));
  }

  @Test
  void theLastAlertThatIsMissingIsFound() {
    alerts.remove(alerts.size() - 1);
    assertTrue(violated().contains(Property.ALERTS));
  }

  @Test
  void anAlertThatCameTwiceIsFound() {
    alerts.add(1, alerts.get(0));
    assertTrue(violated().contains(Property.ALERTS));
    assertTrue(violated().contains(Property.REVISIONS));
  }

  @Test
  void anAlertStateThatIsStaleOrKeptIsFound() {
    var one = open.entrySet().iterator().next();
    open.put("resolved", record("alert-state", 0, NOISE, one.getValue().value()));
    assertEquals(Set.of(Property.ALERT_STATE), violated());
    open.remove("resolved");
    open.remove(one.getKey());
    assertEquals(Set.of(Property.ALERT_STATE), violated());
  }

  @Test
  void aRejectThatIsMissingCameTwiceOrIsChangedIsFound() {
    rejects.add(rejects.get(0));
    assertEquals(Set.of(Property.REJECTS), violated());
    rejects.clear();
    assertEquals(Set.of(Property.REJECTS), violated());
    rejects.add(reject(NOISE_AT, new byte[] {1, 2, 4}));
    assertEquals(Set.of(Property.REJECTS), violated());
    rejects.set(0, reject(NOISE_AT + 1, NOISE));
    assertEquals(Set.of(Property.REJECTS), violated());
  }

  @Test
  void aFrameThatIsLostIsFound() {
    List<ConsumerRecord<byte[], byte[]>> sent = new ArrayList<>();
    for (Traffic.Item item : traffic.items()) {
      sent.add(record("frames", sent.size(), item.key(), item.value()));
    }
    Check check = new Check(traffic, sent, lost);
    check.frames(sent);
    assertEquals(List.of(), check.violations());
    check.frames(sent.subList(0, sent.size() - 1));
    assertEquals(Property.FRAMES, check.violations().get(0).property());
  }

  @Test
  void framesThatAreLostLeadToNothing() {
    List<ConsumerRecord<byte[], byte[]>> before = List.copyOf(alerts);
    lost.add(0, frames.size() / 3, frames.size() * 2L / 3);
    assertTrue(violated().contains(Property.ALERTS), "what they led to came");

    judge();
    assertTrue(alerts.size() < before.size(), "nothing came of them before");
    assertEquals(Set.of(), violated());
  }

  @Test
  void aLossThatIsNotToldOrToldWronglyIsFound() {
    lost.add(0, 3, 5);
    lost.add(0, 7, 8);
    lost.add(2, 1, 2);
    assertEquals(Set.of(), violatedByTelling(Map.of(0, 3L, 2, 1L)));

    for (Map<Integer, Long> told :
        List.of(
            Map.<Integer, Long>of(), // not told
            Map.of(0, 3L), // not of all partitions
            Map.of(0, 2L, 2, 1L), // too few
            Map.of(0, 6L, 2, 2L), // twice
            Map.of(0, 3L, 1, 1L, 2, 1L))) { // of frames that are there
      assertEquals(Set.of(Property.LOSSES), violatedByTelling(told), told::toString);
    }
  }

  private Set<Property> violatedByTelling(Map<Integer, Long> told) {
    Check check = new Check(traffic, frames, lost);
    check.losses(told);
    return check.violations().stream()
        .map(Violation::property)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theOracleIsNotAskedOfAHostWithALostFrame() {
    assertTrue(traffic.demanded().size() > 1);
    assertEquals(Property.ALERTS, violatedByNoAlert().get(0).property());
    lost.add(0, 0, frames.size());
    assertEquals(List.of(), violatedByNoAlert());
  }

  private List<Violation> violatedByNoAlert() {
    Check check = new Check(traffic, frames, lost);
    check.oracle(List.of());
    return check.violations();
  }

  @Test
  void theCheckSharesNoCodeWithTheTopology() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.acswatch.streams..")
        .check(new ClassFileImporter().importClasses(Check.class, Traffic.class, LostFrames.class));
  }
}
