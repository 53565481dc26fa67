package io.acswatch.benchmarks.rig;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.simulate.LoadHost;
import io.acswatch.wire.frame.FrameDigest;
import io.acswatch.wire.frame.FrameWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** One host's records of a scenario, written once and stamped anew for each sweep. */
public final class HostLoad {
  private static final long START_MILLIS = 1_772_366_400_000L; // 2026-03-01T12:00:00Z

  /** Simulated time between two sweeps of snapshots, and of heartbeats. */
  static final long SWEEP_MILLIS = 300_000;

  private static final long BEAT_MILLIS = 60_000;

  /** Where the time is, and after it the number. */
  private static final int TAKEN_AT = 0x30;

  private static final int LOOKED_AT = 0x10;

  private final String host;
  private final byte[] first;
  private final byte[] other;
  private final boolean beats;

  public HostLoad(LoadHost host, Scenario scenario) {
    this.host = host.id();
    Capture snapshot = host.snapshot(START_MILLIS);
    first = FrameWriter.write(snapshot);
    beats = scenario == Scenario.HEARTBEAT;
    if (beats || scenario == Scenario.UNCHANGED) {
      other = beats ? FrameWriter.write(unchanged(snapshot)) : first;
      return;
    }
    boolean alerting = scenario == Scenario.ALERTING;
    change(host, alerting, true);
    other = FrameWriter.write(host.snapshot(START_MILLIS));
    change(host, alerting, false);
  }

  private Unchanged unchanged(Capture snapshot) {
    return new Unchanged(host, snapshot.boot().id(), START_MILLIS, 1, 1, FrameDigest.of(first));
  }

  private static void change(LoadHost host, boolean alerting, boolean there) {
    if (!alerting) {
      host.giveAway(!there);
    } else if (there) {
      host.lose();
    } else {
      host.heal();
    }
  }

  public String host() {
    return host;
  }

  /** The record of a sweep, from 0; the caller's until the next call. */
  public byte[] record(int sweep) {
    if (beats) {
      long lookedAt = START_MILLIS + sweep * BEAT_MILLIS;
      return sweep == 0 ? first : stamp(other, LOOKED_AT, lookedAt, sweep + 1);
    }
    long takenAt = START_MILLIS + sweep * SWEEP_MILLIS;
    return stamp(sweep % 2 == 0 ? first : other, takenAt, sweep + 1);
  }

  /**
   * Makes a later frame of one that was written: writing it anew would cost more than judging it.
   * Offsets as in {@code FORMAT.md} of {@code wire}.
   */
  static byte[] stamp(byte[] frame, long takenAtMillis, long sequence) {
    return stamp(frame, TAKEN_AT, takenAtMillis, sequence);
  }

  private static byte[] stamp(byte[] frame, int at, long takenAtMillis, long sequence) {
    ByteBuffer.wrap(frame)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(at, takenAtMillis)
        .putLong(at + Long.BYTES, sequence);
    return frame;
  }
}
