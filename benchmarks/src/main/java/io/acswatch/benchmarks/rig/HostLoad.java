package io.acswatch.benchmarks.rig;

import io.acswatch.simulate.LoadHost;
import io.acswatch.wire.frame.FrameWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** One host's records of a scenario, written once and stamped anew for each sweep. */
public final class HostLoad {
  private static final long START_MILLIS = 1_772_366_400_000L; // 2026-03-01T12:00:00Z

  /** Simulated time between two sweeps: the agent's default interval of snapshots. */
  static final long SWEEP_MILLIS = 300_000;

  private static final int TAKEN_AT = 0x30;
  private static final int SEQUENCE = 0x38;

  private final String host;
  private final byte[] first;
  private final byte[] other;

  public HostLoad(LoadHost host, Scenario scenario) {
    this.host = host.id();
    first = FrameWriter.write(host.snapshot(START_MILLIS));
    if (scenario == Scenario.UNCHANGED) {
      other = first;
      return;
    }
    boolean alerting = scenario == Scenario.ALERTING;
    change(host, alerting, true);
    other = FrameWriter.write(host.snapshot(START_MILLIS));
    change(host, alerting, false);
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
    long takenAt = START_MILLIS + sweep * SWEEP_MILLIS;
    return stamp(sweep % 2 == 0 ? first : other, takenAt, sweep + 1);
  }

  /**
   * Makes a later frame of one that was written: writing it anew would cost more than judging it.
   * Offsets as in {@code FORMAT.md} of {@code wire}.
   */
  static byte[] stamp(byte[] frame, long takenAtMillis, long sequence) {
    ByteBuffer.wrap(frame)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(TAKEN_AT, takenAtMillis)
        .putLong(SEQUENCE, sequence);
    return frame;
  }
}
