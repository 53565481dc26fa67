package io.acswatch.collector.command.text;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PortType;
import java.util.List;

final class FunctionText {
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
    String code = "%06x".formatted(function.ids().classCode());
    String ofClass = CodeNames.CLASSES.of(code.substring(0, 2), "device");
    String plain = CodeNames.CLASSES.of(code.substring(0, 4), ofClass);
    return function.isVirtualFunction() ? "VF, " + plain : plain;
  }

  /** Its address, without the domain where that is 0. */
  static String address(PciFunction function) {
    return function.address().toString().replaceFirst("^0000:", "");
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
