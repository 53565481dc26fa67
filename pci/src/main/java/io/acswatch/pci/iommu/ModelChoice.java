package io.acswatch.pci.iommu;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which one kernel groups, and why those.
 *
 * @param model generation of the rules
 * @param kernel version the quirk tables are asked for
 * @param override what the command line makes the kernel believe
 * @param otherRules why what is derived means nothing: the IOMMU driver groups by other rules than
 *     ACS; empty if it does not
 * @param reason why this model, for people
 */
public record ModelChoice(
    GroupingModel model,
    KernelVersion kernel,
    AcsOverride override,
    String otherRules,
    String reason) {
  private static final Pattern OTHER_ARCHITECTURES = Pattern.compile("ppc64|powerpc|s390");
  // Names that drivers give their instances: arm-smmu.c "smmu.%pa" (v1 and v2; v3 is "smmu3.%pa"),
  // apple-dart.c "apple-dart.%s". Both look whether a group has the stream ids before they ask
  // pci_device_group; firmware maps functions to stream ids. powerpc "iommu-phb%04x" groups by
  // partitionable endpoint, "s390-iommu.%08x" each function for itself.
  private static final Pattern OTHER_DRIVERS =
      Pattern.compile("(?:^| )((?:smmu\\.|arm-smmu|apple-dart|iommu-phb|s390-iommu)\\S*)");
  // Mainline 47c8846a49ba brought config_acs, and an error in what is written; 9cf8a952d57b of 6.15
  // mends it. Captures and sources have it mended in 6.12.74 and later; from when on was not found.
  private static final KernelRanges OPTIONS_IN_ERROR =
      KernelRanges.parse("6.11..6.12.73,6.13..6.14");
  private static final String ASKED = "asked for";
  private static final String NVIDIA_FLAVOUR = "-nvidia";

  /**
   * Chooses for a booted kernel; {@code asked}, else the model that the boot is to be judged by,
   * overrules what its release and options say.
   */
  public static ModelChoice of(Boot boot, @Nullable GroupingModel asked) {
    if (asked == null && !boot.askedModel().isEmpty()) {
      return of(boot, GroupingModel.ofLabel(boot.askedModel()));
    }
    KernelVersion kernel = KernelVersion.of(boot.kernelRelease(), boot.kernelVersion());
    String otherRules = otherRules(boot);
    AcsOverride override = AcsOverride.of(boot.commandLine());
    if (asked != null) {
      boolean unsaid = asked == GroupingModel.ACS_OVERRIDE && !override.isActive();
      return new ModelChoice(
          asked, kernel, unsaid ? AcsOverride.USUAL : override, otherRules, ASKED);
    }
    if (override.isActive()) {
      return new ModelChoice(
          GroupingModel.ACS_OVERRIDE,
          kernel,
          override,
          otherRules,
          "pcie_acs_override= on the command line");
    }
    boolean nvidia =
        kernel.major() == 6
            && kernel.minor() == 14
            && boot.kernelRelease().contains(NVIDIA_FLAVOUR);
    if (nvidia) {
      return new ModelChoice(
          GroupingModel.BUS_ISOLATION_V3,
          kernel,
          override,
          otherRules,
          "kernel flavour " + NVIDIA_FLAVOUR);
    }
    String reason =
        kernel.equals(KernelVersion.UNKNOWN)
            ? "kernel release \"" + boot.kernelRelease() + "\" names no version"
            : "kernel " + kernel;
    return new ModelChoice(GroupingModel.of(kernel), kernel, override, otherRules, reason);
  }

  /** Told by the release, in which distributions name the architecture, and by the IOMMUs. */
  private static String otherRules(Boot boot) {
    if (OTHER_ARCHITECTURES.matcher(boot.kernelRelease()).find()) {
      return "this architecture groups by other rules";
    }
    Matcher driver = OTHER_DRIVERS.matcher(boot.iommus());
    return driver.find()
        ? "the driver of IOMMU " + driver.group(1) + " groups by other rules than ACS"
        : "";
  }

  /**
   * False if the IOMMU driver groups by other rules than ACS: by the stream ids that firmware gives
   * functions (Arm SMMU v1 and v2, Apple DART), by partitionable endpoints (powerpc), each function
   * for itself (s390). What is derived there means nothing.
   */
  public boolean isComputable() {
    return otherRules.isEmpty();
  }

  /** The same for another reason. */
  public ModelChoice withReason(String other) {
    return new ModelChoice(model, kernel, override, otherRules, other);
  }

  /** The same without what the command line makes the kernel believe: hardware does not listen. */
  public ModelChoice withoutOverride() {
    return new ModelChoice(model, kernel, AcsOverride.NONE, otherRules, reason);
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
