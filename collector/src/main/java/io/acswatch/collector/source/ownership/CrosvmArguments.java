package io.acswatch.collector.source.ownership;

import io.acswatch.pci.hierarchy.PciAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads crosvm's command line: {@code crosvm run --vfio
 * /sys/bus/pci/devices/0000:06:00.0,iommu=on}. It gives a VM no name.
 */
final class CrosvmArguments {
  private static final String OPTION = "--vfio";

  private CrosvmArguments() {}

  static Vmm read(List<String> arguments) {
    List<PciAddress> devices = new ArrayList<>();
    for (int i = 1; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      String value = "";
      if (argument.equals(OPTION) && i + 1 < arguments.size()) {
        value = arguments.get(++i);
      } else if (argument.startsWith(OPTION + "=")) {
        value = argument.substring(OPTION.length() + 1);
      }
      int comma = value.indexOf(',');
      PciAddress address = Addresses.ofPath(comma < 0 ? value : value.substring(0, comma));
      if (address != null) {
        devices.add(address);
      }
    }
    return new Vmm("crosvm", "", "", devices);
  }
}
