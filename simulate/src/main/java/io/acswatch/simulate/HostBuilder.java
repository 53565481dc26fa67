package io.acswatch.simulate;

import io.acswatch.pci.hierarchy.PciAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds the hierarchy of a server with an exact number of functions: chipset and accelerators on
 * the first root bus, then root ports on further ones, with NVMe drives, NICs with VFs, and PCIe
 * switches with GPUs, NICs and drives below. Bus numbers are given out as a kernel does, depth
 * first.
 */
final class HostBuilder {
  static final int MIN_FUNCTIONS = 16;

  /** Most: frames and captures allow more, the buses of one host do not. */
  static final int MAX_FUNCTIONS = 8_192;

  /** A switch takes seven buses more. */
  private static final int LAST_ROOT_BUS = 240;

  private static final int PORTS_OF_ROOT_BUS = 8;
  private static final int MAX_VFS = 64;

  private final int wanted;
  private final int vfsOfPf;
  private final Chance chance;
  private final List<SimFunction> functions = new ArrayList<>();
  private int domain;
  private int nextBus;
  private int rootBus;
  private int portsOnRootBus;
  private int onFirstBus = 1;

  private HostBuilder(int wanted, Chance chance) {
    this.wanted = wanted;
    this.chance = chance;
    vfsOfPf = wanted < 64 ? 2 : wanted < 256 ? 4 : wanted < 2_048 ? 16 : MAX_VFS;
  }

  /** The functions of a host, without VMs and groups, a bridge before what is below it. */
  static List<SimFunction> build(int functions, Chance chance) {
    if (functions < MIN_FUNCTIONS || functions > MAX_FUNCTIONS) {
      throw new IllegalArgumentException(
          "functions=%d, expected %d to %d".formatted(functions, MIN_FUNCTIONS, MAX_FUNCTIONS));
    }
    return new HostBuilder(functions, chance).build();
  }

  private List<SimFunction> build() {
    chipset();
    for (int bay = 0; left() > 0; bay++) {
      fill(bay);
    }
    return functions;
  }

  private int left() {
    return wanted - functions.size();
  }

  private void chipset() {
    onRootBus(Part.MEMORY_MAP, 0, 0, false);
    for (int i = 0; i < 4 && wanted >= 64; i++) {
      onRootBus(Part.ACCELERATOR, onFirstBus++, 0, false);
    }
    onRootBus(Part.LPC, 0x1F, 0, true);
    onRootBus(Part.SMBUS, 0x1F, 4, true);
    onRootBus(Part.SPI, 0x1F, 5, true);
    nextBus = 1;
    portsOnRootBus = PORTS_OF_ROOT_BUS; // the next root port opens a bus of its own
  }

  /** The largest of switch, NIC and drive that fits, in turns. */
  private void fill(int bay) {
    int nic = 3 + 2 * vfsOfPf;
    int gpuSwitch = 14 + 2 * vfsOfPf;
    if (bay % 3 == 0 && left() >= gpuSwitch) {
      gpuSwitch();
    } else if (bay % 3 == 1 && left() >= nic) {
      nic(rootPort());
    } else if (left() >= 2) {
      endpoint(rootPort(), Part.NVME);
    } else {
      rootEndpoint();
    }
  }

  /** An accelerator in the root complex, on the first bus, where there is still a slot. */
  private void rootEndpoint() {
    functions.add(
        onFirstBus,
        SimFunction.onRootBus(
            Part.ACCELERATOR, PciAddress.of(0, 0, onFirstBus, 0), "pci0000:00", false));
    onFirstBus++;
  }

  private void gpuSwitch() {
    SimFunction port = rootPort();
    openBus(port);
    SimFunction upstream = below(port, Part.UPSTREAM_PORT, 0, 0, false);
    openBus(upstream);
    SimFunction[] downstream = new SimFunction[5];
    for (int i = 0; i < downstream.length; i++) {
      downstream[i] = below(upstream, Part.DOWNSTREAM_PORT, 4 * i, 0, false);
    }
    endpoint(downstream[0], Part.GPU);
    display(downstream[1]);
    endpoint(downstream[2], Part.NVME);
    nic(downstream[3]);
    endpoint(downstream[4], Part.NVME);
    closeBus(upstream);
    closeBus(port);
  }

  private void nic(SimFunction port) {
    openBus(port);
    SimFunction first = physicalFunction(port, 0);
    SimFunction second = physicalFunction(port, 1);
    vfs(first);
    vfs(second);
    closeBus(port);
  }

  private SimFunction physicalFunction(SimFunction port, int function) {
    SimFunction pf = below(port, Part.NIC, 0, function, true);
    pf.totalVfs = vfsOfPf;
    return pf;
  }

  private void vfs(SimFunction pf) {
    for (int i = 0; i < vfsOfPf; i++) {
      int id = SpaceImage.requesterIdOfVf(pf.address.requesterId(), i);
      functions.add(
          SimFunction.virtual(pf, Part.NIC_VF, new PciAddress(pf.address.domain(), id), i));
    }
  }

  private void endpoint(SimFunction port, Part part) {
    openBus(port);
    below(port, part, 0, 0, false);
    closeBus(port);
  }

  /** A GPU with its sound function: one device of two functions that nothing isolates. */
  private void display(SimFunction port) {
    openBus(port);
    below(port, Part.DISPLAY, 0, 0, true);
    below(port, Part.DISPLAY_AUDIO, 0, 1, true);
    closeBus(port);
  }

  private SimFunction rootPort() {
    if (portsOnRootBus == PORTS_OF_ROOT_BUS || nextBus > LAST_ROOT_BUS) {
      if (nextBus > LAST_ROOT_BUS) {
        domain++;
        nextBus = 0;
      }
      rootBus = nextBus++;
      portsOnRootBus = 0;
    }
    return onRootBus(Part.ROOT_PORT, 2 + portsOnRootBus++, 0, false);
  }

  private SimFunction onRootBus(Part part, int slot, int function, boolean multifunction) {
    String root = "pci%04x:%02x".formatted(domain, rootBus);
    PciAddress address = PciAddress.of(domain, rootBus, slot, function);
    SimFunction added = SimFunction.onRootBus(part, address, root, multifunction);
    functions.add(added);
    return added;
  }

  private SimFunction below(
      SimFunction bridge, Part part, int slot, int function, boolean multifunction) {
    PciAddress address = PciAddress.of(domain, bridge.secondaryBus, slot, function);
    long serial = part.kind.isPort() ? 0 : chance.next() | 1;
    SimFunction added = SimFunction.below(bridge, part, address, multifunction, serial);
    functions.add(added);
    return added;
  }

  private void openBus(SimFunction bridge) {
    bridge.secondaryBus = nextBus++;
  }

  private void closeBus(SimFunction bridge) {
    bridge.subordinateBus = nextBus - 1;
  }
}
