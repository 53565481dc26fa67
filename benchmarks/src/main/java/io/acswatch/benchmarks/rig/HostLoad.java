package io.acswatch.benchmarks.rig;

import io.acswatch.simulate.LoadHost;
import io.acswatch.wire.FrameWriter;

/** One host's records of a scenario, written once and stamped anew for each sweep. */
public final class HostLoad {
  private static final long START_MILLIS = 1_772_366_400_000L; // 2026-03-01T12:00:00Z

  /** Simulated time between two sweeps: the agent's default interval of snapshots. */
  static final long SWEEP_MILLIS = 300_000;

  private final String host;
  private final int functions;
  private final byte[] first;
  private final byte[] other;

  /** Writes what {@code host} says in a scenario. */
  public HostLoad(LoadHost host, Scenario scenario) {
    this.host = host.id();
    functions = host.functionCount();
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

  /** Key of the records. */
  public String host() {
    return host;
  }

  /** Functions in each record. */
  public int functions() {
    return functions;
  }

  /** The record of a sweep, from 0; the caller's until the next call. */
  public byte[] record(int sweep) {
    long takenAt = START_MILLIS + sweep * SWEEP_MILLIS;
    return FrameStamp.snapshot(sweep % 2 == 0 ? first : other, takenAt, sweep + 1);
  }
}
