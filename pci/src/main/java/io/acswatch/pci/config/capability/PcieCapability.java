package io.acswatch.pci.config.capability;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import java.util.Objects;

/**
 * PCI Express capability. Little-endian registers at byte offsets from the capability header.
 *
 * <pre>
 *   +2 flags (16): 13:9 interrupt message | 8 slot | 7:4 device/port type | 3:0 version
 *   +4 device capabilities (32)   +C link capabilities (32)   +12 link status (16)
 *   +14 slot capabilities (32)    +24 device capabilities 2 (32)   +28 device control 2 (16)
 * </pre>
 *
 * <p>Registers beyond +2 exist only on some types and versions; where one is absent or was cut off
 * its accessor returns 0. Valid until the next {@link #wrap}; not thread-safe. Source: PCIe Base
 * Spec 6.3 §7.5.3.
 */
public final class PcieCapability {
  /** Standard capability id. */
  public static final int ID = 0x10;

  private static final int FLAGS = 0x02;
  private static final int LINK_CAPABILITIES = 0x0C;
  private static final int SLOT_CAPABILITIES = 0x14;
  private static final int DEVICE_CAPABILITIES_2 = 0x24;
  private static final int DEVICE_CONTROL_2 = 0x28;
  private static final int LENGTH = 0x04;
  private static final int ARI_FORWARDING = 1 << 5;

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

  /** Capability version, 4 bits; registers from +24 on exist from version 2 on. */
  public int version() {
    return flags() & 0xF;
  }

  /** Device/port type as the function itself claims it, 4 bits. */
  public int typeNibble() {
    return flags() >>> 4 & 0xF;
  }

  /** Port number of the link, 8 bits; 0 if the register is absent. */
  public int portNumber() {
    return u32OrZero(LINK_CAPABILITIES) >>> 24;
  }

  /** Physical slot number, 13 bits; 0 if no slot is implemented. */
  public int physicalSlot() {
    boolean slotImplemented = (flags() & 1 << 8) != 0;
    return slotImplemented ? u32OrZero(SLOT_CAPABILITIES) >>> 19 : 0;
  }

  /** True if the port can forward ARI functions. */
  public boolean supportsAriForwarding() {
    return version() >= 2 && (u32OrZero(DEVICE_CAPABILITIES_2) & ARI_FORWARDING) != 0;
  }

  /** True if the port forwards ARI functions. */
  public boolean forwardsAri() {
    int at = offset + DEVICE_CONTROL_2;
    return version() >= 2
        && at + 2 <= ConfigSpace.CONVENTIONAL_LENGTH
        && at + 2 <= space.length()
        && (space.u16(at) & ARI_FORWARDING) != 0;
  }

  private int u32OrZero(int register) {
    int at = offset + register;
    boolean present = at + 4 <= space.length() && at + 4 <= ConfigSpace.CONVENTIONAL_LENGTH;
    return present ? space.u32(at) : 0;
  }
}
