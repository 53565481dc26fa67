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
 * @param removable the kernel takes it for removable: it is below a port that leads out of the
 *     chassis, and so not trusted
 * @param preservation what its log says of the function and live update
 */
public record KernelView(
    int group,
    String groupType,
    String driver,
    @Nullable PciAddress physicalFunction,
    int enabledVfs,
    int totalVfs,
    boolean ariEnabled,
    boolean removable,
    Preservation preservation) {
  /** Group of a function that no IOMMU serves. */
  public static final int NO_GROUP = -1;

  private static final String REMOVABLE = "removable";

  /** A function that is fixed in its place and of which the log says nothing, as far as known. */
  public KernelView(
      int group,
      String groupType,
      String driver,
      @Nullable PciAddress physicalFunction,
      int enabledVfs,
      int totalVfs,
      boolean ariEnabled) {
    this(
        group,
        groupType,
        driver,
        physicalFunction,
        enabledVfs,
        totalVfs,
        ariEnabled,
        false,
        Preservation.NONE);
  }

  /** A function of which the kernel says nothing. */
  public static final KernelView NONE = new KernelView(NO_GROUP, "", "", null, 0, 0, false);

  /** The same view with another group. */
  public KernelView withGroup(int number, String type) {
    return copy(number, type, removable, preservation);
  }

  /** The same view with what the attribute {@code removable} says. */
  public KernelView withRemovable(String attribute) {
    return copy(group, groupType, attribute.equals(REMOVABLE), preservation);
  }

  /** The same view with what the log says. */
  public KernelView withPreservation(Preservation logged) {
    return logged == preservation ? this : copy(group, groupType, removable, logged);
  }

  private KernelView copy(
      int group, String groupType, boolean removable, Preservation preservation) {
    return new KernelView(
        group,
        groupType,
        driver,
        physicalFunction,
        enabledVfs,
        totalVfs,
        ariEnabled,
        removable,
        preservation);
  }

  /** True if the kernel put the function into a group. */
  public boolean hasGroup() {
    return group != NO_GROUP;
  }

  /** True for a VF. */
  public boolean isVirtualFunction() {
    return physicalFunction != null;
  }
}
