package io.acswatch.pci.groups;

import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.KernelVersion;

/**
 * The ACS registers that a kernel leaves in a function once it has come to it: what it switches on
 * by itself, and what its command line orders.
 *
 * <p>Source: linux {@code drivers/pci/pci.c}, {@code pci_enable_acs}; {@code quirks.c}, {@code
 * pci_quirk_enable_intel_spt_pch_acs}.
 */
public final class AcsSetup {
  private final HostHierarchy hierarchy;
  private final AcsRules rules;
  private final AcsOptions options;
  private final boolean clearsOnly;

  /** The registers that a kernel of this version leaves with this boot's command line. */
  public AcsSetup(HostHierarchy hierarchy, AcsRules rules, KernelVersion kernel, Boot boot) {
    this.hierarchy = hierarchy;
    this.rules = rules;
    options = AcsOptions.of(boot.commandLine());
    clearsOnly = !kernel.isAtLeast(6, 11, 0);
  }

  /** The registers that a host's own kernel leaves. */
  public static AcsSetup of(HostView view) {
    AcsRules rules = new AcsRules(view.hierarchy(), view.choice());
    return new AcsSetup(view.hierarchy(), rules, view.kernel(), view.snapshot().boot());
  }

  /**
   * The registers after the kernel has come to a function.
   *
   * @param found registers as the boot found them
   * @param iommuOn an IOMMU is in use; else only what the command line orders is done
   */
  public AcsRegisters of(int index, AcsRegisters found, boolean iommuOn) {
    boolean dwords = rules.hasDwordRegisters(index);
    int before = found.word(dwords);
    int control = before;
    if (iommuOn) {
      int capability =
          rules.lacksSourceValidation(index)
              ? found.capability() & ~AcsCapability.SOURCE_VALIDATION
              : found.capability();
      int wanted =
          AcsCapability.REQUIRED | (options.noAts() ? AcsCapability.TRANSLATION_BLOCKING : 0);
      control |= capability & wanted;
    }
    return found.withWord(
        dwords,
        dwords
            ? options.applyToDwords(hierarchy, index, control, clearsOnly)
            : options.apply(hierarchy, index, before, control, clearsOnly));
  }
}
