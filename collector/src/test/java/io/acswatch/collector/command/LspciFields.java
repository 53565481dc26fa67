package io.acswatch.collector.command;

import io.acswatch.collector.command.DecodedFunction.CapabilityLists;
import io.acswatch.pci.config.ConfigHeader;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.capability.PcieCapability;
import io.acswatch.pci.config.capability.SriovCapability;
import io.acswatch.pci.hierarchy.ConfigFacts;
import java.util.Map;
import java.util.TreeMap;

/** What our decoders say of a function, in the words and under the names of {@link LspciText}. */
final class LspciFields {
  private static final Map<Integer, String> PORT_TYPES =
      Map.of(
          0, "Endpoint",
          1, "Legacy Endpoint",
          4, "Root Port",
          5, "Upstream Port",
          6, "Downstream Port",
          7, "PCI-Express to PCI/PCI-X Bridge",
          8, "PCI/PCI-X to PCI-Express Bridge",
          9, "Root Complex Integrated Endpoint",
          10, "Root Complex Event Collector");

  private final Map<String, String> fields = new TreeMap<>();

  private LspciFields() {}

  static Map<String, String> of(DecodedFunction function) {
    LspciFields decoded = new LspciFields();
    if (function.facts().hasHeader()) {
      decoded.headers(function);
      for (CapabilityLists.Entry entry : function.lists().standard()) {
        if (entry.id() == PcieCapability.ID) {
          decoded.express(function.captured().config(), entry.offset());
        }
      }
      function.lists().extended().forEach(entry -> decoded.extended(function, entry));
    }
    return decoded.fields;
  }

  private void headers(DecodedFunction function) {
    ConfigSpace space = function.captured().config();
    ConfigFacts facts = function.facts();
    ConfigHeader common = new ConfigHeader().wrap(space);
    put("ids", "%04x:%04x".formatted(common.vendor(), common.device()));
    put("class", "%04x".formatted(common.classCode() >>> 8));
    put("programming interface", "%02x".formatted(common.classCode() & 0xFF));
    put("revision", "%02x".formatted(common.revision()));
    put("capability list", (common.status() & 0x10) != 0);
    put(
        "subsystem",
        "%04x:%04x".formatted(facts.header().subsystemVendor(), facts.header().subsystemDevice()));
    if (common.isBridge()) {
      put("primary", "%02x".formatted(common.primaryBus()));
      put("secondary", "%02x".formatted(common.secondaryBus()));
      put("subordinate", "%02x".formatted(common.subordinateBus()));
    }
  }

  private void express(ConfigSpace space, int offset) {
    put("pcie version", space.u16(offset + 2) & 0xF);
    put("port type", PORT_TYPES.getOrDefault(PcieCapability.typeNibble(space, offset), "?"));
  }

  private void extended(DecodedFunction function, CapabilityLists.Entry entry) {
    switch (entry.id()) {
      case SriovCapability.ID -> {
        put("vf enable", function.facts().features().vfsEnabled());
        put("vf offset", function.facts().features().firstVfOffset());
        put("vf stride", function.facts().features().vfStride());
      }
      case 0x000F -> put("ats", function.facts().features().atsEnabled());
      case 0x0003 -> put("serial number", serial(function.facts().features().serialNumber()));
      default -> {}
    }
  }

  /** Bytes from the highest down, as lspci prints them. */
  private static String serial(long number) {
    StringBuilder text = new StringBuilder();
    for (int shift = 56; shift >= 0; shift -= 8) {
      text.append(text.isEmpty() ? "" : "-").append("%02x".formatted(number >>> shift & 0xFF));
    }
    return text.toString();
  }

  private void put(String name, Object value) {
    fields.put(name, value instanceof Boolean on ? on ? "+" : "-" : String.valueOf(value));
  }
}
