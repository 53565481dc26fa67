package io.acswatch.benchmarks.latency;

import io.acswatch.simulate.LoadHost;
import io.acswatch.wire.FrameWriter;

/**
 * A host that loses an ACS bit in a live update: its snapshots before and after.
 *
 * @param id the host
 * @param before makes it known
 * @param after raises {@link #CODE}
 */
record LostHost(String id, byte[] before, byte[] after) {
  /** What must come of it. */
  static final String CODE = "GROUP_MERGED_CROSS_VM";

  private static final long KEXEC_MILLIS = 9_000;

  static LostHost of(long seed, int number, int functions, long takenAtMillis) {
    LoadHost host = LoadHost.of(seed, number, functions);
    byte[] before = FrameWriter.write(host.snapshot(takenAtMillis));
    host.lose();
    host.liveUpdate();
    byte[] after = FrameWriter.write(host.snapshot(takenAtMillis + KEXEC_MILLIS));
    return new LostHost(host.id(), before, after);
  }
}
