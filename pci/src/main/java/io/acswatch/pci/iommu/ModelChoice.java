package io.acswatch.pci.iommu;

import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciFunction;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which one kernel groups, and why those.
 *
 * @param kernel version the quirk tables are asked for
 */
public record ModelChoice(
    GroupingModel model,
    KernelVersion kernel,
    AcsOverride override,
    Machine machine,
    String reason) {
  // Mainline 47c8846a49ba brought config_acs, and an error in what is written; 9cf8a952d57b of 6.15
  // mends it. Captures and sources have it mended in 6.12.74 and later; from when on was not found.
  static final KernelRanges OPTIONS_IN_ERROR = KernelRanges.parse("6.11..6.12.73,6.13..6.14");
  // Captures of kernels from 5.2 on agree with the rules of today, those of 5.9 and 6.11 with lines
  // of the quirk table; sources were read from 6.1 on, for 7.4 those that are queued.
  private static final KernelRanges KNOWN = KernelRanges.parse("5.2..7.4");
  private static final String ASKED = "asked for";

  /** For a booted kernel; {@code asked}, else the boot's model, overrules release and options. */
  public static ModelChoice of(Boot boot, @Nullable GroupingModel asked) {
    return of(boot, asked, List.of());
  }

  /** The same where the host's functions are known too, which tell what machine it is. */
  public static ModelChoice of(
      Boot boot, @Nullable GroupingModel asked, Collection<PciFunction> functions) {
    if (asked == null && !boot.askedModel().isEmpty()) {
      return of(boot, GroupingModel.ofLabel(boot.askedModel()), functions);
    }
    KernelVersion kernel = KernelVersion.of(boot.kernelRelease(), boot.kernelVersion());
    Machine machine = Machine.of(boot, functions);
    AcsOverride override = AcsOverride.of(boot.commandLine());
    if (asked != null) {
      boolean unsaid = asked == GroupingModel.ACS_OVERRIDE && !override.isActive();
      return new ModelChoice(asked, kernel, unsaid ? AcsOverride.USUAL : override, machine, ASKED);
    }
    if (override.isActive()) {
      return new ModelChoice(
          GroupingModel.ACS_OVERRIDE,
          kernel,
          override,
          machine,
          "pcie_acs_override= on the command line");
    }
    String reason =
        kernel.equals(KernelVersion.UNKNOWN)
            ? "kernel release \"" + boot.kernelRelease() + "\" names no version"
            : KNOWN.contain(kernel)
                ? "kernel " + kernel
                : "kernel " + kernel + ", whose rules are not known: the nearest ones that are";
    return new ModelChoice(ofVersion(kernel, machine), kernel, override, machine, reason);
  }

  /**
   * False if the IOMMU driver groups by other rules than ACS: by the stream ids that firmware gives
   * functions (Arm SMMU v1 and v2, Apple DART), by partitionable endpoints (powerpc), each function
   * for itself (s390). What is derived there means nothing.
   */
  public boolean isComputable() {
    return machine.otherRules().isEmpty();
  }

  public ModelChoice withReason(String other) {
    return new ModelChoice(model, kernel, override, machine, other);
  }

  /** The same without what the command line makes the kernel believe: hardware does not listen. */
  public ModelChoice withoutOverride() {
    return new ModelChoice(model, kernel, AcsOverride.NONE, machine, reason);
  }

  /** The same kernel if it followed these rules. */
  public ModelChoice following(RuleSet rules) {
    boolean believes = override.isActive() && rules.equals(RuleSet.of(rules.quirks(), machine));
    return new ModelChoice(
        believes ? GroupingModel.ACS_OVERRIDE : rules.model(),
        rules.quirks(),
        override,
        machine,
        reason);
  }

  /** True if groups are formed before ACS is switched on everywhere, so that old words count. */
  public boolean dependsOnRegistersAtStart() {
    return timing().switchesOnLate() || timing() == GroupingModel.LEGACY_LATE_ACS_REGRESSED;
  }

  /** True if this kernel may set other controls than its command line asks for. */
  public boolean mayMisreadAcsOptions() {
    return OPTIONS_IN_ERROR.contain(kernel);
  }

  /** True if the rules of this kernel are known, or were asked for. */
  public boolean isKnown() {
    return isAskedFor() || KNOWN.contain(kernel);
  }

  /** True if somebody asked for this model, so that the release does not matter. */
  public boolean isAskedFor() {
    return reason.equals(ASKED);
  }

  /**
   * The generation that decides when ACS is switched on and functions are grouped; the override
   * only adds belief. With a device tree, kernels that switch on late do so as each function is
   * found, which is before the SMMU comes up: for groups that is as if all came first.
   *
   * <p>Source: linux {@code drivers/pci/pci-driver.c}, {@code pci_dma_configure}; {@code
   * drivers/iommu/iommu.c}, {@code iommu_init_device}, which calls it when a function is found.
   * ACPI hosts are scanned before that is watched ({@code iommu_subsys_init}).
   */
  public GroupingModel timing() {
    GroupingModel timing = model == GroupingModel.ACS_OVERRIDE ? ofVersion(kernel, machine) : model;
    return timing.switchesOnLate() && machine.deviceTree() ? GroupingModel.LEGACY_6_15 : timing;
  }

  /**
   * Up to 6.14 only Intel's and AMD's drivers group functions as they are found. Others learn from
   * the firmware which functions are theirs, and that is read when a driver is bound (mainline
   * bcb81ac6ae3c of 6.15 reads it before).
   */
  static GroupingModel ofVersion(KernelVersion kernel, Machine machine) {
    return machine.groupsInOrderOfBinds() && !kernel.isAtLeast(6, 15, 0)
        ? GroupingModel.LEGACY_AT_BIND
        : GroupingModel.of(kernel);
  }

  /**
   * Another function of the host that has a group, and whose requester id this one's requests may
   * carry; the function itself if a bridge above gives its requests the id it has; empty if
   * neither.
   */
  public OptionalInt sharerOfRequesterId(HostHierarchy hierarchy, int index) {
    return new DmaAliases(hierarchy, kernel).sharer(index);
  }

  /** True if functions are grouped in the order in which drivers are bound. */
  public boolean groupsAtBind() {
    return timing() == GroupingModel.LEGACY_AT_BIND;
  }

  /** True if a function is grouped before its own ACS is switched on, at the bind of its driver. */
  boolean switchesOnAfterBind() {
    return groupsAtBind() && GroupingModel.isRegressed(kernel);
  }

  /**
   * True if the kernel switches ACS on in a function, should it ever. With a device tree the wish
   * for it comes with the first function that is asked for its IOMMU: up to 6.14 that is when all
   * have been found, from 6.15 on when the first has been, which goes without.
   *
   * <p>Source: linux {@code drivers/iommu/of_iommu.c}, {@code of_iommu_configure}, which calls
   * {@code pci_request_acs}; {@code drivers/pci/pci.c}, {@code pci_acs_init}.
   *
   * @param place in the order in which the kernel found functions, from 0
   */
  public boolean switchesOn(int place) {
    if (!machine.arm64() || !machine.deviceTree() || GroupingModel.isRegressed(kernel)) {
      return true;
    }
    boolean late = GroupingModel.of(kernel).switchesOnLate();
    return kernel.isAtLeast(6, 15, 0) && (late || place > 0);
  }
}
