package io.acswatch.pci.config.capability;

import io.acswatch.pci.config.ConfigSpace;

/**
 * PCI Express capability. Little-endian registers at byte offsets from the capability header.
 *
 * <pre>
 *   +2 flags (16): 13:9 interrupt message | 8 slot | 7:4 device/port type | 3:0 version
 * </pre>
 *
 * <p>Source: PCIe Base Spec 6.3 §7.5.3.
 */
public final class PcieCapability {
  public static final int ID = 0x10;

  /** Bytes up to the end of the flags. */
  public static final int LENGTH = 0x04;

  private static final int FLAGS = 0x02;

  private PcieCapability() {}

  /** Device/port type, 4 bits, as the function claims it that has the capability at this offset. */
  public static int typeNibble(ConfigSpace space, int offset) {
    return space.u16(offset + FLAGS) >>> 4 & 0xF;
  }
}
