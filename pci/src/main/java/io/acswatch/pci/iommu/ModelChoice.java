package io.acswatch.pci.iommu;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which one kernel groups, and why those.
 *
 * @param model generation of the rules
 * @param kernel version the quirk tables are asked for
 * @param override what the command line makes the kernel believe
 * @param machine what the kernel runs on
 * @param reason why this model, for people
 */
public record ModelChoice(
    GroupingModel model,
    KernelVersion kernel,
    AcsOverride override,
    Machine machine,
    String reason) {
  // Mainline 47c8846a49ba brought config_acs, and an error in what is written; 9cf8a952d57b of 6.15
  // mends it. Captures and sources have it mended in 6.12.74 and later; from when on was not found.
  private static final KernelRanges OPTIONS_IN_ERROR =
      KernelRanges.parse("6.11..6.12.73,6.13..6.14");
  private static final String ASKED = "asked for";

  /**
   * Chooses for a booted kernel; {@code asked}, else the model that the boot is to be judged by,
   * overrules what its release and options say.
   */
  public static ModelChoice of(Boot boot, @Nullable GroupingModel asked) {
    if (asked == null && !boot.askedModel().isEmpty()) {
      return of(boot, GroupingModel.ofLabel(boot.askedModel()));
    }
    KernelVersion kernel = KernelVersion.of(boot.kernelRelease(), boot.kernelVersion());
    Machine machine = Machine.of(boot);
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
            : "kernel " + kernel;
    return new ModelChoice(GroupingModel.of(kernel), kernel, override, machine, reason);
  }

  /** Why what is derived means nothing; empty if it means something. */
  public String otherRules() {
    return machine.otherRules();
  }

  /**
   * False if the IOMMU driver groups by other rules than ACS: by the stream ids that firmware gives
   * functions (Arm SMMU v1 and v2, Apple DART), by partitionable endpoints (powerpc), each function
   * for itself (s390). What is derived there means nothing.
   */
  public boolean isComputable() {
    return otherRules().isEmpty();
  }

  /** The same for another reason. */
  public ModelChoice withReason(String other) {
    return new ModelChoice(model, kernel, override, machine, other);
  }

  /** The same without what the command line makes the kernel believe: hardware does not listen. */
  public ModelChoice withoutOverride() {
    return new ModelChoice(model, kernel, AcsOverride.NONE, machine, reason);
  }

  /** True if groups are formed before ACS is switched on everywhere, so that old words count. */
  public boolean dependsOnWordsAtStart() {
    return timing().switchesOnLate() || timing() == GroupingModel.LEGACY_LATE_ACS_REGRESSED;
  }

  /** True if this kernel may set other controls than its command line asks for. */
  public boolean mayMisreadAcsOptions() {
    return OPTIONS_IN_ERROR.contain(kernel);
  }

  /** Where that ends. */
  public static List<KernelRanges> optionRanges() {
    return List.of(OPTIONS_IN_ERROR);
  }

  /** True if somebody asked for this model, so that the release does not matter. */
  public boolean isAskedFor() {
    return reason.equals(ASKED);
  }

  /** The generation that decides when ACS is switched on; the override only adds belief. */
  public GroupingModel timing() {
    return model == GroupingModel.ACS_OVERRIDE ? GroupingModel.of(kernel) : model;
  }
}
