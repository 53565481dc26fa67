package io.acswatch.benchmarks.pipeline;

import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CaptureDelta;
import io.acswatch.simulate.LoadHost;
import io.acswatch.wire.FrameWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One host's records of a scenario, written once and stamped for each sweep. */
final class HostLoad {
  /** Functions in a dense record; the most that a default broker takes is 255. */
  static final int DENSE_FUNCTIONS = 64;

  private static final long START_MILLIS = 1_772_366_400_000L; // 2026-03-01T12:00:00Z

  /** Simulated time between two sweeps: the agent's default interval of snapshots. */
  static final long SWEEP_MILLIS = 300_000;

  private final String host;
  private final Scenario scenario;
  private final byte[] first;
  private final List<byte[]> then;
  private final int functions;

  private HostLoad(String host, Scenario scenario, byte[] first, List<byte[]> then, int functions) {
    this.host = host;
    this.scenario = scenario;
    this.first = first;
    this.then = then;
    this.functions = functions;
  }

  /** Writes what {@code host} says in a scenario of frames. */
  static HostLoad of(LoadHost host, Scenario scenario) {
    Capture before = host.snapshot(START_MILLIS);
    byte[] first = FrameWriter.write(before, scenario == Scenario.DELTAS);
    int all = host.functionCount();
    if (scenario == Scenario.UNCHANGED) {
      return new HostLoad(host.id(), scenario, first, List.of(first), all);
    }
    boolean alerting = scenario == Scenario.ALERTING;
    change(host, alerting, true);
    Capture changed = host.snapshot(START_MILLIS);
    change(host, alerting, false);
    if (scenario != Scenario.DELTAS) {
      return new HostLoad(
          host.id(), scenario, first, List.of(FrameWriter.write(changed), first), all);
    }
    CaptureDelta there = CaptureDelta.between(before, changed);
    CaptureDelta back = CaptureDelta.between(changed, host.snapshot(START_MILLIS));
    return new HostLoad(
        host.id(),
        scenario,
        first,
        List.of(FrameWriter.write(there), FrameWriter.write(back)),
        there.changed().functions().size());
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
  String host() {
    return host;
  }

  /** Functions that a record carries after the first sweep. */
  int functions() {
    return functions;
  }

  /** The record of a sweep, from 0; the caller's until the next call. */
  byte[] record(int sweep) {
    long takenAt = START_MILLIS + sweep * SWEEP_MILLIS;
    if (sweep == 0) {
      return FrameStamp.snapshot(first, takenAt, 1);
    }
    byte[] frame = then.get((sweep - 1) % then.size());
    return scenario == Scenario.DELTAS
        ? FrameStamp.delta(frame, takenAt, sweep + 1)
        : FrameStamp.snapshot(frame, takenAt, sweep + 1);
  }

  /** All functions of hosts in the dense form, 4 KiB for each whatever was read. */
  static List<byte[]> dense(List<LoadHost> hosts) {
    List<byte[]> records = new ArrayList<>();
    byte[] record = new byte[DENSE_FUNCTIONS * ConfigSpace.EXTENDED_LENGTH];
    int filled = 0;
    for (LoadHost host : hosts) {
      for (var function : host.snapshot(START_MILLIS).functions()) {
        byte[] bytes = function.config().toByteArray();
        System.arraycopy(bytes, 0, record, filled * ConfigSpace.EXTENDED_LENGTH, bytes.length);
        if (++filled == DENSE_FUNCTIONS) {
          records.add(record.clone());
          Arrays.fill(record, (byte) 0);
          filled = 0;
        }
      }
    }
    return records;
  }
}
