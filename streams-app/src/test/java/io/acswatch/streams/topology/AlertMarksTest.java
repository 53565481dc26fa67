package io.acswatch.streams.topology;

import static io.acswatch.streams.topology.TopologyRun.TOPICS;
import static io.acswatch.wire.json.AlertCommand.Action.ACKNOWLEDGE;
import static io.acswatch.wire.json.AlertCommand.Action.LIFT;
import static io.acswatch.wire.json.AlertCommand.Action.SILENCE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.client.Alert;
import io.acswatch.client.AlertSerde;
import io.acswatch.client.Status;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.streams.Frames;
import io.acswatch.wire.FrameWriter;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.AlertCommand;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertMark;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people say of alerts: acknowledgements, silences, and their ends. */
class AlertMarksTest {
  private static final String HOST = "rack7-host12";
  private static final Duration HOUR = Duration.ofHours(1);

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
    run.send(HOST, Frames.frame("kexec-001-after", HOST, 1));
  }

  private void heal() {
    run.send(
        HOST,
        FrameWriter.write(Frames.inBoot("healed", Frames.capture("kexec-001-before", HOST, 1))));
  }

  /** Any record: time passes with it. */
  private void pass(Duration length) {
    run.pass(length);
    run.send("other", Frames.frame("kexec-000-before", "other", 1));
  }

  private List<Alert> alerts() {
    List<Alert> alerts = new ArrayList<>();
    try (AlertSerde serde = new AlertSerde()) {
      for (TestRecord<byte[], byte[]> record : run.read(TOPICS.alerts())) {
        alerts.add(serde.deserialize(TOPICS.alerts(), record.value()));
      }
    }
    return alerts;
  }

  private static AlertCommand acknowledge(Alert alert) {
    return new AlertCommand(
        ACKNOWLEDGE, alert.fingerprint(), "", "ann", "on it", AlertMark.WHILE_OPEN);
  }

  private AlertCommand silence(String code, Duration length) {
    return new AlertCommand(SILENCE, "", code, "bob", "maintenance", run.now() + length.toMillis());
  }

  @Test
  void anAcknowledgedAlertIsUpdatedInBothTopicsAndItsRevisionRises() {
    merge();
    List<Alert> raised = alerts();
    Alert merge = raised.get(0);
    run.read(TOPICS.alertState());
    run.say(HOST, acknowledge(merge));

    List<TestRecord<byte[], byte[]>> history = run.read(TOPICS.alerts());
    List<TestRecord<byte[], byte[]>> state = run.read(TOPICS.alertState());
    assertEquals(1, history.size());
    assertEquals(1, state.size());
    assertArrayEquals(history.get(0).value(), state.get(0).value());
    assertArrayEquals(merge.fingerprint().getBytes(StandardCharsets.UTF_8), state.get(0).key());
    assertEquals(
        "acknowledged",
        new String(
            history.get(0).headers().lastHeader("ce_handled").value(), StandardCharsets.UTF_8));
    Alert acknowledged;
    try (AlertSerde serde = new AlertSerde()) {
      acknowledged = serde.deserialize("t", history.get(0).value());
    }
    assertEquals(Status.UPDATED, acknowledged.status());
    assertEquals("ann", acknowledged.acknowledged().author());
    assertEquals("on it", acknowledged.acknowledged().reason());
    assertNull(acknowledged.acknowledged().until());
    assertNull(acknowledged.silenced());
    assertEquals(merge.severity(), acknowledged.severity());
    raised.forEach(alert -> assertTrue(alert.revision() < acknowledged.revision()));
    assertEquals(List.of(), run.read(TOPICS.rejects()));

    // A repetition of the host and one of the command raise nothing twice.
    run.send(HOST, Frames.frame("kexec-001-after", HOST, 2));
    assertEquals(List.of(), alerts());
  }

  @Test
  void anAcknowledgementEndsWithItsAlert() {
    merge();
    Alert merge = alerts().get(0);
    run.say(HOST, acknowledge(merge));
    int acknowledged = alerts().get(0).revision();
    heal();
    List<Alert> ended = alerts();
    Alert resolved = only(ended, merge.fingerprint());

    assertEquals(Status.RESOLVED, resolved.status());
    assertNotNull(resolved.acknowledged(), "its last word says who dealt with it");
    ended.forEach(alert -> assertTrue(alert.revision() > acknowledged));

    run.send(
        HOST,
        FrameWriter.write(Frames.inBoot("again", Frames.capture("kexec-001-after", HOST, 1))));
    Alert again = only(alerts(), merge.fingerprint());
    assertEquals(Status.RAISED, again.status());
    assertNull(again.acknowledged());
  }

  @Test
  void aSilenceIsOnAlertsToComeAndEndsByTheTimeOfTheRecords() {
    run.send(HOST, Frames.frame("kexec-001-before", HOST, 1));
    run.say(HOST, silence("", HOUR));
    assertEquals(List.of(), alerts());
    run.send(HOST, Frames.frame("kexec-001-after", HOST, 1));
    List<Alert> raised = alerts();
    assertTrue(raised.size() > 1);
    raised.forEach(
        alert -> {
          assertEquals(Status.RAISED, alert.status());
          assertEquals("bob", alert.silenced().author());
        });

    pass(HOUR.minusMinutes(1));
    assertEquals(List.of(), alerts());
    pass(Duration.ofMinutes(2));
    List<Alert> heardAgain = alerts();
    assertEquals(raised.size(), heardAgain.size());
    heardAgain.forEach(
        alert -> {
          assertEquals(Status.UPDATED, alert.status());
          assertNull(alert.silenced());
        });
    pass(HOUR);
    assertEquals(List.of(), alerts());
  }

  @Test
  void aSilenceOfACodeIsOfThatCodeOnly() {
    run.send(HOST, Frames.frame("kexec-001-before", HOST, 1));
    run.say(HOST, silence("GROUP_MERGED_CROSS_VM", HOUR));
    run.send(HOST, Frames.frame("kexec-001-after", HOST, 1));

    for (Alert alert : alerts()) {
      assertEquals(alert.code().equals("GROUP_MERGED_CROSS_VM"), alert.silenced() != null);
    }
  }

  @Test
  void whatIsLiftedCountsNoMore() {
    merge();
    int open = alerts().size();
    run.say(HOST, silence("", HOUR));
    assertEquals(open, alerts().size());
    run.say(HOST, new AlertCommand(LIFT, "", "", "bob", "done", AlertMark.WHILE_OPEN));
    List<Alert> lifted = alerts();

    assertEquals(open, lifted.size());
    lifted.forEach(alert -> assertNull(alert.silenced()));
    pass(HOUR.multipliedBy(2));
    assertEquals(List.of(), alerts());
  }

  @Test
  void aCommandThatIsNoneGoesToTheRejects() {
    merge();
    alerts();
    String unknown = "0".repeat(32);
    for (String[] refused :
        new String[][] {
          {"{", "acswatch.command: Unexpected end-of-input"},
          {"{\"command\":\"SHOUT\"}", "acswatch.command: command: \"SHOUT\" is not a action"},
          {
            new AlertCommand(ACKNOWLEDGE, unknown, "", "ann", "r", 0).toString(),
            "acswatch.command: no such alert of this host is open"
          },
          {
            new AlertCommand(SILENCE, "", "", "ann", "r", run.now() - 1).toString(),
            "acswatch.command: until: "
          },
          {
            new AlertCommand(SILENCE, "", "", "ann", "r", 0).toString(),
            "acswatch.command: until: is missing; no silence is for ever"
          },
          {
            new AlertCommand(SILENCE, "", "", " ", "r", Long.MAX_VALUE / 1_000_000).toString(),
            "acswatch.command: author: has 0 characters, expected 1 to 100"
          },
          {
            new AlertCommand(LIFT, "", "", "ann", "r", 0).toString(),
            "acswatch.command: nothing that was said of these alerts counts still"
          }
        }) {
      run.say(HOST, refused[0]);
      List<TestRecord<byte[], byte[]>> rejects = run.read(TOPICS.rejects());
      assertEquals(1, rejects.size(), refused[0]);
      assertEquals("bad_command", header(rejects.get(0), Rejects.REASON));
      String detail = header(rejects.get(0), Rejects.DETAIL);
      assertTrue(detail.startsWith(refused[1]), detail);
    }
    assertEquals(List.of(), alerts());
  }

  @Test
  void noMoreIsSaidOfAHostThanAnybodyCanLookThrough() {
    merge();
    for (int i = 0; i <= HostMarks.MOST; i++) {
      run.say(HOST, silence("CODE_" + i, HOUR));
    }
    assertEquals(1, run.read(TOPICS.rejects()).size());
  }

  @Test
  void revisionsOfARetiredHostGoOnToo() {
    merge();
    run.say(HOST, silence("", HOUR));
    int last = alerts().stream().mapToInt(Alert::revision).max().orElseThrow();
    run.send(
        HOST,
        null,
        new RecordHeaders().add(RetireHost.HEADER, "gone".getBytes(StandardCharsets.UTF_8)));

    List<Alert> resolved = alerts();
    assertTrue(resolved.size() > 1);
    resolved.forEach(alert -> assertTrue(alert.revision() > last));
  }

  @Test
  void anAcknowledgementDoesNotCountForAnAlertThatBecameGraver() throws InputException {
    merge();
    IsolationAlert alert = AlertJson.read(run.read(TOPICS.alerts()).get(0).value());
    assertEquals(AlertCode.GROUP_MERGED_CROSS_VM, alert.code());
    AlertCommand command =
        new AlertCommand(ACKNOWLEDGE, alert.fingerprint(), "", "ann", "on it", 0);
    HostMarks marks = HostMarks.NONE.after(command, 7, Severity.WARNING);

    assertNotNull(marks.of(alert.withSeverity(Severity.WARNING)).acknowledged());
    assertNotNull(marks.of(alert.withSeverity(Severity.INFO)).acknowledged());
    assertNull(marks.of(alert.withSeverity(Severity.HIGH)).acknowledged());
    assertEquals(HostMarks.NONE, marks.after(alert.withSeverity(Severity.HIGH)));
    assertEquals(marks, marks.after(alert.withSeverity(Severity.WARNING)));
    assertEquals(marks, HostMarks.unpack(marks.pack()));
  }

  private static String header(TestRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private static Alert only(List<Alert> alerts, String fingerprint) {
    List<Alert> found =
        alerts.stream().filter(alert -> alert.fingerprint().equals(fingerprint)).toList();
    assertEquals(1, found.size(), alerts::toString);
    return found.get(0);
  }
}
