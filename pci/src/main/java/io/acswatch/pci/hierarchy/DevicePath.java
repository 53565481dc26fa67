package io.acswatch.pci.hierarchy;

import org.jspecify.annotations.Nullable;

/**
 * Place of a function that survives a change of bus numbers: the root bus and the device.function
 * numbers of every bridge down to it, {@code pci0000:00/03.0/00.0/02.0/00.1}.
 *
 * <p>A VF is named by its PF and its index, {@code pci0000:00/03.0/00.0/vf2}. Below a VMD endpoint
 * a second root bus follows, {@code pci0000:00/0e.0/pci10000:e0/02.0}. A function of which only the
 * address is known is {@code pci?/0000:03:00.1}, which is no place and equals itself only.
 */
public record DevicePath(String text) implements Comparable<DevicePath> {
  private static final String ROOT = "pci";
  private static final String NESTED = "/" + ROOT;
  private static final String UNKNOWN_ROOT = "pci?/";

  /** No path of a kernel is longer (PATH_MAX). */
  private static final int MAX_PATH = 4096;

  private static final String VIRTUAL = "vf";

  /**
   * Reads the place from a real sysfs path, {@code
   * /sys/devices/pci0000:00/0000:00:03.0/0000:03:00.1}. Components before the first root bus are
   * left out. Returns null if there is no root bus in it, no function at its end, or it is too
   * long.
   *
   * @param place is overwritten: one for all functions of a snapshot
   */
  public static @Nullable DevicePath ofSysfs(String sysfsPath, StringBuilder place) {
    if (sysfsPath.length() > MAX_PATH) {
      return null;
    }
    int end = sysfsPath.length();
    while (end > 0 && sysfsPath.charAt(end - 1) == '/') {
      end--;
    }
    place.setLength(0);
    boolean endsInFunction = false;
    for (int from = 0, to; from < end; from = to + 1) {
      int slash = sysfsPath.indexOf('/', from);
      to = slash < 0 || slash > end ? end : slash;
      if (isRootBus(sysfsPath, from, to)) {
        if (!place.isEmpty()) {
          place.append('/');
        }
        place.append(sysfsPath, from, to);
        endsInFunction = false;
      } else if (!place.isEmpty()) {
        long address = PciAddress.number(sysfsPath, from, to);
        if (address < 0) {
          return null;
        }
        PciAddress.appendSlot(place.append('/'), (int) address & 0xFF);
        endsInFunction = true;
      }
    }
    return endsInFunction ? new DevicePath(place.toString()) : null;
  }

  private static boolean isRootBus(String text, int from, int to) {
    return text.startsWith(ROOT, from) && text.indexOf(':', from) == to - 3;
  }

  public static DevicePath ofAddressOnly(PciAddress address) {
    return new DevicePath(UNKNOWN_ROOT + address);
  }

  /** True if only the address is known. */
  public boolean isUnknown() {
    return text.startsWith(UNKNOWN_ROOT);
  }

  public DevicePath virtualFunction(int index) {
    return new DevicePath(text + '/' + VIRTUAL + index);
  }

  public boolean isVirtualFunction() {
    return text.startsWith(VIRTUAL, text.lastIndexOf('/') + 1);
  }

  /** The place of the PF if this is a VF's, else this. */
  public DevicePath physicalFunction() {
    return isVirtualFunction()
        ? new DevicePath(text.substring(0, Math.max(0, text.lastIndexOf('/'))))
        : this;
  }

  /**
   * The bridge above the bus of this function; of a VF the one above its PF; null at a root bus.
   */
  public @Nullable DevicePath bridge() {
    int length = bridgeLength();
    return length == 0 ? null : new DevicePath(text.substring(0, length));
  }

  /** How much of the text is the place of that bridge; 0 at a root bus. */
  int bridgeLength() {
    // For each function of each snapshot: makes no text.
    int end = text.lastIndexOf('/');
    if (isVirtualFunction()) {
      end = text.lastIndexOf('/', end - 1);
    }
    int component = text.lastIndexOf('/', end - 1);
    boolean isRoot = component < 0 || isRootBus(text, component + 1, end);
    return isRoot ? 0 : end;
  }

  /** The VMD endpoint whose domain this function is in, or null. */
  public @Nullable DevicePath vmdEndpoint() {
    // Forwards, which the processor does at once: hardly any place has one.
    int nested = text.indexOf(NESTED) < 0 ? -1 : text.lastIndexOf(NESTED);
    return nested < 0 ? null : new DevicePath(text.substring(0, nested));
  }

  public boolean isBelow(DevicePath bridge) {
    return text.length() > bridge.text.length()
        && text.startsWith(bridge.text)
        && text.charAt(bridge.text.length()) == '/';
  }

  @Override
  public int compareTo(DevicePath other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
