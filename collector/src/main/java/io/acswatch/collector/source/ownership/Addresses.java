package io.acswatch.collector.source.ownership;

import io.acswatch.pci.hierarchy.PciAddress;
import org.jspecify.annotations.Nullable;

/** Reads addresses as sysfs, VMMs and libvirt write them. */
final class Addresses {
  private Addresses() {}

  /** An address as QEMU takes it: {@code 6:0.0}, or {@code 6:0} for function 0; null if none. */
  static @Nullable PciAddress parseLoosely(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length < 2 || parts.length > 3) {
      return null;
    }
    String[] slot = parts[parts.length - 1].split("\\.", -1);
    if (slot.length > 2) {
      return null;
    }
    return of(
        parts.length == 3 ? parts[0] : "0",
        parts[parts.length - 2],
        slot[0],
        slot.length == 2 ? slot[1] : "0");
  }

  /** Puts an address together from parts in hexadecimal, with or without 0x; null if it is none. */
  static @Nullable PciAddress of(String domain, String bus, String device, String function) {
    int d = hex(domain, Integer.MAX_VALUE);
    int b = hex(bus, 0xFF);
    int s = hex(device, 0x1F);
    int f = hex(function, 7);
    return d < 0 || b < 0 || s < 0 || f < 0 ? null : PciAddress.of(d, b, s, f);
  }

  /** The function that a path in sysfs ends in; null for a path of anything else. */
  static @Nullable PciAddress ofPath(String path) {
    String[] components = path.split("/");
    return components.length == 0
        ? null
        : PciAddress.parseOrNull(components[components.length - 1]);
  }

  private static int hex(String text, int highest) {
    String digits = text.startsWith("0x") || text.startsWith("0X") ? text.substring(2) : text;
    try {
      int number = digits.startsWith("+") ? -1 : Integer.parseInt(digits, 16);
      return number <= highest ? number : -1;
    } catch (NumberFormatException notHex) {
      return -1;
    }
  }
}
