package io.acswatch.benchmarks.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.snapshot.CaptureDelta;
import io.acswatch.simulate.LoadHost;
import io.acswatch.wire.FrameReader;
import io.acswatch.wire.FrameType;
import org.junit.jupiter.api.Test;

/** What is stamped is what a reader of frames finds. */
class FrameStampTest {
  private static FrameReader read(byte[] frame) {
    FrameReader reader = new FrameReader();
    assertNull(reader.wrap(frame));
    return reader;
  }

  @Test
  void sweepsOfASnapshotDifferInTimeAndNumberOnly() {
    HostLoad load = HostLoad.of(LoadHost.of(1, 7, 20), Scenario.UNCHANGED);

    FrameReader first = read(load.record(0).clone());
    FrameReader fifth = read(load.record(5).clone());

    assertEquals(FrameType.SNAPSHOT, fifth.type());
    assertEquals(first.sequence() + 5, fifth.sequence());
    assertEquals(first.takenAtMillis() + 5 * HostLoad.SWEEP_MILLIS, fifth.takenAtMillis());
    assertTrue(
        CaptureDelta.between(first.toCapture(), fifth.toCapture()).isEmpty(),
        "the content is the same");
    assertEquals(20, load.functions());
  }

  @Test
  void deltasFollowOneAfterTheOther() {
    HostLoad load = HostLoad.of(LoadHost.of(1, 7, 20), Scenario.DELTAS);

    long before = read(load.record(0).clone()).sequence();
    for (int sweep = 1; sweep < 5; sweep++) {
      FrameReader delta = read(load.record(sweep).clone());
      assertEquals(FrameType.DELTA, delta.type());
      assertEquals(before, delta.baseSequence());
      assertEquals(before + 1, delta.sequence());
      assertEquals(1, delta.functionCount());
      before = delta.sequence();
    }
  }

  @Test
  void changedSnapshotsGoToAndFro() {
    HostLoad load = HostLoad.of(LoadHost.of(1, 7, 20), Scenario.CHANGED);

    var there = read(load.record(1).clone()).toCapture();
    var back = read(load.record(2).clone()).toCapture();
    var again = read(load.record(3).clone()).toCapture();

    assertEquals(there.owners(), again.owners());
    assertEquals(there.owners().size() + 1, back.owners().size());
  }
}
