package io.acswatch.pci.hierarchy;

import io.acswatch.pci.config.ConfigOddity;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsRegisters;
import org.jspecify.annotations.Nullable;

/**
 * What one configuration space says, decoded: the facts that grouping and judging rest on. Fields
 * the bytes do not reach are 0.
 *
 * @param status how far the bytes can be trusted
 * @param claimedType device/port type as the function claims it, before the hierarchy corrects it
 * @param acs the ACS registers, null if there is no such capability (or, where {@code status} is
 *     not conclusive, none that was read)
 * @param oddities mask of {@link ConfigOddity} bits
 */
public record ConfigFacts(
    ReadStatus status,
    int lengthBytes,
    Header header,
    PortType claimedType,
    @Nullable AcsRegisters acs,
    Features features,
    int oddities) {

  /**
   * What the header says, and what stands outside of all capabilities.
   *
   * @param type the header type register, multi-function bit included
   * @param subsystemVendor 16 bits; of a bridge from its capability 0D
   * @param subsystemDevice 16 bits; of a bridge from its capability 0D
   * @param hasMemoryBar a bridge claims memory of its own
   * @param busNumbers of a bridge its primary, secondary and subordinate bus, {@code 0xPPSSBB}; of
   *     others 0
   * @param chipsetBase of an Intel LPC bridge the dword at 0xF0, base address and enable bit of the
   *     chipset registers; of others 0
   */
  public record Header(
      int type,
      int revision,
      int subsystemVendor,
      int subsystemDevice,
      boolean hasMemoryBar,
      int busNumbers,
      int chipsetBase) {
    public static final Header NONE = new Header(0, 0, 0, 0, false, 0, 0);
  }

  /**
   * What the extended capabilities say beside the ACS registers.
   *
   * @param egressOpen egress control is on and a bit of its vector is clear: requests to that port
   *     or function go direct in spite of request redirect
   * @param atsEnabled the function may send translated requests (ATS on)
   * @param serialNumber device serial number (extended capability 0003); 0 if there is none
   */
  public record Features(
      boolean egressOpen,
      boolean atsEnabled,
      boolean vfsEnabled,
      int firstVfOffset,
      int vfStride,
      long serialNumber) {
    public static final Features NONE = new Features(false, false, false, 0, 0, 0);
  }

  public static ConfigFacts unread(ReadStatus status, int lengthBytes) {
    return new ConfigFacts(
        status, lengthBytes, Header.NONE, PortType.UNKNOWN, null, Features.NONE, 0);
  }

  public ConfigFacts withAcs(@Nullable AcsRegisters registers) {
    return new ConfigFacts(status, lengthBytes, header, claimedType, registers, features, oddities);
  }

  /** True if it is known which capabilities there are: all was read, or the header says none. */
  public boolean capabilitiesKnown() {
    return status.isConclusive() || claimedType == PortType.CONVENTIONAL;
  }

  /** Bus a bridge sits on, as its register says; 0 if it is no bridge. */
  public int primaryBus() {
    return header.busNumbers >>> 16;
  }

  /** Bus a bridge leads to; 0 if it is none, or not configured. */
  public int secondaryBus() {
    return header.busNumbers >>> 8 & 0xFF;
  }

  /** Highest bus below a bridge; 0 if it is none, or not configured. */
  public int subordinateBus() {
    return header.busNumbers & 0xFF;
  }

  /** Layout of the header: 0 endpoint, 1 bridge, 2 CardBus. */
  public int headerLayout() {
    return header.type & 0x7F;
  }

  public boolean multiFunctionBit() {
    return (header.type & 0x80) != 0;
  }

  public boolean hasHeader() {
    return claimedType != PortType.UNKNOWN || status == ReadStatus.TRUNCATED_UNPRIVILEGED;
  }
}
