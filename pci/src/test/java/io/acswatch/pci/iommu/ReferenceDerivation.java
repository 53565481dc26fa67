package io.acswatch.pci.iommu;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PortType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's groups a second time, from the written rules alone: sets and recursion, slow and
 * plain. Shares no code with the derivation it checks; of the decoded records it reads only what
 * was read from the host, and finds bridges, types, verdicts and aliases itself.
 *
 * <p>Lists the few quirks that {@link RandomHierarchies} uses, no tables.
 */
final class ReferenceDerivation {
  /** The ACS registers that count for a function. */
  interface Registers {
    /**
     * Registers, or null for no capability.
     *
     * @param reached the kernel has come to this function already, the one being grouped included
     */
    @Nullable AcsRegisters of(PciFunction function, boolean reached);

    /** True if the kernel has switched ACS on in what it has, or has not yet, come to. */
    boolean areSwitchedOn(boolean reached);
  }

  private static final int SV = 0x01;
  private static final int SV_RR_CR_UF = 0x1D;
  private static final int LPC = 0xF8;

  private final class Device {
    final PciFunction function;
    final int position;
    final boolean served;
    @Nullable Device above;
    Device standIn = this;
    @Nullable Set<Device> group;

    Device(PciFunction function, int position, boolean served) {
      this.function = function;
      this.position = position;
      this.served = served;
    }

    int vendorDevice() {
      return function.ids().vendor() << 16 | function.ids().device();
    }

    int bus() {
      return function.address().requesterId() >> 8;
    }

    int devfn() {
      return function.address().requesterId() & 0xFF;
    }

    boolean isVf() {
      return function.kernel().sriov().physicalFunction() != null;
    }

    boolean sharesBusWith(Device other) {
      return bus() == other.bus()
          && function.address().domain() == other.function.address().domain();
    }

    boolean sharesSlotWith(Device other) {
      return sharesBusWith(other) && devfn() >> 3 == other.devfn() >> 3;
    }

    /** A switch port that cannot be what it says, where it is, is the other kind. */
    PortType type() {
      PortType claimed = function.config().claimedType();
      PortType bridge = above == null ? null : above.type();
      if (claimed == PortType.DOWNSTREAM_PORT
          && (bridge == PortType.ROOT_PORT
              || bridge == PortType.DOWNSTREAM_PORT
              || bridge == PortType.PCI_TO_PCIE_BRIDGE)) {
        return PortType.UPSTREAM_PORT;
      }
      return claimed == PortType.UPSTREAM_PORT && bridge == PortType.UPSTREAM_PORT
          ? PortType.DOWNSTREAM_PORT
          : claimed;
    }

    boolean isMultifunction() {
      boolean ari = function.kernel().ariEnabled();
      boolean aboveFunctionZero = ari ? devfn() != 0 : (devfn() & 7) != 0;
      return !isVf() && (aboveFunctionZero || function.config().header().type() >> 7 == 1);
    }
  }

  private final List<Device> devices = new ArrayList<>();
  private final int kernel;
  private final Registers registers;
  private @Nullable Device grouping;

  private ReferenceDerivation(List<PciFunction> functions, int kernel, Registers registers) {
    this.kernel = kernel;
    this.registers = registers;
    boolean kernelReports = functions.stream().anyMatch(f -> f.kernel().group() >= 0);
    for (PciFunction function : functions) {
      boolean served = !kernelReports || function.kernel().group() >= 0;
      devices.add(new Device(function, devices.size(), served));
    }
    for (Device device : devices) {
      device.above = at(bridgePlace(device.function.path().text()));
      Device vmd = at(vmdPlace(device.function.path().text()));
      device.standIn = vmd == null ? device : vmd;
    }
  }

  /**
   * The groups of functions in the order the kernel found them.
   *
   * @param kernel version as {@code major << 16 | minor << 8 | patch}
   */
  static Set<Set<PciAddress>> groups(List<PciFunction> functions, int kernel, Registers registers) {
    ReferenceDerivation reference = new ReferenceDerivation(functions, kernel, registers);
    Set<Set<Device>> groups = new LinkedHashSet<>();
    for (Device device : reference.devices) {
      if (device.served) {
        Set<Device> group = reference.groupToJoin(device);
        group = group == null ? new LinkedHashSet<>() : group;
        group.add(device);
        device.group = group;
      }
    }
    for (Device device : reference.devices) {
      if (device.group != null) {
        groups.add(device.group);
      }
    }
    Set<Set<PciAddress>> addresses = new HashSet<>();
    for (Set<Device> group : groups) {
      Set<PciAddress> members = new HashSet<>();
      group.forEach(member -> members.add(member.function.address()));
      addresses.add(members);
    }
    return addresses;
  }

  /** Kernel version as this class wants it. */
  static int kernel(int major, int minor, int patch) {
    return major << 16 | minor << 8 | patch;
  }

  private @Nullable Device at(@Nullable String place) {
    for (Device device : devices) {
      if (device.function.path().text().equals(place)) {
        return device;
      }
    }
    return null;
  }

  /** {@code root/a/b} is below {@code root/a}; a VF is below what its PF is below. */
  private static @Nullable String bridgePlace(String place) {
    String[] parts = place.split("/");
    int last = parts.length - (parts[parts.length - 1].startsWith("vf") ? 3 : 2);
    return last < 1 || parts[last].startsWith("pci")
        ? null
        : String.join("/", List.of(parts).subList(0, last + 1));
  }

  /** {@code root/vmd/root/a} carries the id of {@code root/vmd}. */
  private static @Nullable String vmdPlace(String place) {
    int nested = place.lastIndexOf("/pci");
    return nested < 0 ? null : place.substring(0, nested);
  }

  private @Nullable Set<Device> groupToJoin(Device device) {
    grouping = device;
    Device top = device.standIn;
    List<Device> carriers = new ArrayList<>(List.of(top));
    addCarriersFrom(top.above, carriers);
    for (Device carrier : carriers) {
      if (carrier.group != null) {
        return carrier.group;
      }
      top = carrier;
    }
    for (Device bridge = top.above; !wayUpIsolates(bridge); bridge = bridge.above) {
      top = bridge;
      if (bridge.group != null) {
        return bridge.group;
      }
    }
    Set<Device> asked = new HashSet<>();
    Set<Device> group = groupBySharedId(top, asked);
    return group != null ? group : groupBySlot(top, asked);
  }

  private void addCarriersFrom(@Nullable Device bridge, List<Device> carriers) {
    if (bridge == null || isTranslationRoot(bridge)) {
      return;
    }
    PortType type = bridge.type();
    boolean ownsId = type == PortType.PCIE_TO_PCI_BRIDGE && !leavesIdsAlone(bridge);
    boolean conventional = type == PortType.CONVENTIONAL || type == PortType.UNKNOWN;
    if (ownsId || conventional || type == PortType.PCI_TO_PCIE_BRIDGE) {
      carriers.add(bridge);
    }
    addCarriersFrom(bridge.above, carriers);
  }

  private boolean wayUpIsolates(@Nullable Device bridge) {
    return bridge == null || isolates(bridge) && wayUpIsolates(bridge.above);
  }

  private @Nullable Set<Device> groupBySharedId(Device device, Set<Device> asked) {
    if (!asked.add(device)) {
      return null;
    }
    if (device.group != null) {
      return device.group;
    }
    for (Device mate : devices) {
      if (mate != device && mate.sharesBusWith(device) && shareAnId(device, mate)) {
        Set<Device> group = groupBySharedId(mate, asked);
        group = group != null ? group : groupBySlot(mate, asked);
        if (group != null) {
          return group;
        }
      }
    }
    return null;
  }

  private @Nullable Set<Device> groupBySlot(Device device, Set<Device> asked) {
    if (device.isMultifunction() && !isolates(device)) {
      for (Device mate : devices) {
        if (mate != device && mate.sharesSlotWith(device) && !isolates(mate)) {
          Set<Device> group = groupBySharedId(mate, asked);
          if (group != null) {
            return group;
          }
        }
      }
    }
    return null;
  }

  private boolean shareAnId(Device a, Device b) {
    return usedDevfns(a).contains(b.devfn())
        || usedDevfns(b).contains(a.devfn())
        || a.standIn == b
        || b.standIn == a;
  }

  /** Ids that a device is known to use beside its own. */
  private static Set<Integer> usedDevfns(Device device) {
    Set<Integer> devfns = new HashSet<>();
    int slot = device.devfn() & 0xF8;
    switch (device.vendorDevice()) {
      case 0x1180e832 -> devfns.add(slot);
      case 0x1b4b9230, 0x197b2392 -> devfns.add(slot + 1);
      case 0x90050285 -> {
        int subsystem = device.function.config().header().subsystemDevice();
        if (device.function.config().header().subsystemVendor() == 0x9005
            && (subsystem == 0x02bb || subsystem == 0x02bc)) {
          devfns.add(0x08);
        }
      }
      case 0x80862260 -> devfns.addAll(List.of(0x80, 0x88, 0x93));
      case 0x10b587b0 -> {
        for (int devfn = 0; devfn < 256; devfn++) {
          devfns.add(devfn);
        }
      }
      default -> {}
    }
    return devfns;
  }

  private static boolean isTranslationRoot(Device bridge) {
    return bridge.vendorDevice() == 0x14e49000;
  }

  private boolean leavesIdsAlone(Device bridge) {
    return bridge.vendorDevice() == 0x1a031150 && kernel >= kernel(7, 0, 0);
  }

  private boolean isolates(Device device) {
    boolean reached = device.position <= grouping.position;
    AcsRegisters acs = registers.of(device.function, reached);
    Boolean known = knownBehaviour(device, acs, registers.areSwitchedOn(reached));
    if (known != null) {
      return known;
    }
    if (device.isVf()) {
      return true;
    }
    return switch (device.type()) {
      case ROOT_PORT, DOWNSTREAM_PORT -> hasAllControls(device, acs);
      case ENDPOINT, LEGACY_ENDPOINT, UPSTREAM_PORT, ROOT_COMPLEX_ENDPOINT ->
          !device.isMultifunction() || hasAllControls(device, acs);
      case RESERVED -> true;
      default -> false; // conventional, bridges to and from it, event collectors, never read
    };
  }

  private boolean hasAllControls(Device device, @Nullable AcsRegisters acs) {
    if (acs == null) {
      return false;
    }
    boolean brokenSv = device.vendorDevice() == 0x111d80b5 && kernel >= kernel(7, 0, 0);
    int exists = acs.capability() & (brokenSv ? ~SV : ~0);
    return (SV_RR_CR_UF & exists & ~acs.control()) == 0;
  }

  /** What is known of a device whatever its capability says; null if nothing is. */
  private @Nullable Boolean knownBehaviour(
      Device device, @Nullable AcsRegisters acs, boolean switchedOn) {
    PortType type = device.type();
    boolean port = type == PortType.ROOT_PORT || type == PortType.DOWNSTREAM_PORT;
    int id = device.vendorDevice();
    switch (id >>> 16) {
      case 0x8086:
        if (id == 0x80861521 || type == PortType.ROOT_COMPLEX_ENDPOINT) {
          return true;
        }
        if (id == 0x80868c10 && type == PortType.ROOT_PORT) {
          return switchedOn && chipsetIsOn(device); // a flag of this kernel's, not of the chipset
        }
        if (id == 0x8086a110 && type == PortType.ROOT_PORT && acs != null) {
          return (SV_RR_CR_UF & acs.capability() & ~acs.secondDword()) == 0;
        }
        return null;
      case 0x1002:
        boolean amd = devices.stream().anyMatch(ReferenceDerivation::isAmdIommu);
        boolean onRootBus = device.above == null;
        return id == 0x10024385 && device.isMultifunction() && onRootBus && amd ? true : null;
      case 0x17cb:
        return id == 0x17cb0401 || id == 0x17cb0111 && knowsHamoa() ? true : null;
      case 0x1d17:
        return port ? id == 0x1d170710 : null;
      case 0x8088:
        return id == 0x80880101;
      case 0x177d:
        return id == 0x177da000 && type == PortType.ROOT_PORT ? true : null;
      default:
        return null;
    }
  }

  private boolean knowsHamoa() {
    boolean stable =
        kernel >= kernel(6, 1, 165) && kernel < kernel(6, 2, 0)
            || kernel >= kernel(6, 6, 128) && kernel < kernel(6, 7, 0)
            || kernel >= kernel(6, 12, 75) && kernel < kernel(6, 13, 0)
            || kernel >= kernel(6, 18, 16) && kernel < kernel(6, 19, 0);
    return stable || kernel >= kernel(6, 19, 6);
  }

  private static boolean isAmdIommu(Device device) {
    return device.function.ids().vendor() == 0x1022
        && device.function.ids().classCode() >> 8 == 0x0806;
  }

  private boolean chipsetIsOn(Device port) {
    for (Device mate : devices) {
      if (mate.sharesBusWith(port)
          && mate.devfn() == LPC
          && mate.function.config().lengthBytes() >= 256) {
        return (mate.function.config().header().chipsetBase() & 1) == 1;
      }
    }
    return false;
  }
}
