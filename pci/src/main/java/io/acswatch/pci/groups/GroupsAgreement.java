package io.acswatch.pci.groups;

/** How derived groups stand to those the kernel reports; the names are a contract. */
public enum GroupsAgreement {
  NOT_REPORTED,
  SAME,
  /** The IOMMU's driver groups by other rules than ACS, which are not known here. */
  OTHER_RULES,
  /** They hang on bytes that were not read. */
  UNREAD,
  /**
   * They hang on what no snapshot after the boot shows: the ACS registers it found, where functions
   * are grouped before ACS is switched on everywhere, or what the chipset does. The kernel's groups
   * follow from one of the possibilities.
   */
  NOT_COMPUTABLE,
  /** The kernel's follow from the registers that it writes itself: registers have changed since. */
  REGISTERS_CHANGED,
  /** Nothing known here explains the kernel's. */
  UNEXPLAINED;
}
