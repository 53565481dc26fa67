package io.acswatch.pci.iommu;

/** Generations of the kernel's grouping. {@link #label()} is part of the contract with scripts. */
public enum GroupingModel {
  /** Up to 6.14: ACS is switched on for all functions before any group is formed. */
  LEGACY_EARLY_ACS("legacy-early-acs"),
  /** 6.15 to 6.19.13: the same rules; groups are formed from the probe path. */
  LEGACY_6_15("legacy-6.15"),
  /**
   * 6.19.14, and 7.0 on: ACS is switched on function by function, just before each is grouped;
   * those that come later still carry the word the boot began with.
   */
  LEGACY_7_0("legacy-7.0"),
  /** 6.12.75 to 6.12.77: groups are formed with the words the boot began with, ACS comes after. */
  LEGACY_LATE_ACS_REGRESSED("legacy-late-acs-regressed"),
  /**
   * Expected from 7.4 on: as 7.0, and what a live update preserves keeps the Control words it had.
   * Not in a released kernel yet.
   */
  LEGACY_LIVEUPDATE("legacy-liveupdate"),
  /** What the hardware isolates in truth; NVIDIA's kernels group by it, no mainline kernel does. */
  BUS_ISOLATION_V3("bus-isolation-v3"),
  /** A kernel with the downstream patch that believes its command line in isolation. */
  ACS_OVERRIDE("acs-override");

  private final String label;

  GroupingModel(String label) {
    this.label = label;
  }

  /** Name of the model. */
  public String label() {
    return label;
  }

  /** True if ACS is switched on function by function while groups are formed. */
  public boolean switchesOnLate() {
    return this == LEGACY_7_0 || this == LEGACY_LIVEUPDATE;
  }

  /**
   * The model with this label.
   *
   * @throws IllegalArgumentException listing the labels if there is none
   */
  public static GroupingModel ofLabel(String label) {
    StringBuilder known = new StringBuilder();
    for (GroupingModel model : values()) {
      if (model.label.equals(label)) {
        return model;
      }
      known.append(known.isEmpty() ? "" : ", ").append(model.label);
    }
    throw new IllegalArgumentException("model=\"" + label + "\", expected one of " + known);
  }

  /** The model a mainline or stable kernel of this version follows. */
  public static GroupingModel of(KernelVersion version) {
    if (version.isAtLeast(6, 12, 75) && !version.isAtLeast(6, 12, 78)) {
      return LEGACY_LATE_ACS_REGRESSED;
    }
    if (version.isAtLeast(7, 4, 0)) {
      return LEGACY_LIVEUPDATE;
    }
    if (version.isAtLeast(6, 19, 14)) {
      return LEGACY_7_0;
    }
    return version.isAtLeast(6, 15, 0) ? LEGACY_6_15 : LEGACY_EARLY_ACS;
  }
}
