package io.acswatch.pci.hierarchy;

import java.util.Arrays;
import java.util.Locale;

/**
 * Device/port type of a PCI Express function, from the nibble in its PCI Express capability. The
 * place of a constant is its code in states: add at the end, never move.
 */
public enum PortType {
  ENDPOINT(0),
  LEGACY_ENDPOINT(1),
  ROOT_PORT(4),
  UPSTREAM_PORT(5),
  DOWNSTREAM_PORT(6),
  PCIE_TO_PCI_BRIDGE(7),
  PCI_TO_PCIE_BRIDGE(8),
  ROOT_COMPLEX_ENDPOINT(9),
  ROOT_COMPLEX_EVENT_COLLECTOR(10),
  /** A nibble no specification defines. */
  RESERVED(-1),
  /** No PCI Express capability: conventional PCI. */
  CONVENTIONAL(-1),
  /** The bytes that would tell were not read. */
  UNKNOWN(-1);

  private static final PortType[] BY_NIBBLE = new PortType[16];

  static {
    Arrays.fill(BY_NIBBLE, RESERVED);
    for (PortType type : values()) {
      if (type.nibble >= 0) {
        BY_NIBBLE[type.nibble] = type;
      }
    }
  }

  private final int nibble;

  PortType(int nibble) {
    this.nibble = nibble;
  }

  public static PortType ofNibble(int nibble) {
    return BY_NIBBLE[nibble];
  }

  /** True for the types above a PCI Express link: root port and switch downstream port. */
  public boolean isDownstreamFacing() {
    return this == ROOT_PORT || this == DOWNSTREAM_PORT;
  }

  /** True for root ports and both kinds of switch port, which are transparent to requester ids. */
  public boolean isPort() {
    return this == ROOT_PORT || this == UPSTREAM_PORT || this == DOWNSTREAM_PORT;
  }

  public boolean isPcie() {
    return this != CONVENTIONAL && this != UNKNOWN;
  }

  /** Lower-case name with hyphens, for texts and JSON: {@code root-port}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
