package io.acswatch.pci.alert;

import io.acswatch.pci.snapshot.Snapshot;

/** What lies between the two snapshots that were compared. */
public enum Boundary {
  COLD_BOOT("after a cold boot"),
  /** A kexec without state handed over. */
  KEXEC("after a kexec"),
  KEXEC_HANDOVER("after a kexec with handover"),
  LIVE_UPDATE("after a live update"),
  /** A boot of which it is not known how it came about. */
  BOOT("after a boot"),
  /** No boot: groups formed anew in a running kernel, by remove and rescan. */
  REGROUPING("after a regrouping in the running kernel"),
  /** No boot, and the groups are as they were: something changed in the running kernel. */
  RUNNING("in the running kernel");

  private final String when;

  Boundary(String when) {
    this.when = when;
  }

  /** When, as headlines say it: {@code after a kexec}. */
  public String when() {
    return when;
  }

  /** True if a kernel started between the two. */
  public boolean isBoot() {
    return this != REGROUPING && this != RUNNING;
  }

  /** The boot that lies before {@code after}, or {@link #RUNNING} if it is the same one. */
  public static Boundary between(Snapshot before, Snapshot after) {
    if (before.boot().id().equals(after.boot().id())) {
      return RUNNING;
    }
    return switch (after.bootClass()) {
      case COLD -> COLD_BOOT;
      case KEXEC_PLAIN, CRASH_KEXEC -> KEXEC;
      case KEXEC_KHO -> KEXEC_HANDOVER;
      case LIVE_UPDATE -> LIVE_UPDATE;
      case UNKNOWN -> BOOT;
    };
  }
}
