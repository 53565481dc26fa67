package io.acswatch.pci.alert;

import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What kind of machine a snapshot is of, as far as its PCI functions tell: the ids of its host
 * bridges, {@code vvvv:dddd/ssss:ssss}, where the second pair is that of the board's maker. Sorted,
 * each once, joined by {@code +}.
 *
 * <p>How many there are does not count, nor what is plugged in: firmware hides root ports that are
 * not used, so two equal boards show different ones. Only of a host that shows no host bridge the
 * root ports are taken.
 */
public final class Platform {
  private static final int HOST_BRIDGE = 0x0600;
  private static final int SUBCLASS_SHIFT = 8;

  /** A socket has a handful of kinds. */
  private static final int MOST = 32;

  private Platform() {}

  public static String of(Snapshot snapshot) {
    String bridges =
        ids(snapshot.functions(), f -> f.ids().classCode() >>> SUBCLASS_SHIFT == HOST_BRIDGE);
    return bridges.isEmpty()
        ? ids(snapshot.functions(), f -> f.config().claimedType() == PortType.ROOT_PORT)
        : bridges;
  }

  private static String ids(List<PciFunction> functions, Predicate<PciFunction> wanted) {
    TreeSet<String> ids = new TreeSet<>();
    long last = -1;
    for (PciFunction function : functions) {
      PciIds own = function.ids();
      int vendor = function.config().header().subsystemVendor();
      int device = function.config().header().subsystemDevice();
      long all =
          (long) own.vendor() << 48 | (long) own.device() << 32 | (long) vendor << 16 | device;
      if (wanted.test(function) && all != last) { // like ports stand side by side
        ids.add(own + "/" + hex4(vendor) + ":" + hex4(device));
        last = all;
      }
    }
    return String.join("+", ids.stream().limit(MOST).toList());
  }

  private static String hex4(int word) {
    return HexFormat.of().toHexDigits((short) word);
  }
}
