package io.acswatch.collector.source.ownership;

import io.acswatch.collector.source.HostTree;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The functions that a VFIO driver holds, and which VFIO node stands for which of them. */
final class VfioDevices {
  private static final String DRIVERS = "/sys/bus/pci/drivers";

  private final HostTree tree;
  private final Set<PciAddress> bound;

  private VfioDevices(HostTree tree, Set<PciAddress> bound) {
    this.tree = tree;
    this.bound = bound;
  }

  static VfioDevices read(HostTree tree) throws IOException {
    Set<PciAddress> bound = new TreeSet<>();
    for (String driver : tree.names(DRIVERS)) {
      // vfio-pci, and the drivers of vendors: mlx5_vfio_pci, nvgrace-gpu-vfio-pci, xe-vfio-pci, ...
      if (driver.contains("vfio")) {
        for (String name : tree.names(DRIVERS + "/" + driver)) {
          PciAddress address = PciAddress.parseOrNull(name);
          if (address != null) {
            bound.add(address);
          }
        }
      }
    }
    return new VfioDevices(tree, bound);
  }

  Set<PciAddress> bound() {
    return bound;
  }

  /**
   * The functions that whoever has the group's node open owns. The kernel gives a group as a whole
   * to one opener; bridges in it are nobody's, and are not bound to VFIO.
   */
  List<PciAddress> ofGroup(String number) throws IOException {
    List<PciAddress> members = new ArrayList<>();
    for (String name : tree.names("/sys/kernel/iommu_groups/" + number + "/devices")) {
      PciAddress address = PciAddress.parseOrNull(name);
      if (address != null && bound.contains(address)) {
        members.add(address);
      }
    }
    return members;
  }

  /** The function behind {@code /dev/vfio/devices/NAME}; null if it is not one of PCI, or gone. */
  @Nullable PciAddress ofNode(String name) {
    return PciAddress.parseOrNull(tree.linkName("/sys/class/vfio-dev/" + name + "/device"));
  }
}
