package io.acswatch.streams.topology;

import static io.acswatch.streams.topology.TopologyRun.TOPICS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.streams.Frames;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.AlertJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetireHostTest {
  private static final String HOST = "rack7-host12";

  @TempDir Path scratch;
  private TopologyRun run;

  @BeforeEach
  void start() {
    run = new TopologyRun(scratch);
  }

  @AfterEach
  void stop() {
    run.close();
  }

  private void merge() {
    run.send(HOST, Frames.frame("kexec-001-before", HOST, 1));
    run.send(HOST, Frames.frame("kexec-001-after", HOST, 2));
  }

  private void retire() {
    run.command(HOST, new HostRequest("scrapped").json());
  }

  private List<IsolationAlert> alerts() throws InputException {
    List<IsolationAlert> alerts = new ArrayList<>();
    for (TestRecord<byte[], byte[]> record : run.read(TOPICS.alerts())) {
      alerts.add(AlertJson.read(record.value()));
    }
    return alerts;
  }

  @Test
  void resolvesEveryAlertAndLeavesTombstonesInTheCompactedTopics() throws InputException {
    merge();
    List<IsolationAlert> raised = alerts();
    run.read(TOPICS.alertState());
    run.read(TOPICS.groups());
    byte[] before = run.store().get(HOST);
    retire();

    Set<String> open = new HashSet<>();
    raised.forEach(alert -> open.add(alert.fingerprint()));
    assertFalse(open.isEmpty());
    List<IsolationAlert> ended = alerts();
    ended.forEach(alert -> assertEquals(AlertStatus.RESOLVED, alert.status()));
    Set<String> resolved = new HashSet<>();
    ended.forEach(alert -> resolved.add(alert.fingerprint()));
    assertEquals(open, resolved);
    Set<String> tombstones = new HashSet<>();
    for (TestRecord<byte[], byte[]> state : run.read(TOPICS.alertState())) {
      assertNull(state.value());
      tombstones.add(new String(state.key(), StandardCharsets.UTF_8));
    }
    assertEquals(open, tombstones);
    List<TestRecord<byte[], byte[]>> groups = run.read(TOPICS.groups());
    assertEquals(1, groups.size());
    assertArrayEquals(HOST.getBytes(StandardCharsets.UTF_8), groups.get(0).key());
    assertNull(groups.get(0).value());
    assertEquals(88, run.store().get(HOST).length, () -> "of " + before.length);
    assertEquals(List.of(), run.read(TOPICS.rejects()));
  }

  @Test
  void aHostThatComesBackIsNewAndItsRevisionsGoOn() throws InputException {
    merge();
    int last = alerts().get(0).revision();
    retire();
    int resolved = alerts().get(0).revision();
    assertTrue(resolved > last);

    run.send(HOST, Frames.frame("kexec-001-before", HOST, 1));
    assertEquals(List.of(), alerts());
    run.send(HOST, Frames.frame("kexec-001-after", HOST, 2));
    List<IsolationAlert> again = alerts();
    assertEquals(AlertStatus.RAISED, again.get(0).status());
    again.forEach(alert -> assertTrue(alert.revision() > resolved));
  }

  @Test
  void aSecondRetirementAndOneOfAnUnknownHostRaiseNothing() throws InputException {
    retire();
    assertNull(run.store().get(HOST));
    assertEquals(List.of(), run.read(TOPICS.groups()));
    merge();
    retire();
    alerts();
    retire();

    assertEquals(List.of(), alerts());
    assertEquals(List.of(), run.read(TOPICS.rejects()));
  }

  @Test
  void whatComesFromCollectorsEndsNothing() {
    merge();
    byte[] state = run.store().get(HOST);
    run.send(HOST, null);
    run.send(HOST, null, new RecordHeaders().add("acswatch.retire", new byte[0])); // as it was once
    run.send(HOST, new HostRequest("scrapped").json());

    assertArrayEquals(state, run.store().get(HOST));
    assertEquals(List.of("null_value", "null_value", "bad_magic"), reasons());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "retire",
        "null",
        "[]",
        "{}",
        "{\"command\":\"resurrect\"}",
        "{\"command\":{\"command\":\"retire\"}}",
        "{\"command\":null,\"reason\":\"retire\"}",
        "{\"command\":\"retire\""
      })
  void whatIsNoCommandGoesToTheRejects(String value) {
    merge();
    byte[] state = run.store().get(HOST);
    run.command(HOST, value.getBytes(StandardCharsets.UTF_8));

    assertArrayEquals(state, run.store().get(HOST));
    assertEquals(List.of("bad_command"), reasons());
  }

  @Test
  void aCommandWithoutKeyOrValueGoesToTheRejects() {
    run.command(null, new HostRequest("scrapped").json());
    run.command(HOST, null);

    assertEquals(List.of("null_key", "null_value"), reasons());
  }

  @Test
  void fieldsOfLaterVersionsAreSkipped() throws InputException {
    byte[] json =
        "{\"more\":{\"command\":\"x\"},\"command\":\"retire\",\"reason\":\"gone\"}"
            .getBytes(StandardCharsets.UTF_8);

    assertEquals(new HostRequest("gone"), HostRequest.read(json));
  }

  private List<String> reasons() {
    return run.read(TOPICS.rejects()).stream()
        .map(record -> record.headers().lastHeader(Rejects.REASON).value())
        .map(reason -> new String(reason, StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void forgetsADamagedStateButStopsAtOneOfALaterVersion() {
    run.store().put(HOST, new byte[] {2, 2, 3});
    retire();
    assertEquals(1, run.read(TOPICS.groups()).size());
    assertTrue(run.store().get(HOST).length > 3);

    byte[] later = {'H', 'S', 99, 0};
    run.store().put(HOST, later);
    assertThrows(StreamsException.class, this::retire);
    assertArrayEquals(later, run.store().get(HOST));
  }
}
