package io.acswatch.collector.command.text;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PortType;
import java.util.List;
import java.util.Map;

/** A function in few words. */
final class FunctionText {
  private static final Map<Integer, String> SUBCLASSES =
      Map.ofEntries(
          Map.entry(0x0108, "NVMe"),
          Map.entry(0x0302, "GPU"),
          Map.entry(0x0403, "audio"),
          Map.entry(0x0600, "host bridge"),
          Map.entry(0x0601, "ISA bridge"),
          Map.entry(0x0806, "IOMMU"),
          Map.entry(0x0c03, "USB"),
          Map.entry(0x0c05, "SMBus"));
  private static final Map<Integer, String> CLASSES =
      Map.ofEntries(
          Map.entry(0x01, "storage"),
          Map.entry(0x02, "network"),
          Map.entry(0x03, "display"),
          Map.entry(0x04, "multimedia"),
          Map.entry(0x05, "memory"),
          Map.entry(0x06, "bridge"),
          Map.entry(0x07, "serial"),
          Map.entry(0x08, "system"),
          Map.entry(0x09, "input"),
          Map.entry(0x0b, "processor"),
          Map.entry(0x0c, "bus"),
          Map.entry(0x0d, "wireless"),
          Map.entry(0x10, "crypto"),
          Map.entry(0x11, "signal"),
          Map.entry(0x12, "accelerator"));

  /** The controls that Linux asks of a port before it counts as isolating. */
  private static final List<String> REQUIRED = List.of("SV", "RR", "CR", "UF");

  /** Columns that {@link #bits} takes. */
  static final int BITS_WIDTH = 11;

  private FunctionText() {}

  /** What it is: a port by its type, anything else by its class. */
  static String kind(PciFunction function, PortType type) {
    String label = type.label();
    if (label.endsWith("port") || label.contains("-to-")) {
      return label.replace('-', ' ');
    }
    int code = function.ids().classCode() >>> 8;
    String plain = SUBCLASSES.getOrDefault(code, CLASSES.getOrDefault(code >>> 8, "device"));
    return function.isVirtualFunction() ? "VF, " + plain : plain;
  }

  /** Its address, without the domain where that is 0. */
  static String address(PciFunction function) {
    PciAddress address = function.address();
    String text = address.toString();
    return text.startsWith("0000:") ? text.substring(5) : text;
  }

  /** The four bits that decide, each in its place; dots where one is off. */
  static String bits(PciFunction function) {
    AcsRegisters acs = function.config().acs();
    if (acs == null) {
      return function.config().capabilitiesKnown() ? "" : "not read";
    }
    List<String> on = AcsRegisters.flagNames(acs.control());
    StringBuilder text = new StringBuilder(BITS_WIDTH);
    for (String bit : REQUIRED) {
      text.append(text.isEmpty() ? "" : " ").append(on.contains(bit) ? bit : "..");
    }
    return text.toString();
  }
}
