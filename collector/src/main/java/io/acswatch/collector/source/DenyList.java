package io.acswatch.collector.source;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Functions whose configuration space is left alone, because some device cannot bear to be read: by
 * address, or by vendor and device.
 *
 * @param models {@code vendor << 16 | device}
 */
public record DenyList(Set<PciAddress> addresses, Set<Integer> models) {
  public static final DenyList NONE = new DenyList(Set.of(), Set.of());

  public DenyList {
    addresses = Set.copyOf(addresses);
    models = Set.copyOf(models);
  }

  /** Reads {@code 0000:3b:00.0, 8086:1521}; IllegalArgumentException names a wrong part. */
  public static DenyList parse(String text) {
    Set<PciAddress> addresses = new HashSet<>();
    Set<Integer> models = new HashSet<>();
    for (String part : text.toLowerCase(Locale.ROOT).split("[,\\s]+")) {
      if (part.matches("[0-9a-f]{4}:[0-9a-f]{4}")) {
        models.add(
            Integer.parseInt(part.substring(0, 4), 16) << 16
                | Integer.parseInt(part.substring(5), 16));
      } else if (!part.isEmpty()) {
        addresses.add(PciAddress.parse(part));
      }
    }
    return new DenyList(addresses, models);
  }

  boolean denies(PciAddress address, PciIds ids) {
    return addresses.contains(address) || models.contains(ids.vendor() << 16 | ids.device());
  }
}
