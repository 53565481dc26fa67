package io.acswatch.collector.source.ownership;

import io.acswatch.pci.hierarchy.PciAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads cloud-hypervisor's command line, where one option may have several values:
 *
 * <pre>
 *   --device path=/sys/bus/pci/devices/0000:06:00.0/,iommu=on path=/sys/bus/pci/devices/0000:07:00.0
 *   --platform uuid=6a1e...,iommufd=on
 * </pre>
 *
 * What is plugged in through its API does not show here.
 */
final class CloudHypervisorArguments {
  private CloudHypervisorArguments() {}

  static Vmm read(List<String> arguments) {
    List<PciAddress> devices = new ArrayList<>();
    String uuid = "";
    String option = "";
    for (String argument : arguments.subList(1, arguments.size())) {
      String value = argument;
      if (argument.startsWith("--")) {
        int equals = argument.indexOf('=');
        option = equals < 0 ? argument : argument.substring(0, equals);
        value = equals < 0 ? "" : argument.substring(equals + 1);
      }
      if (option.equals("--device") && !value.isEmpty()) {
        PciAddress address = Addresses.ofPath(field(value, "path"));
        if (address != null) {
          devices.add(address);
        }
      } else if (option.equals("--platform")) {
        uuid = field(value, "uuid").isEmpty() ? uuid : field(value, "uuid");
      }
    }
    return new Vmm("cloud-hypervisor", uuid, "", devices);
  }

  private static String field(String value, String key) {
    for (String field : value.split(",")) {
      if (field.startsWith(key + "=")) {
        return field.substring(key.length() + 1);
      }
    }
    return "";
  }
}
