package io.acswatch.collector.spool;

import java.util.Locale;

/** Why a frame left the spool without having been sent. Names are metric labels. */
public enum SpoolLoss {
  /** The limit on bytes. */
  BYTES,
  /** The limit on age. */
  AGE,
  /** The disk is full. */
  DISK_FULL,
  /** Not what was written: torn, or a bad disk. */
  DAMAGED,
  /** A broker will never take it: too large for the topic. */
  REFUSED;

  /** Lower-case name. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
