package io.acswatch.collector.command;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.PciAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code lspci} reads and prints: hex dumps out, decoded capabilities in. */
final class LspciText {
  private static final Pattern HEADING =
      Pattern.compile(
          "((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]) ([0-9a-f]{4}): "
              + "([0-9a-f]{4}:[0-9a-f]{4})(?: \\(rev ([0-9a-f]{2})\\))?"
              + "(?: \\(prog-if ([0-9a-f]{2}).*\\))?");
  private static final Pattern CAPABILITY =
      Pattern.compile("\\tCapabilities: \\[([0-9a-f]{2,3})(?: v(\\d+))?\\] ?(.*)");
  private static final Pattern ACS_LINE = Pattern.compile("\\t\\tACS(Cap|Ctl):\\t(.*)");
  private static final Pattern UNKNOWN_ID = Pattern.compile(".*ID (?:0x)?([0-9a-f]+).*");
  private static final List<String> ACS_FLAGS =
      List.of(
          "SrcValid",
          "TransBlk",
          "ReqRedir",
          "CmpltRedir",
          "UpstreamFwd",
          "EgressCtrl",
          "DirectTrans");

  /** How lspci begins the line of a capability, with its id; the first that fits counts. */
  private static final Map<String, Integer> STANDARD = new LinkedHashMap<>();

  private static final Map<String, Integer> EXTENDED = new LinkedHashMap<>();

  static {
    STANDARD.put("Null", 0x00);
    STANDARD.put("Power Management", 0x01);
    STANDARD.put("AGP", 0x02);
    STANDARD.put("Vital Product Data", 0x03);
    STANDARD.put("Slot ID", 0x04);
    STANDARD.put("MSI-X", 0x11);
    STANDARD.put("MSI", 0x05);
    STANDARD.put("CompactPCI hot-swap", 0x06);
    STANDARD.put("PCI-X", 0x07);
    STANDARD.put("HyperTransport", 0x08);
    STANDARD.put("Vendor Specific", 0x09);
    STANDARD.put("Debug port", 0x0A);
    STANDARD.put("CompactPCI central", 0x0B);
    STANDARD.put("Hot-plug", 0x0C);
    STANDARD.put("Subsystem", 0x0D);
    STANDARD.put("AGP3", 0x0E);
    STANDARD.put("Secure device", 0x0F);
    STANDARD.put("Express", 0x10);
    STANDARD.put("SATA HBA", 0x12);
    STANDARD.put("PCI Advanced Features", 0x13);
    STANDARD.put("Enhanced Allocation", 0x14);
    EXTENDED.put("Null", 0x0000);
    EXTENDED.put("Advanced Error Reporting", 0x0001);
    EXTENDED.put("Virtual Channel", 0x0002);
    EXTENDED.put("Device Serial Number", 0x0003);
    EXTENDED.put("Power Budgeting", 0x0004);
    EXTENDED.put("Root Complex Link", 0x0005);
    EXTENDED.put("Root Complex Internal Link", 0x0006);
    EXTENDED.put("Root Complex Event Collector", 0x0007);
    EXTENDED.put("Multi-Function Virtual Channel", 0x0008);
    EXTENDED.put("Root Bridge Control Block", 0x000A);
    EXTENDED.put("Vendor Specific", 0x000B);
    EXTENDED.put("Access Control Services", 0x000D);
    EXTENDED.put("Alternative Routing-ID", 0x000E);
    EXTENDED.put("Address Translation Service", 0x000F);
    EXTENDED.put("Single Root I/O Virtualization", 0x0010);
    EXTENDED.put("Multi-Root I/O Virtualization", 0x0011);
    EXTENDED.put("Multicast", 0x0012);
    EXTENDED.put("Page Request Interface", 0x0013);
    EXTENDED.put("Physical Resizable BAR", 0x0015);
    EXTENDED.put("Dynamic Power Allocation", 0x0016);
    EXTENDED.put("Transaction Processing Hints", 0x0017);
    EXTENDED.put("Latency Tolerance Reporting", 0x0018);
    EXTENDED.put("Secondary PCI Express", 0x0019);
    EXTENDED.put("Process Address Space ID", 0x001B);
    EXTENDED.put("Downstream Port Containment", 0x001D);
    EXTENDED.put("L1 PM Substates", 0x001E);
    EXTENDED.put("Precision Time Measurement", 0x001F);
    EXTENDED.put("PCI Express over M_PHY", 0x0020);
    EXTENDED.put("FRS Queueing", 0x0021);
    EXTENDED.put("Readiness Time Reporting", 0x0022);
    EXTENDED.put("Designated Vendor-Specific", 0x0023);
    EXTENDED.put("Virtual Resizable BAR", 0x0024);
    EXTENDED.put("Data Link Feature", 0x0025);
    EXTENDED.put("Physical Layer 16.0", 0x0026);
    EXTENDED.put("Lane Margining", 0x0027);
  }

  /** A field: how its value stands in the text, and what it is called here. */
  private record Field(String name, Pattern pattern) {
    static Field of(String name, String pattern) {
      return new Field(name, Pattern.compile(pattern));
    }
  }

  /** The fields we decode too, beside ids, capabilities and ACS; in -vvv each on a line. */
  private static final List<Field> FIELDS =
      List.of(
          Field.of("capability list", "\tStatus: Cap([+-]).*"),
          Field.of("subsystem", "\tSubsystem: ([0-9a-f]{4}:[0-9a-f]{4})"),
          Field.of("primary", "\tBus: primary=([0-9a-f]{2}),.*"),
          Field.of("secondary", "\tBus: .* secondary=([0-9a-f]{2}),.*"),
          Field.of("subordinate", "\tBus: .* subordinate=([0-9a-f]{2}),.*"),
          Field.of("pcie version", ".*\\] Express \\(v(\\d+)\\).*"),
          Field.of(
              "port type", ".*\\] Express \\(v\\d+\\) ([A-Za-z/ -]+?)(?: \\(Slot[+-]\\))?, .*"),
          Field.of("ats", "\t\tATSCtl:\tEnable([+-]),.*"),
          Field.of("vf enable", "\t\tIOVCtl:\tEnable([+-]).*"),
          Field.of("vf offset", "\t\tVF offset: (\\d+),.*"),
          Field.of("vf stride", "\t\tVF offset: .* stride: (\\d+),.*"),
          Field.of("serial number", ".*\\] Device Serial Number ([0-9a-f-]{23})"));

  private LspciText() {}

  /** Names of all fields that are compared. */
  static Set<String> fieldNames() {
    Set<String> names = new TreeSet<>(Set.of("ids", "class", "revision", "programming interface"));
    FIELDS.forEach(field -> names.add(field.name()));
    return names;
  }

  /**
   * One function as lspci decodes it, or as we do: ids at offsets, of extended capabilities with
   * their versions, the ACS words, and fields by name.
   */
  record Decoded(
      TreeMap<Integer, Integer> standard,
      TreeMap<Integer, String> extended,
      List<String> acsCapability,
      List<String> acsControl,
      TreeMap<String, String> fields) {

    static Decoded empty() {
      return new Decoded(
          new TreeMap<>(), new TreeMap<>(), new ArrayList<>(), new ArrayList<>(), new TreeMap<>());
    }

    /** The same with those fields only that the other has. */
    Decoded withFieldsOf(Decoded other) {
      TreeMap<String, String> shared = new TreeMap<>(fields);
      shared.keySet().retainAll(other.fields.keySet());
      return new Decoded(standard, extended, acsCapability, acsControl, shared);
    }

    static Decoded of(DecodedFunction function) {
      Decoded decoded = empty();
      function.lists().standard().forEach(e -> decoded.standard.put(e.offset(), e.id()));
      function
          .lists()
          .extended()
          .forEach(e -> decoded.extended.put(e.offset(), e.id() + " v" + e.version()));
      decoded.fields.putAll(LspciFields.of(function));
      AcsRegisters acs = function.facts().acs();
      if (acs != null) {
        decoded.acsCapability.addAll(flags(acs.capability()));
        decoded.acsControl.addAll(flags(acs.control()));
      }
      return decoded;
    }

    private static List<String> flags(int word) {
      List<String> flags = new ArrayList<>();
      for (int bit = 0; bit < ACS_FLAGS.size(); bit++) {
        flags.add(ACS_FLAGS.get(bit) + ((word >>> bit & 1) != 0 ? "+" : "-"));
      }
      return flags;
    }
  }

  /** Reads what {@code lspci -vvv} prints. */
  static Map<PciAddress, Decoded> parse(List<String> lines) {
    Map<PciAddress, Decoded> functions = new TreeMap<>();
    Decoded current = Decoded.empty();
    for (String line : lines) {
      Matcher heading = HEADING.matcher(line);
      Matcher capability = CAPABILITY.matcher(line);
      Matcher acs = ACS_LINE.matcher(line);
      if (heading.matches()) {
        current = Decoded.empty();
        functions.put(PciAddress.parse(heading.group(1)), current);
        current.fields.put("class", heading.group(2));
        current.fields.put("ids", heading.group(3));
        current.fields.put("revision", heading.group(4) == null ? "00" : heading.group(4));
        current.fields.put(
            "programming interface", heading.group(5) == null ? "00" : heading.group(5));
      } else if (capability.matches()) {
        // Extended ones have three digits; those of the first 256 bytes two.
        boolean isExtended = capability.group(1).length() == 3;
        int offset = Integer.parseInt(capability.group(1), 16);
        String name = capability.group(3);
        if (isExtended) {
          current.extended.put(offset, id(name, EXTENDED) + " v" + capability.group(2));
        } else if (!name.startsWith("<chain")) {
          current.standard.put(offset, id(name, STANDARD));
        }
      } else if (acs.matches()) {
        List<String> flags =
            acs.group(1).equals("Cap") ? current.acsCapability : current.acsControl;
        flags.addAll(List.of(acs.group(2).strip().split(" ")));
      }
      for (Field field : FIELDS) {
        Matcher value = field.pattern().matcher(line);
        if (value.matches()) {
          current.fields.putIfAbsent(field.name(), value.group(1));
        }
      }
    }
    // A function that does not answer reads as ones, which lspci prints as if they were its values.
    functions.values().stream()
        .filter(function -> "ffff:ffff".equals(function.fields.get("ids")))
        .forEach(function -> function.fields.clear());
    return functions;
  }

  private static int id(String name, Map<String, Integer> ids) {
    for (Map.Entry<String, Integer> known : ids.entrySet()) {
      if (name.startsWith(known.getKey())) {
        return known.getValue();
      }
    }
    Matcher unknown = UNKNOWN_ID.matcher(name);
    if (unknown.matches()) {
      return Integer.parseInt(unknown.group(1), 16);
    }
    throw new IllegalArgumentException("lspci prints a capability unknown here: " + name);
  }
}
