package io.acswatch.streams.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.streams.Frames;
import io.acswatch.streams.fleet.HostSummary;
import io.acswatch.streams.state.HostStateSerde;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.FrameDigest;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.json.AlertJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes of the word that a host is as its last whole snapshot says. */
class UnchangedHostTest {
  private static final String HOST = "host-1";
  private static final String BOOT = "boot-1";
  private static final long MINUTE = 60_000;

  @TempDir Path directory;
  private TopologyRun run;

  @BeforeEach
  void start() {
    run = new TopologyRun(directory);
  }

  @AfterEach
  void end() {
    run.close();
  }

  private static Capture healthy(long sequence) {
    return Frames.inBoot(BOOT, Frames.capture("kexec-001-before", HOST, sequence));
  }

  private byte[] send(Capture capture) {
    byte[] frame = FrameWriter.write(capture);
    run.send(HOST, frame);
    return frame;
  }

  private void unchanged(long sequence, long afterMillis, byte[] named) {
    unchanged(BOOT, sequence, afterMillis, FrameDigest.of(named));
  }

  private void unchanged(String boot, long sequence, long afterMillis, ContentDigest digest) {
    run.send(
        HOST,
        FrameWriter.write(
            new Unchanged(HOST, boot, Frames.TAKEN_AT + afterMillis, sequence, 1, digest)));
  }

  private byte[] stored() {
    return run.store().get(HOST);
  }

  private HostState state() {
    return HostStateSerde.unpack(stored());
  }

  private List<String> alerts() throws InputException {
    List<String> alerts = new ArrayList<>();
    for (var record : run.read(TopologyRun.TOPICS.alerts())) {
      IsolationAlert alert = AlertJson.read(record.value());
      alerts.add(alert.code() + " " + alert.status());
    }
    return alerts;
  }

  @Test
  void itWritesNothingIfItNamesWhatIsRemembered() throws InputException {
    byte[] frame = send(healthy(1));
    alerts();
    byte[] first = stored();
    for (int minute = 1; minute < 10; minute++) {
      unchanged(1 + minute, minute * MINUTE, frame);
      assertArrayEquals(first, stored(), "minute " + minute);
    }
    // Once it is judged, as a snapshot after ten minutes is.
    unchanged(20, 11 * MINUTE, frame);
    byte[] settled = stored();
    assertEquals(Frames.TAKEN_AT + 11 * MINUTE, state().current().takenAtMillis());
    for (int minute = 12; minute < 60; minute++) {
      unchanged(20 + minute, minute * MINUTE, frame);
    }
    assertArrayEquals(settled, stored());
    assertEquals(List.of(), alerts());
    assertEquals(List.of(), run.read(TopologyRun.TOPICS.rejects()));
  }

  @Test
  void itMakesAHostStaleIfItNamesAnotherSnapshot() throws InputException {
    send(healthy(1));
    alerts();
    byte[] lost =
        FrameWriter.write(Frames.inBoot(BOOT, Frames.capture("kexec-001-after", HOST, 2)));
    unchanged(3, MINUTE, lost);

    assertEquals(List.of("SNAPSHOT_GAP RAISED"), alerts());
    assertTrue(state().missesSnapshot());
    assertTrue(HostSummary.of(HOST, state()).missesSnapshot());
    unchanged(4, 2 * MINUTE, lost);
    assertEquals(List.of(), alerts(), "told once");
    // Not even the last one that is known makes it fresh: that may be one that comes late.
    unchanged(5, 3 * MINUTE, FrameWriter.write(healthy(1)));
    assertTrue(state().missesSnapshot());

    byte[] whole = send(healthy(6));
    assertEquals(List.of("SNAPSHOT_GAP RESOLVED"), alerts());
    assertFalse(state().missesSnapshot());
    unchanged(7, 4 * MINUTE, whole);
    assertFalse(state().missesSnapshot());
    assertEquals(List.of(), alerts());
  }

  @Test
  void aBootOfWhichNoSnapshotCameMakesItStaleToo() throws InputException {
    byte[] frame = send(healthy(1));
    alerts();
    unchanged("boot-2", 3, MINUTE, FrameDigest.of(Frames.withStatusBit(frame)));
    assertEquals(List.of("SNAPSHOT_GAP RAISED"), alerts());
  }

  @Test
  void oneThatComesLateChangesNothing() throws InputException {
    byte[] first = send(healthy(1));
    send(Frames.inBoot("boot-2", Frames.capture("kexec-001-before", HOST, 5)));
    alerts();
    byte[] before = stored();
    unchanged("boot-2", 5, MINUTE, FrameDigest.of(first));
    unchanged(BOOT, 90, MINUTE, FrameDigest.of(first));
    assertArrayEquals(before, stored());
    assertEquals(List.of(), alerts());
  }

  @Test
  void aHostOfWhichNothingIsKnownWaitsForItsSnapshot() throws InputException {
    unchanged(3, MINUTE, FrameWriter.write(healthy(1)));
    assertNull(stored());
    assertEquals(List.of(), alerts());
  }

  @Test
  void otherBytesThatSayTheSameAreRemembered() throws InputException {
    byte[] frame = send(healthy(1));
    alerts();
    byte[] other = Frames.withStatusBit(FrameWriter.write(healthy(2)));
    run.send(HOST, other);
    unchanged(3, MINUTE, other);
    assertEquals(List.of(), alerts());
    // One from before the other bytes that is delivered again.
    unchanged(2, MINUTE, frame);
    assertEquals(List.of(), alerts());
  }

  /** A finding that has to last is told by a later look, not by the same look told twice. */
  @Test
  void itShowsAgainWhatHasToLast() throws InputException {
    byte[] frame = send(withUnreadable(healthy(1)));
    alerts();
    assertEquals(1, state().pending().size());
    long look = state().current().takenAtMillis() - Frames.TAKEN_AT;
    unchanged(2, look, frame);
    assertEquals(1, state().pending().size());
    assertEquals(List.of(), alerts());
    unchanged(3, look + MINUTE, frame);
    assertEquals(List.of("CONFIG_UNREADABLE " + AlertStatus.RAISED), alerts());
    assertEquals(List.of(), state().pending());
  }

  private static Capture withUnreadable(Capture capture) {
    List<CapturedFunction> functions = new ArrayList<>(capture.functions());
    CapturedFunction last = functions.get(functions.size() - 1);
    functions.set(
        functions.size() - 1,
        new CapturedFunction(
            last.address(),
            last.sysfsPath(),
            new ArrayConfigSpace(),
            ReadStatus.UNREADABLE,
            last.ids(),
            last.kernel(),
            last.removable()));
    return new Capture(
        capture.host(),
        capture.phase(),
        capture.boot(),
        capture.takenAtMillis(),
        capture.sequence(),
        capture.kexecLoaded(),
        capture.scanOrder(),
        functions,
        capture.owners(),
        capture.notes());
  }
}
