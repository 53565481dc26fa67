package io.acswatch.wire.text;

import io.acswatch.pci.hierarchy.PciIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code pci.ids} of this machine, read backwards: from the names that {@code lspci} prints
 * without {@code -n} to ids. A name that stands for two ids is none.
 */
public final class PciNames {
  private static final List<Path> PLACES =
      List.of(
          Path.of("/usr/share/misc/pci.ids"),
          Path.of("/usr/share/hwdata/pci.ids"),
          Path.of("/usr/share/pci.ids"));
  private static final Pattern VENDOR = Pattern.compile("([0-9a-f]{4})  (.+)");
  private static final Pattern DEVICE = Pattern.compile("\t([0-9a-f]{4})  (.+)");
  private static final Pattern CLASS = Pattern.compile("C ([0-9a-f]{2})  .+");
  private static final Pattern SUBCLASS = Pattern.compile("\t([0-9a-f]{2})  (.+)");
  private static final int SEVERAL = -1;

  private final Map<String, Integer> classes = new HashMap<>();
  private final Map<String, Integer> devices = new HashMap<>();

  private PciNames() {}

  static PciNames none() {
    return new PciNames();
  }

  /** Those of the file that this machine has, read at first use; none where it has none. */
  static PciNames ofThisMachine() {
    return ThisMachine.NAMES;
  }

  private static final class ThisMachine {
    static final PciNames NAMES = read();
  }

  private static PciNames read() {
    for (Path place : PLACES) {
      if (Files.isReadable(place)) {
        try {
          return of(Files.readAllLines(place, StandardCharsets.ISO_8859_1));
        } catch (IOException unreadable) {
          return none();
        }
      }
    }
    return none();
  }

  static PciNames of(List<String> lines) {
    PciNames names = new PciNames();
    String vendorName = "";
    int vendor = 0;
    int base = SEVERAL;
    for (String line : lines) {
      Matcher matcher = VENDOR.matcher(line);
      if (matcher.matches()) {
        vendor = Integer.parseInt(matcher.group(1), 16);
        vendorName = matcher.group(2);
        base = SEVERAL;
      } else if ((matcher = CLASS.matcher(line)).matches()) {
        base = Integer.parseInt(matcher.group(1), 16);
      } else if (base != SEVERAL && (matcher = SUBCLASS.matcher(line)).matches()) {
        put(names.classes, matcher.group(2), base << 8 | Integer.parseInt(matcher.group(1), 16));
      } else if (base == SEVERAL && (matcher = DEVICE.matcher(line)).matches()) {
        int device = Integer.parseInt(matcher.group(1), 16);
        put(names.devices, vendorName + " " + matcher.group(2), vendor << 16 | device);
      }
    }
    return names;
  }

  private static void put(Map<String, Integer> names, String name, int value) {
    names.merge(name, value, (one, other) -> one.equals(other) ? one : SEVERAL);
  }

  /** Ids of a function by the names of its class and of itself; null where one is not known. */
  @Nullable PciIds ids(String className, String deviceName) {
    Integer code = classes.get(className);
    Integer device = devices.get(deviceName);
    // A device of 0xffff:0xffff is none, and so cannot be taken for SEVERAL.
    return code == null || code == SEVERAL || device == null || device == SEVERAL
        ? null
        : new PciIds(device >>> 16, device & 0xFFFF, code << 8);
  }

  /** Class code by its name; 0 where it is not known. */
  int classCode(String className) {
    Integer code = classes.get(className);
    return code == null || code == SEVERAL ? 0 : code;
  }
}
