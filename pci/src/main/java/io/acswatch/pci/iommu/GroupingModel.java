package io.acswatch.pci.iommu;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Generations of the kernel's grouping. {@link #label()} is part of the contract with scripts. */
public enum GroupingModel {
  /**
   * Arm and virtio-iommu, up to 6.14: a function is grouped when a driver is first bound to it, one
   * that never had a driver has no group. With a device tree ACS is not switched on at all.
   */
  LEGACY_AT_BIND("legacy-at-bind"),
  /** Up to 6.14: ACS is switched on for all functions before any group is formed. */
  LEGACY_EARLY_ACS("legacy-early-acs"),
  /** 6.15 to 6.18.15 and 6.19.5: the same rules; groups are formed from the probe path. */
  LEGACY_6_15("legacy-6.15"),
  /**
   * From 6.18.16, 6.19.6 and 7.0 on: ACS is switched on function by function, just before each is
   * grouped; those that come later still carry the word the boot began with.
   */
  LEGACY_7_0("legacy-7.0"),
  /**
   * 6.1.165 to 6.1.168, 6.6.128 to 6.6.134, 6.12.75 to 6.12.82: groups are formed with the words
   * the boot began with, ACS comes after.
   */
  LEGACY_LATE_ACS_REGRESSED("legacy-late-acs-regressed"),
  /**
   * Expected from 7.4 on: as 7.0, and what a live update preserves keeps the Control registers it
   * had. Not in a released kernel yet.
   */
  LEGACY_LIVEUPDATE("legacy-liveupdate"),
  /** What the hardware isolates, by an unmerged series; no kernel is known that groups by it. */
  BUS_ISOLATION_V3("bus-isolation-v3"),
  /** A kernel with the downstream patch that believes its command line in isolation. */
  ACS_OVERRIDE("acs-override");

  // Stable releases from the one that took over "PCI: Enable ACS after configuring IOMMU for OF
  // platforms" (mainline c41e2fb67e26) to the last before its revert. Before 6.15 DMA is set up
  // after a device is grouped, so there the change breaks groups. Source: the announcements of
  // the releases; that 6.6.128 was the first of 6.6 is told by its date only, that of the others.
  private static final KernelRanges REGRESSED =
      KernelRanges.parse("6.1.165..6.1.168,6.6.128..6.6.134,6.12.75..6.12.82");
  private static final KernelRanges LATE = KernelRanges.parse("6.18.16..6.18,6.19.6..");

  static final List<KernelRanges> RANGES = List.of(REGRESSED, LATE);

  private final String label;

  GroupingModel(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }

  /** True if ACS is switched on function by function while groups are formed. */
  public boolean switchesOnLate() {
    return this == LEGACY_7_0 || this == LEGACY_LIVEUPDATE;
  }

  /** The model with this label; the exception lists the labels if there is none. */
  public static GroupingModel ofLabel(String label) {
    String known = Arrays.stream(values()).map(GroupingModel::label).collect(joining(", "));
    return named(label)
        .orElseThrow(
            () ->
                new IllegalArgumentException("model=\"" + label + "\", expected one of " + known));
  }

  public static Optional<GroupingModel> named(@Nullable String label) {
    return Arrays.stream(values()).filter(model -> model.label.equals(label)).findFirst();
  }

  /** True for stable releases that switch ACS on after a function is grouped, not before. */
  static boolean isRegressed(KernelVersion version) {
    return REGRESSED.contain(version);
  }

  /** The model of a mainline or stable kernel, unless {@link #LEGACY_AT_BIND} holds. */
  public static GroupingModel of(KernelVersion version) {
    if (REGRESSED.contain(version)) {
      return LEGACY_LATE_ACS_REGRESSED;
    }
    if (version.isAtLeast(7, 4, 0)) {
      return LEGACY_LIVEUPDATE;
    }
    if (LATE.contain(version)) {
      return LEGACY_7_0;
    }
    return version.isAtLeast(6, 15, 0) ? LEGACY_6_15 : LEGACY_EARLY_ACS;
  }
}
