package io.acswatch.collector.source.ownership;

import io.acswatch.pci.hierarchy.PciAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the command line of a VMM says; claims name the VMM {@code program}. */
record Vmm(String program, String uuid, String name, List<PciAddress> devices) {
  Vmm {
    devices = List.copyOf(devices);
  }

  /** Reads the command line of a process; null if it is no VMM that we know. */
  static @Nullable Vmm of(HostProcess process) {
    String program = process.program();
    List<String> arguments = process.arguments();
    if (program.startsWith("qemu-system-") || program.equals("qemu-kvm") || program.equals("kvm")) {
      return QemuArguments.read(arguments);
    }
    if (program.startsWith("cloud-hypervisor")) {
      return cloudHypervisor(arguments);
    }
    if (program.equals("crosvm")) {
      return crosvm(arguments);
    }
    return null;
  }

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
  private static Vmm cloudHypervisor(List<String> arguments) {
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

  /** {@code crosvm run --vfio /sys/bus/pci/devices/0000:06:00.0,iommu=on}; gives a VM no name. */
  private static Vmm crosvm(List<String> arguments) {
    List<PciAddress> devices = new ArrayList<>();
    for (int i = 1; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      String value = "";
      if (argument.equals("--vfio") && i + 1 < arguments.size()) {
        value = arguments.get(++i);
      } else if (argument.startsWith("--vfio=")) {
        value = argument.substring("--vfio=".length());
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
