package io.acswatch.collector.source.ownership;

import io.acswatch.pci.hierarchy.PciAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line of a VMM says.
 *
 * @param program the VMM, as claims name it
 * @param uuid UUID of the VM, empty if not given
 * @param name name of the VM, empty if not given
 * @param devices functions that are passed through
 */
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
      return CloudHypervisorArguments.read(arguments);
    }
    if (program.equals("crosvm")) {
      return CrosvmArguments.read(arguments);
    }
    return null;
  }
}
