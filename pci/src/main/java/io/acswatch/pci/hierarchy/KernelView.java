package io.acswatch.pci.hierarchy;

import org.jspecify.annotations.Nullable;

/**
 * What the running kernel says about one function, beside its configuration space.
 *
 * @param group number of its IOMMU group, or {@link #NO_GROUP}; a number means nothing across boots
 * @param groupType default domain type of that group ({@code DMA-FQ}, {@code identity}, ...), empty
 *     if unknown
 * @param driver name of the bound driver, empty if none
 * @param ariEnabled ARI forwarding is on at the port above this function's bus
 * @param removable the kernel takes it for removable: it is below a port that leads out of the
 *     chassis, and so not trusted
 * @param preservation what its log says of the function and live update
 */
public record KernelView(
    int group,
    String groupType,
    String driver,
    Sriov sriov,
    boolean ariEnabled,
    boolean removable,
    Preservation preservation) {
  /** Group of a function that no IOMMU serves. */
  public static final int NO_GROUP = -1;

  private static final String REMOVABLE = "removable";

  public static final KernelView NONE =
      new KernelView(NO_GROUP, "", "", Sriov.NONE, false, false, Preservation.NONE);

  /** The PF of a VF; {@code sriov_numvfs} and {@code sriov_totalvfs}, 0 where there is none. */
  public record Sriov(@Nullable PciAddress physicalFunction, int enabledVfs, int totalVfs) {
    /** Neither a VF nor a PF that could have some. */
    public static final Sriov NONE = new Sriov(null, 0, 0);
  }

  public KernelView withGroup(int number) {
    return new KernelView(number, groupType, driver, sriov, ariEnabled, removable, preservation);
  }

  public KernelView withGroupType(String type) {
    return new KernelView(group, type, driver, sriov, ariEnabled, removable, preservation);
  }

  public KernelView withDriver(String name) {
    return new KernelView(group, groupType, name, sriov, ariEnabled, removable, preservation);
  }

  /** The same view with what the attribute {@code removable} says. */
  public KernelView withRemovable(String attribute) {
    boolean says = attribute.equals(REMOVABLE);
    return says == removable
        ? this
        : new KernelView(group, groupType, driver, sriov, ariEnabled, says, preservation);
  }

  public KernelView withPreservation(Preservation logged) {
    return logged == preservation
        ? this
        : new KernelView(group, groupType, driver, sriov, ariEnabled, removable, logged);
  }

  public boolean hasGroup() {
    return group != NO_GROUP;
  }

  public boolean isVirtualFunction() {
    return sriov.physicalFunction != null;
  }
}
