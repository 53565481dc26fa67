package io.acswatch.collector.source;

import io.acswatch.pci.hierarchy.KernelView;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Reads {@code /sys/kernel/iommu_groups}: the groups, their types and their devices. */
final class IommuGroupSource {
  private static final String GROUPS = "/sys/kernel/iommu_groups";
  private static final String NO_IOMMU_NAME = "vfio-noiommu";
  private static final String NO_IOMMU_TYPE = "noiommu";

  private final HostTree tree;

  IommuGroupSource(HostTree tree) {
    this.tree = tree;
  }

  /**
   * The groups at one moment.
   *
   * @param types default domain type by group number; {@code noiommu} for those that VFIO makes up
   *     where there is no IOMMU
   * @param members names of the devices by group number, devices of other buses included
   */
  record Groups(Map<Integer, String> types, Map<Integer, Set<String>> members) {
    String typeOf(int group) {
      return types.getOrDefault(group, "");
    }

    /** True if the device's own link says the same as the directory of the group. */
    boolean agree(String device, int group) {
      if (group != KernelView.NO_GROUP) {
        return members.getOrDefault(group, Set.of()).contains(device);
      }
      return members.values().stream().noneMatch(names -> names.contains(device));
    }
  }

  /** Reads all groups; none where the directory is absent or empty. */
  Groups read() throws IOException {
    Map<Integer, String> types = new HashMap<>();
    Map<Integer, Set<String>> members = new HashMap<>();
    for (String name : tree.names(GROUPS)) {
      int number;
      try {
        number = Integer.parseInt(name);
      } catch (NumberFormatException notAGroup) {
        continue;
      }
      String directory = GROUPS + "/" + name;
      boolean noIommu = tree.textOr(directory + "/name", "").equals(NO_IOMMU_NAME);
      types.put(number, noIommu ? NO_IOMMU_TYPE : tree.textOr(directory + "/type", ""));
      members.put(number, new HashSet<>(tree.names(directory + "/devices")));
    }
    return new Groups(types, members);
  }
}
