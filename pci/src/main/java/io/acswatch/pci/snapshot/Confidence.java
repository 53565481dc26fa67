package io.acswatch.pci.snapshot;

import java.util.Locale;

/** How far owners, or what is said of a boot ({@link BootOrigin}), are relied on; ascending. */
public enum Confidence {
  /** A VM holds the devices, and no source says which. */
  LOW,
  /** Nobody claimed the devices just before: these are the VMs that owned them last. */
  MEDIUM,
  /** Claims were there when the snapshot before was taken, or owners do not matter. */
  HIGH;

  /** Lower-case name, for texts and JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
