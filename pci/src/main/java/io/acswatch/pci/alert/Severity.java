package io.acswatch.pci.alert;

import java.util.Locale;

/** How urgent an alert is, in ascending order. */
public enum Severity {
  /** For the record. */
  INFO,
  /** To be looked at in working hours. */
  WARNING,
  /** Isolation or a VM's device is affected: to be looked at now. */
  HIGH,
  /** VMs of different owners share a group: page at once. */
  CRITICAL;

  /** Lower-case name, for texts and JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public Severity lowered() {
    return values()[Math.max(0, ordinal() - 1)];
  }

  public boolean isAtLeast(Severity other) {
    return compareTo(other) >= 0;
  }
}
