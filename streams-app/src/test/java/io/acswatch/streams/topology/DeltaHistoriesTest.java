package io.acswatch.streams.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CaptureDelta;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.Frames;
import io.acswatch.streams.fleet.HostSummary;
import io.acswatch.streams.state.HostStateSerde;
import io.acswatch.wire.FrameWriter;
import io.acswatch.wire.InputException;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.json.AlertJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deltas in the topology: the same alerts as of whole snapshots, and no silence at a gap. */
class DeltaHistoriesTest {
  private static final TopicNames TOPICS = TopologyRun.TOPICS;
  private static final int HISTORIES = Integer.getInteger("properties.tries", 100);
  private static final String HOST = "host-1";

  @TempDir Path directory;
  private TopologyRun run;

  @BeforeEach
  void start() {
    run = new TopologyRun(directory.resolve("deltas"));
  }

  @AfterEach
  void stop() {
    run.close();
  }

  /**
   * Each history goes through one topology as whole snapshots, and through another with deltas
   * wherever a collector might send one. What comes out is the same, byte for byte.
   */
  @Test
  void deltasGiveTheAlertsAndGroupsOfWholeSnapshots() {
    int alerts = 0;
    int deltas = 0;
    try (TopologyRun whole = new TopologyRun(directory.resolve("whole"))) {
      for (long seed = 0; seed < HISTORIES; seed++) {
        SplittableRandom random = new SplittableRandom(~seed);
        Capture last = null;
        for (Capture capture : RandomHistory.of(seed)) {
          boolean delta =
              last != null && last.boot().equals(capture.boot()) && random.nextInt(4) > 0;
          whole.send(capture.host(), FrameWriter.write(capture));
          run.send(capture.host(), delta ? delta(last, capture) : full(capture));
          deltas += delta ? 1 : 0;
          last = capture;
        }
        List<TestRecord<byte[], byte[]>> expected = whole.read(TOPICS.alerts());
        assertSame(seed, expected, run.read(TOPICS.alerts()));
        assertSame(seed, whole.read(TOPICS.alertState()), run.read(TOPICS.alertState()));
        assertSame(seed, whole.read(TOPICS.groups()), run.read(TOPICS.groups()));
        assertEquals(List.of(), run.read(TOPICS.rejects()), "seed " + seed);
        alerts += expected.size();
      }
    }
    assertTrue(alerts > HISTORIES && deltas > 3 * HISTORIES, alerts + " alerts, " + deltas);
  }

  private static void assertSame(
      long seed,
      List<TestRecord<byte[], byte[]>> expected,
      List<TestRecord<byte[], byte[]>> given) {
    assertEquals(texts(expected), texts(given), "seed " + seed);
  }

  private static List<String> texts(List<TestRecord<byte[], byte[]>> records) {
    return records.stream()
        .map(
            record ->
                record.value() == null
                    ? "null"
                    : new String(record.value(), StandardCharsets.UTF_8))
        .toList();
  }

  private static byte[] full(Capture capture) {
    return FrameWriter.write(capture, true);
  }

  private static byte[] delta(Capture base, Capture next) {
    return FrameWriter.write(CaptureDelta.between(base, next));
  }

  /** As recorded, all in one boot that came cold. */
  private static Capture taken(long sequence, String name) {
    Capture capture = Frames.capture(name, HOST, sequence);
    return new Capture(
        HOST,
        capture.phase(),
        Frames.capture("kexec-001-before", HOST, 1).boot(),
        capture.takenAtMillis(),
        sequence,
        false,
        capture.scanOrder(),
        capture.functions(),
        capture.owners(),
        capture.notes());
  }

  private HostState state() {
    return HostStateSerde.unpack(run.store().get(HOST));
  }

  private List<IsolationAlert> alerts() throws InputException {
    List<IsolationAlert> alerts = new ArrayList<>();
    for (TestRecord<byte[], byte[]> record : run.read(TOPICS.alerts())) {
      alerts.add(AlertJson.read(record.value()));
    }
    return alerts;
  }

  @Test
  void aMissingDeltaMakesTheHostStaleUntilItsNextWholeSnapshot() throws InputException {
    run.send(HOST, full(taken(1, "kexec-001-before")));
    assertEquals(List.of(), gaps(alerts()));
    // 2 is lost on the way.
    run.send(HOST, delta(taken(2, "kexec-001-before"), taken(3, "kexec-001-after")));

    List<IsolationAlert> told = alerts();
    assertEquals(1, told.size());
    assertEquals(AlertCode.SNAPSHOT_GAP, told.get(0).code());
    assertEquals(AlertStatus.RAISED, told.get(0).status());
    assertEquals("1", told.get(0).evidence().facts().get(0).before());
    assertEquals("2", told.get(0).evidence().facts().get(0).after());
    assertTrue(state().continuity().broken());
    assertTrue(HostSummary.of(HOST, state()).gap());
    byte[] stale = run.store().get(HOST);

    run.send(HOST, delta(taken(3, "kexec-001-after"), taken(4, "kexec-001-before")));
    assertEquals(List.of(), alerts());
    assertArrayEquals(stale, run.store().get(HOST));
    assertEquals(List.of(), run.read(TOPICS.rejects()));

    run.send(HOST, full(taken(5, "kexec-001-after")));
    List<IsolationAlert> healed = alerts();
    assertEquals(AlertStatus.RESOLVED, gaps(healed).get(0).status());
    assertTrue(healed.stream().anyMatch(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM));
    assertFalse(state().continuity().broken());
  }

  /** Though its facts are those of before: that the host is as it was is news. */
  @Test
  void aWholeSnapshotThatRepeatsEndsAGapToo() throws InputException {
    run.send(HOST, full(taken(1, "kexec-000-before")));
    run.send(HOST, delta(taken(8, "kexec-000-before"), taken(9, "kexec-000-before")));
    assertEquals(1, gaps(alerts()).size());

    run.send(HOST, full(taken(10, "kexec-000-before")));

    assertEquals(AlertStatus.RESOLVED, gaps(alerts()).get(0).status());
    assertFalse(HostSummary.of(HOST, state()).gap());
  }

  private static List<IsolationAlert> gaps(List<IsolationAlert> alerts) {
    return alerts.stream().filter(alert -> alert.code() == AlertCode.SNAPSHOT_GAP).toList();
  }

  @Test
  void aDeltaBuildsOnARepetitionThatWasNotJudged() throws InputException {
    run.send(HOST, full(taken(1, "kexec-001-before")));
    run.send(HOST, full(taken(2, "kexec-001-before")));
    run.send(HOST, delta(taken(2, "kexec-001-before"), taken(3, "kexec-001-before")));
    run.send(HOST, delta(taken(3, "kexec-001-before"), taken(4, "kexec-001-after")));

    assertEquals(List.of(), gaps(alerts()));
    assertEquals(Snapshot.of(taken(4, "kexec-001-after")), state().current());
    assertEquals(4, state().continuity().lastSequence());
  }

  @Test
  void aDeltaThatComesAgainIsNoGap() throws InputException {
    byte[] delta = delta(taken(1, "kexec-001-before"), taken(2, "kexec-001-after"));
    run.send(HOST, full(taken(1, "kexec-001-before")));
    run.send(HOST, delta);
    alerts();
    byte[] state = run.store().get(HOST);

    run.send(HOST, delta);

    assertEquals(List.of(), alerts());
    assertArrayEquals(state, run.store().get(HOST));
  }

  @Test
  void aDeltaOfAHostOfWhichNothingIsKnownIsAGap() throws InputException {
    run.send(HOST, delta(taken(1, "kexec-001-before"), taken(2, "kexec-001-before")));

    assertEquals(1, gaps(alerts()).size());
    run.send(HOST, full(taken(3, "kexec-001-before")));
    assertTrue(gaps(alerts()).stream().anyMatch(gap -> gap.status() == AlertStatus.RESOLVED));
    assertEquals(Snapshot.of(taken(3, "kexec-001-before")), state().current());
  }

  @Test
  void aDeltaOfAnotherBootIsAGapAndOneOfTheBootBeforeIsNone() throws InputException {
    Capture before = taken(1, "kexec-001-before");
    run.send(HOST, full(before));
    run.send(HOST, full(Frames.inBoot("boot-2", before)));
    alerts();

    run.send(HOST, delta(before, before.withHost(HOST, 2, Frames.TAKEN_AT)));
    assertEquals(List.of(), alerts());
    Capture other = Frames.inBoot("boot-3", before);
    run.send(HOST, delta(other, other.withHost(HOST, 2, Frames.TAKEN_AT)));
    assertEquals(1, gaps(alerts()).size());
  }
}
