package io.acswatch.pci.iommu;

/** Is told how functions are grouped, by index; first is always the one being grouped. */
public interface GroupingSteps {
  GroupingSteps NONE = new GroupingSteps() {};

  /** Its requests leave under the id of {@code carrier}, or may. */
  default void isCarriedBy(int function, int carrier) {}

  /** {@code bridge} above it does not isolate, as {@code failing}, at or above it, does not. */
  default void climbs(int function, int bridge, int failing) {}

  /** {@code mate} uses the requester id of {@code index}, or the other way round. */
  default void sharesId(int function, int index, int mate) {}

  /** {@code index} and {@code mate} are functions of one device and neither isolates. */
  default void sharesSlot(int function, int index, int mate) {}

  /** The function would join the group of {@code other}, if that has one by now. */
  default void asks(int function, int other) {}

  default void joins(int function, int member) {}

  default void founds(int function) {}
}
