package io.acswatch.pci.preflight;

import io.acswatch.pci.groups.AcsOptions;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.KernelVersion;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a kernel can take over preserved PCI devices at all, as far as its release and command
 * line tell. Both leave room: distributions take over patches, and {@code kho} has a default that
 * is built in. So these are doubts, and no refusals.
 *
 * <p>Source: linux {@code kernel/liveupdate/luo_core.c}, {@code luo_early_startup}: off unless
 * {@code liveupdate=} says otherwise, and without KHO; the PCI live-update series is queued for
 * 7.4.
 */
final class LiveUpdateAbility {
  private LiveUpdateAbility() {}

  /** What speaks against it, a sentence each. */
  static List<String> doubts(KexecTarget target, AcsOptions options) {
    List<String> doubts = new ArrayList<>();
    KernelVersion kernel = target.model().kernel();
    boolean expected = target.model().model() == GroupingModel.LEGACY_LIVEUPDATE;
    if (!expected && !kernel.isAtLeast(7, 4, 0)) {
      doubts.add(
          "This holds for a kernel that preserves PCI devices. Linux "
              + kernel
              + " does not, unless its distribution has added it: mainline is expected to from 7.4"
              + " on.");
    }
    List<String> missing = new ArrayList<>();
    if (!options.switchesLiveUpdateOn()) {
      missing.add("liveupdate=on");
    }
    if (!options.switchesHandoverOn()) {
      missing.add("kho=on");
    }
    if (!missing.isEmpty() && !options.switchesLiveUpdateOff()) {
      doubts.add(
          "The command line to come lacks "
              + String.join(" and ", missing)
              + ", without which a kernel takes over nothing (kho can be on by default).");
    }
    return doubts;
  }
}
