package io.acswatch.simulate;

import io.acswatch.pci.hierarchy.PciIds;

/**
 * What a function of a simulated host is. Vendor and device are those of real parts for which the
 * kernel has no ACS or DMA alias quirk, so that the registers alone decide; but for Intel's
 * endpoints in the root complex, which are isolated by a quirk.
 */
enum Part {
  MEMORY_MAP(0x8086, 0x09a2, 0x088000, Kind.ROOT_COMPLEX_ENDPOINT, "", Part.NO_ACS),
  ACCELERATOR(0x8086, 0x0b25, 0x088000, Kind.ROOT_COMPLEX_ENDPOINT, "idxd", Part.NO_ACS),
  LPC(0x8086, 0xa1c3, 0x060100, Kind.CONVENTIONAL, "", Part.NO_ACS),
  SMBUS(0x8086, 0xa1a3, 0x0c0500, Kind.CONVENTIONAL, "i801_smbus", Part.NO_ACS),
  SPI(0x8086, 0xa1a4, 0x0c8000, Kind.CONVENTIONAL, "intel-spi", Part.NO_ACS),
  ROOT_PORT(0x8086, 0x347a, 0x060400, Kind.ROOT_PORT, "pcieport", 0x1F),
  UPSTREAM_PORT(0x1000, 0xc030, 0x060400, Kind.UPSTREAM_PORT, "pcieport", Part.NO_ACS),
  DOWNSTREAM_PORT(0x1000, 0xc030, 0x060400, Kind.DOWNSTREAM_PORT, "pcieport", 0x5F),
  GPU(0x10de, 0x2330, 0x030200, Kind.ENDPOINT, "nvidia", Part.NO_ACS),
  DISPLAY(0x10de, 0x2235, 0x030000, Kind.ENDPOINT, "nvidia", Part.NO_ACS),
  DISPLAY_AUDIO(0x10de, 0x1aef, 0x040300, Kind.ENDPOINT, "snd_hda_intel", Part.NO_ACS),
  // An ACS capability without a single bit: nothing to control, and so isolated.
  NIC(0x15b3, 0x101d, 0x020000, Kind.ENDPOINT, "mlx5_core", 0),
  NIC_VF(0x15b3, 0x101e, 0x020000, Kind.ENDPOINT, "mlx5_core", Part.NO_ACS),
  NVME(0x144d, 0xa80a, 0x010802, Kind.ENDPOINT, "nvme", Part.NO_ACS);

  static final int NO_ACS = -1;

  enum Kind {
    CONVENTIONAL(-1),
    ENDPOINT(0),
    ROOT_PORT(4),
    UPSTREAM_PORT(5),
    DOWNSTREAM_PORT(6),
    ROOT_COMPLEX_ENDPOINT(9);

    /** The type in the PCI Express capability, -1 if there is none. */
    final int nibble;

    Kind(int nibble) {
      this.nibble = nibble;
    }

    boolean isPort() {
      return this == ROOT_PORT || this == UPSTREAM_PORT || this == DOWNSTREAM_PORT;
    }

    boolean isDownstreamFacing() {
      return this == ROOT_PORT || this == DOWNSTREAM_PORT;
    }
  }

  final PciIds ids;
  final Kind kind;

  /** Bound while no VM has the function; empty if none. */
  final String hostDriver;

  final int acsCapability;

  Part(int vendor, int device, int classCode, Kind kind, String hostDriver, int acsCapability) {
    ids = new PciIds(vendor, device, classCode);
    this.kind = kind;
    this.hostDriver = hostDriver;
    this.acsCapability = acsCapability;
  }

  boolean hasAcs() {
    return acsCapability != NO_ACS;
  }

  boolean isAssignable() {
    return switch (this) {
      case GPU, DISPLAY, DISPLAY_AUDIO, NIC_VF, NVME -> true;
      default -> false;
    };
  }

  /** Sends translated requests where the host lets it. */
  boolean hasAts() {
    return this == GPU || this == NIC;
  }

  /** A bridge to whom it concerns: a member of groups that nobody owns. */
  boolean isBridge() {
    return ids.isBridgeClass();
  }
}
