package io.acswatch.pci.iommu;

import io.acswatch.pci.capture.Boot;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which one kernel groups, and why those.
 *
 * @param model generation of the rules
 * @param kernel version the quirk tables are asked for
 * @param override what the command line makes the kernel believe
 * @param release {@code uname -r}
 * @param reason why this model, for people
 */
public record ModelChoice(
    GroupingModel model,
    KernelVersion kernel,
    AcsOverride override,
    String release,
    String reason) {
  private static final Pattern OTHER_RULES = Pattern.compile("ppc64|powerpc|s390");
  private static final String NVIDIA_FLAVOUR = "-nvidia";

  /** Chooses for a booted kernel; {@code asked} overrules what its release and options say. */
  public static ModelChoice of(Boot boot, @Nullable GroupingModel asked) {
    KernelVersion kernel = KernelVersion.of(boot.kernelRelease(), boot.kernelVersion());
    AcsOverride override = AcsOverride.of(boot.commandLine());
    if (asked != null) {
      boolean unsaid = asked == GroupingModel.ACS_OVERRIDE && !override.isActive();
      return new ModelChoice(
          asked, kernel, unsaid ? AcsOverride.USUAL : override, boot.kernelRelease(), "asked for");
    }
    if (override.isActive()) {
      return new ModelChoice(
          GroupingModel.ACS_OVERRIDE,
          kernel,
          override,
          boot.kernelRelease(),
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
          boot.kernelRelease(),
          "kernel flavour " + NVIDIA_FLAVOUR);
    }
    String reason =
        kernel.equals(KernelVersion.UNKNOWN)
            ? "kernel release \"" + boot.kernelRelease() + "\" names no version"
            : "kernel " + kernel;
    return new ModelChoice(
        GroupingModel.of(kernel), kernel, override, boot.kernelRelease(), reason);
  }

  /**
   * False for the architectures whose IOMMU drivers group by other rules than ACS: partitionable
   * endpoints on powerpc, one group per function on s390. What is derived there means nothing. Told
   * by the release, in which distributions name the architecture.
   */
  public boolean isComputable() {
    return !OTHER_RULES.matcher(release).find();
  }

  /** The same without what the command line makes the kernel believe: hardware does not listen. */
  ModelChoice withoutOverride() {
    return new ModelChoice(model, kernel, AcsOverride.NONE, release, reason);
  }

  /** The generation that decides when ACS is switched on; the override only adds belief. */
  GroupingModel timing() {
    return model == GroupingModel.ACS_OVERRIDE ? GroupingModel.of(kernel) : model;
  }
}
