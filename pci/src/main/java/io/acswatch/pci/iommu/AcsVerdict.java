package io.acswatch.pci.iommu;

/** Whether a function keeps apart what it could connect, as the kernel sees it. */
public enum AcsVerdict {
  /** The four required controls are enforced, or need not be. */
  ENFORCED,
  /** At least one is not. */
  NOT_ENFORCED,
  /** The bytes that would tell were not read. */
  UNKNOWN,
  /** It depends on something that no configuration space shows. */
  NOT_COMPUTABLE;

  /** True if nobody can tell whether it isolates. */
  public boolean isOpen() {
    return this == UNKNOWN || this == NOT_COMPUTABLE;
  }

  /** True only if isolation is certain: unknown is never isolated. */
  public boolean isEnforced() {
    return this == ENFORCED;
  }
}
