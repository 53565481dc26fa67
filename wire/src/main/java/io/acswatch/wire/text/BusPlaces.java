package io.acswatch.wire.text;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.wire.FrameLimits;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Places of functions, as paths below {@code /sys/devices}, told by the bus numbers of the bridges
 * alone.
 *
 * <p>A bus to which no listed bridge leads is a root bus, if all bridges of its domain are listed
 * with their buses. They are not where a listing lacks the host bridge, as {@code lspci -s} makes
 * them, or where a bridge has no bus numbers; then only bus 0 is taken for a root bus, and what is
 * on others has no place.
 */
final class BusPlaces {
  private static final int HOST_BRIDGE_CLASS = 0x0600;
  private static final int PCI_BRIDGE_CLASS = 0x0604;

  private final Map<PciAddress, PciAddress> physical;
  private final Map<Long, PciAddress> bridgeTo = new HashMap<>();
  private final Map<PciAddress, String> known = new HashMap<>();
  private final Set<Integer> whole = new HashSet<>();

  /**
   * @param physical of virtual functions their physical one
   */
  BusPlaces(Map<PciAddress, Listed> listed, Map<PciAddress, PciAddress> physical) {
    this.physical = physical;
    Set<Integer> cut = new HashSet<>();
    listed.forEach(
        (at, function) -> {
          PciIds ids = function.function().ids();
          int secondary = function.secondaryBus();
          // A bridge leads downwards; one that was not configured leads nowhere.
          if (secondary > at.bus()) {
            bridgeTo.putIfAbsent(bus(at.domain(), secondary), at);
          }
          if (ids.classCode() >>> 8 == HOST_BRIDGE_CLASS) {
            whole.add(at.domain());
          } else if (ids.classCode() >>> 8 == PCI_BRIDGE_CLASS && function.depth() == 0
              || ids.vendor() == 0) {
            cut.add(at.domain());
          }
        });
    whole.removeAll(cut);
  }

  private static long bus(int domain, int number) {
    return (long) domain << 8 | number;
  }

  /** The path of a function; empty if nothing tells what is above its bus. */
  String of(PciAddress address) {
    String path = known.get(address);
    if (path == null) {
      String above = above(physical.getOrDefault(address, address));
      path = above.isEmpty() ? "" : above + "/" + address;
      if (path.length() > FrameLimits.MAX_NAME) {
        path = ""; // more bridges than a host has
      }
      known.put(address, path);
    }
    return path;
  }

  /** Ends, since each bridge is on a lower bus than that it leads to. */
  private String above(PciAddress address) {
    PciAddress bridge = bridgeTo.get(bus(address.domain(), address.bus()));
    if (bridge != null) {
      return of(bridge);
    }
    return address.bus() == 0 || whole.contains(address.domain())
        ? "/sys/devices/pci%04x:%02x".formatted(address.domain(), address.bus())
        : "";
  }
}
