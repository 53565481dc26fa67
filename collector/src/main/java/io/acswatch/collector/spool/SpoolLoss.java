package io.acswatch.collector.spool;

import java.util.List;
import java.util.Locale;

/** Why a frame left the spool without having been sent. Names are metric labels. */
public enum SpoolLoss {
  BYTES,
  AGE,
  DISK_FULL,
  /** Not what was written: torn, or a bad disk. */
  DAMAGED,
  /** A broker will never take it: too large for the topic. */
  REFUSED;

  /** Reasons for which the one who adds gives frames up. */
  public static final List<SpoolLoss> OF_THE_READER = List.of(BYTES, AGE, DISK_FULL);

  /** Reasons for which the one who takes sets frames aside. */
  public static final List<SpoolLoss> OF_THE_SENDER = List.of(DAMAGED, REFUSED);

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
