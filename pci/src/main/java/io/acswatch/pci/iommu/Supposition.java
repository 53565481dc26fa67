package io.acswatch.pci.iommu;

/**
 * Whether the groups that a kernel reports can have come about, and how.
 *
 * @param grouping by the verdicts that lead to them, if they fit; else what it was asked of
 */
public record Supposition(Outcome outcome, KernelGrouping grouping) {
  public enum Outcome {
    /** They follow from something that may have been so. */
    FITS,
    /** They do not, whatever was so. */
    IMPOSSIBLE,
    /** Too much is unknown to try it all. */
    UNDECIDED
  }
}
