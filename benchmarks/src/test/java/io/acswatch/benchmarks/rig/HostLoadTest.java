package io.acswatch.benchmarks.rig;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.acswatch.simulate.LoadHost;
import io.acswatch.wire.frame.FrameDigest;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameType;
import org.junit.jupiter.api.Test;

/** What is stamped is what a reader of frames finds. */
class HostLoadTest {
  private static FrameReader read(byte[] frame) {
    FrameReader reader = new FrameReader();
    assertNull(reader.wrap(frame));
    return reader;
  }

  @Test
  void sweepsOfASnapshotDifferInTimeAndNumberOnly() {
    HostLoad load = new HostLoad(LoadHost.of(1, 7, 20), Scenario.UNCHANGED);

    byte[] firstBytes = load.record(0).clone();
    byte[] fifthBytes = load.record(5).clone();
    FrameReader first = read(firstBytes);
    FrameReader fifth = read(fifthBytes);

    assertEquals(FrameType.SNAPSHOT, fifth.type());
    assertEquals(first.sequence() + 5, fifth.sequence());
    assertEquals(first.takenAtMillis() + 5 * HostLoad.SWEEP_MILLIS, fifth.takenAtMillis());
    assertArrayEquals(
        firstBytes, HostLoad.stamp(fifthBytes, first.takenAtMillis(), first.sequence()));
    assertEquals(20, fifth.functionCount());
  }

  @Test
  void heartbeatsNameTheFirstSnapshot() {
    HostLoad load = new HostLoad(LoadHost.of(1, 7, 20), Scenario.HEARTBEAT);

    byte[] whole = load.record(0).clone();
    assertEquals(FrameType.SNAPSHOT, read(whole).type());
    FrameReader third = read(load.record(2).clone());
    assertEquals(FrameType.UNCHANGED, third.type());
    assertEquals(FrameDigest.of(whole), third.toUnchanged().digest());
    assertEquals(3, third.sequence());
  }

  @Test
  void changedSnapshotsGoToAndFro() {
    HostLoad load = new HostLoad(LoadHost.of(1, 7, 20), Scenario.CHANGED);

    var there = read(load.record(1).clone()).toCapture();
    var back = read(load.record(2).clone()).toCapture();
    var again = read(load.record(3).clone()).toCapture();

    assertEquals(there.owners(), again.owners());
    assertEquals(there.owners().size() + 1, back.owners().size());
  }
}
