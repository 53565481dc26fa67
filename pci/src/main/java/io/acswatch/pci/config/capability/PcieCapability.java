package io.acswatch.pci.config.capability;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import java.util.Objects;

/**
 * PCI Express capability. Little-endian registers at byte offsets from the capability header.
 *
 * <pre>
 *   +2 flags (16): 13:9 interrupt message | 8 slot | 7:4 device/port type | 3:0 version
 * </pre>
 *
 * <p>Valid until the next {@link #wrap}; not thread-safe. Source: PCIe Base Spec 6.3 §7.5.3.
 */
public final class PcieCapability {
  /** Standard capability id. */
  public static final int ID = 0x10;

  private static final int FLAGS = 0x02;
  private static final int LENGTH = 0x04;

  private ConfigSpace space = new ArrayConfigSpace();
  private int offset;

  /** Points this view at {@code offset}. Throws IndexOutOfBoundsException if it is cut short. */
  public PcieCapability wrap(ConfigSpace space, int offset) {
    Objects.checkFromIndexSize(offset, LENGTH, space.length());
    if (this.space != space) {
      this.space = space;
    }
    this.offset = offset;
    return this;
  }

  /** The flags register. */
  public int flags() {
    return space.u16(offset + FLAGS);
  }

  /** Capability version, 4 bits. */
  public int version() {
    return flags() & 0xF;
  }

  /** Device/port type as the function itself claims it, 4 bits. */
  public int typeNibble() {
    return flags() >>> 4 & 0xF;
  }
}
