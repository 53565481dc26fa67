package io.acswatch.collector.command.text;

import java.util.Map;

/** Names of the capabilities one meets, for texts. Source: linux {@code pci_regs.h}. */
public final class CapabilityNames {
  private static final Map<Integer, String> STANDARD =
      Map.ofEntries(
          Map.entry(0x01, "power management"),
          Map.entry(0x02, "AGP"),
          Map.entry(0x03, "vital product data"),
          Map.entry(0x04, "slot identification"),
          Map.entry(0x05, "MSI"),
          Map.entry(0x06, "CompactPCI hot swap"),
          Map.entry(0x07, "PCI-X"),
          Map.entry(0x08, "HyperTransport"),
          Map.entry(0x09, "vendor specific"),
          Map.entry(0x0A, "debug port"),
          Map.entry(0x0C, "hot plug"),
          Map.entry(0x0D, "bridge subsystem id"),
          Map.entry(0x0F, "secure device"),
          Map.entry(0x10, "PCI Express"),
          Map.entry(0x11, "MSI-X"),
          Map.entry(0x12, "SATA"),
          Map.entry(0x13, "advanced features"),
          Map.entry(0x14, "enhanced allocation"));
  private static final Map<Integer, String> EXTENDED =
      Map.ofEntries(
          Map.entry(0x0000, "null"),
          Map.entry(0x0001, "advanced error reporting"),
          Map.entry(0x0002, "virtual channel"),
          Map.entry(0x0003, "device serial number"),
          Map.entry(0x0004, "power budgeting"),
          Map.entry(0x0007, "root complex event collector"),
          Map.entry(0x0008, "multi-function virtual channel"),
          Map.entry(0x0009, "virtual channel"),
          Map.entry(0x000B, "vendor specific"),
          Map.entry(0x000D, "access control services"),
          Map.entry(0x000E, "alternative routing-id"),
          Map.entry(0x000F, "address translation services"),
          Map.entry(0x0010, "single root I/O virtualization"),
          Map.entry(0x0012, "multicast"),
          Map.entry(0x0013, "page request"),
          Map.entry(0x0015, "resizable BAR"),
          Map.entry(0x0016, "dynamic power allocation"),
          Map.entry(0x0017, "TPH requester"),
          Map.entry(0x0018, "latency tolerance reporting"),
          Map.entry(0x0019, "secondary PCI Express"),
          Map.entry(0x001B, "process address space id"),
          Map.entry(0x001D, "downstream port containment"),
          Map.entry(0x001E, "L1 PM substates"),
          Map.entry(0x001F, "precision time measurement"),
          Map.entry(0x0023, "designated vendor specific"),
          Map.entry(0x0025, "data link feature"),
          Map.entry(0x0026, "physical layer 16 GT/s"),
          Map.entry(0x0027, "lane margining"),
          Map.entry(0x002A, "physical layer 32 GT/s"),
          Map.entry(0x002E, "data object exchange"));

  private CapabilityNames() {}

  /** Name of a standard capability; {@code ?} if it is not among those known here. */
  public static String standard(int id) {
    return STANDARD.getOrDefault(id, "?");
  }

  /** Name of an extended capability; {@code ?} if it is not among those known here. */
  public static String extended(int id) {
    return EXTENDED.getOrDefault(id, "?");
  }
}
