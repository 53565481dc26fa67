package io.acswatch.pci.snapshot;

import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which a kernel finds functions when it boots: all of a bus, by device and function,
 * then what is below each of its bridges in turn. Devices that were found again since the last boot
 * stand where they were found first.
 *
 * <p>Source: linux {@code drivers/pci/probe.c}, {@code pci_scan_child_bus_extend}.
 */
public final class BootOrder {
  private final HostHierarchy hierarchy;
  private final Map<Integer, List<Integer>> below = new LinkedHashMap<>();
  private final List<PciFunction> order = new ArrayList<>();

  private BootOrder(HostHierarchy hierarchy) {
    this.hierarchy = hierarchy;
  }

  /** These functions in that order; root buses in the order given, domains behind VMD last. */
  public static List<PciFunction> of(List<PciFunction> functions) {
    return new BootOrder(HostHierarchy.of(functions)).order();
  }

  private List<PciFunction> order() {
    Map<Long, List<Integer>> rootBuses = new LinkedHashMap<>();
    Map<Long, List<Integer>> nested = new LinkedHashMap<>();
    for (int i = 0; i < hierarchy.size(); i++) {
      int bridge = hierarchy.bridgeAbove(i);
      if (bridge != HostHierarchy.NONE) {
        below.computeIfAbsent(bridge, unused -> new ArrayList<>()).add(i);
      } else {
        Map<Long, List<Integer>> roots = hierarchy.realDmaDevice(i) == i ? rootBuses : nested;
        PciAddress address = hierarchy.function(i).address();
        long bus = (long) address.domain() << 8 | address.bus();
        roots.computeIfAbsent(bus, unused -> new ArrayList<>()).add(i);
      }
    }
    rootBuses.values().forEach(this::visit);
    nested.values().forEach(this::visit);
    return order;
  }

  private void visit(List<Integer> bus) {
    List<Integer> found = new ArrayList<>(bus);
    found.sort(Comparator.comparing(i -> hierarchy.function(i).address()));
    found.forEach(i -> order.add(hierarchy.function(i)));
    for (int i : found) {
      List<Integer> behind = below.get(i);
      if (behind != null) {
        visit(behind);
      }
    }
  }
}
