package io.acswatch.pci.judge;

import io.acswatch.pci.snapshot.Snapshot;

/**
 * How long something that comes and goes by itself must last before it is told, and how old the
 * last snapshot of a boot may be. Measured by the times in snapshots, never by a clock, so that
 * judging them again gives the same alerts.
 *
 * @param snapshots snapshots in a row that must show it
 * @param lastingMillis milliseconds that must lie between the first and the last of them; counted
 *     as passed where a snapshot has no time
 * @param staleMillis age from which on a snapshot before a boot is called old
 */
public record TimeLimits(int snapshots, long lastingMillis, long staleMillis) {
  /**
   * Two snapshots at least 30 seconds apart: a device in reset is back within a second or two. A
   * snapshot before is old after 80 minutes: a collector sends a whole one every 60, what it says
   * in between is not stored, and a boot takes its time.
   */
  public static final TimeLimits DEFAULT = new TimeLimits(2, 30_000, 4_800_000);

  /** Tells at once: for captures that nothing follows. */
  public static final TimeLimits NONE = new TimeLimits(1, 0, DEFAULT.staleMillis);

  /**
   * A time that is remembered, milliseconds since 1970, never later than now. It may come from a
   * clock that ran ahead and was set back since; 0 is unknown, then or now.
   */
  static long notAfter(long nowMillis, long rememberedMillis) {
    return nowMillis == 0 ? rememberedMillis : Math.min(nowMillis, rememberedMillis);
  }

  /** True if what this waits for has lasted long enough by this moment. */
  boolean isOver(PendingFinding pending, long nowMillis) {
    boolean timeUnknown = pending.sinceMillis() == 0 || nowMillis == 0;
    return pending.seen() >= snapshots
        && (timeUnknown || nowMillis - pending.sinceMillis() >= lastingMillis);
  }

  TimeLimits doubled() {
    return new TimeLimits(snapshots + 1, 2 * lastingMillis, staleMillis);
  }

  boolean isStale(Snapshot before, Snapshot after) {
    return before.takenAtMillis() != 0
        && after.takenAtMillis() != 0
        && after.takenAtMillis() - before.takenAtMillis() > staleMillis;
  }
}
