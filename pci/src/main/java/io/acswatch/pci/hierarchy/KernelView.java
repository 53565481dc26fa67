package io.acswatch.pci.hierarchy;

import org.jspecify.annotations.Nullable;

/**
 * What the running kernel says about one function, beside its configuration space.
 *
 * @param group number of its IOMMU group, or {@link #NO_GROUP}; a number means nothing across boots
 * @param groupType default domain type of that group ({@code DMA-FQ}, {@code identity}, ...), empty
 *     if unknown
 * @param driver name of the bound driver, empty if none
 * @param physicalFunction the PF of a VF, else null
 * @param enabledVfs {@code sriov_numvfs}; 0 where there is no such file
 * @param totalVfs {@code sriov_totalvfs}; 0 where there is no such file
 * @param ariEnabled ARI forwarding is on at the port above this function's bus
 */
public record KernelView(
    int group,
    String groupType,
    String driver,
    @Nullable PciAddress physicalFunction,
    int enabledVfs,
    int totalVfs,
    boolean ariEnabled) {
  /** Group of a function that no IOMMU serves. */
  public static final int NO_GROUP = -1;

  /** A function of which the kernel says nothing. */
  public static final KernelView NONE = new KernelView(NO_GROUP, "", "", null, 0, 0, false);

  /** True if the kernel put the function into a group. */
  public boolean hasGroup() {
    return group != NO_GROUP;
  }

  /** True for a VF. */
  public boolean isVirtualFunction() {
    return physicalFunction != null;
  }
}
