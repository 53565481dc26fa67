package io.acswatch.collector.source;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads {@code /proc/bus/pci/devices}, the kernel's own device list in the order in which it found
 * them. A line begins with requester id and ids, but names no domain:
 *
 * <pre>
 *   0308  8086100e  ...
 * </pre>
 *
 * <p>Where several domains have a function at one requester id, its ids decide; where these are the
 * same too, lines are taken for the domains in ascending order. No group reaches beyond its domain,
 * so what matters, the order within a domain, is then kept if lower domains were found first.
 *
 * <p>Source: linux {@code drivers/pci/proc.c}, {@code show_device}.
 */
final class ScanOrderSource {
  private static final String DEVICES = "/proc/bus/pci/devices";

  private final HostTree tree;

  ScanOrderSource(HostTree tree) {
    this.tree = tree;
  }

  /** The kernel's order of these functions; empty if it is unknown or names none of them. */
  List<PciAddress> read(List<CapturedFunction> functions) {
    Map<Integer, List<CapturedFunction>> byRequesterId = new HashMap<>();
    for (CapturedFunction function : functions) {
      byRequesterId
          .computeIfAbsent(function.address().requesterId(), unused -> new ArrayList<>())
          .add(function);
    }
    Set<PciAddress> order = new LinkedHashSet<>();
    tree.textOr(DEVICES, "").lines().forEach(line -> place(line, byRequesterId, order));
    return List.copyOf(order);
  }

  private static void place(
      String line, Map<Integer, List<CapturedFunction>> byRequesterId, Set<PciAddress> order) {
    String[] columns = line.split("\\s+");
    int requesterId;
    int ids;
    try {
      requesterId = Integer.parseInt(columns[0], 16);
      ids = columns.length > 1 ? Integer.parseUnsignedInt(columns[1], 16) : 0;
    } catch (NumberFormatException notALine) {
      return;
    }
    List<CapturedFunction> candidates = byRequesterId.getOrDefault(requesterId, List.of());
    candidates.stream()
        .filter(candidate -> !order.contains(candidate.address()))
        .filter(candidate -> candidates.size() == 1 || hasIds(candidate.ids(), ids))
        .findFirst()
        .ifPresent(candidate -> order.add(candidate.address()));
  }

  private static boolean hasIds(PciIds ids, int packed) {
    return ids.vendor() == packed >>> 16 && ids.device() == (packed & 0xFFFF);
  }
}
