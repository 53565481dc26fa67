package io.acswatch.pci.config;

import java.util.Objects;

/**
 * The header of a configuration space. Valid until the next {@link #wrap}; not thread-safe.
 *
 * <pre>
 *   00 vendor (16)   02 device (16)   04 command (16)   06 status (16)
 *   08 revision (8)  09 class (24)    0E header type (8): 7 multi-function | 6:0 layout
 *
 *   layout 0, endpoint: 2C subsystem vendor (16)   2E subsystem device (16)
 *   layout 1, bridge:   10 BAR 0 (32)   14 BAR 1 (32)   18 primary (8)   19 secondary (8)
 *                       1A subordinate (8)
 * </pre>
 *
 * <p>Source: PCI Local Bus Spec 3.0 §6.1 and §6.2, PCI-to-PCI Bridge Spec 1.2 §3.2.
 */
public final class ConfigHeader {
  private static final int VENDOR = 0x00;
  private static final int DEVICE = 0x02;
  private static final int STATUS = 0x06;
  private static final int REVISION = 0x08;
  private static final int PROGRAMMING_INTERFACE = 0x09;
  private static final int SUBCLASS = 0x0A;
  private static final int HEADER_TYPE = 0x0E;
  private static final int BAR_0 = 0x10;
  private static final int BAR_1 = 0x14;
  private static final int PRIMARY = 0x18;
  private static final int SECONDARY = 0x19;
  private static final int SUBORDINATE = 0x1A;
  private static final int SUBSYSTEM_VENDOR = 0x2C;
  private static final int SUBSYSTEM_DEVICE = 0x2E;

  private ConfigSpace space = new ArrayConfigSpace();

  /** Points this view at a space. Throws IndexOutOfBoundsException if it has less than 64 bytes. */
  public ConfigHeader wrap(ConfigSpace space) {
    Objects.checkFromIndexSize(0, ConfigSpace.UNPRIVILEGED_LENGTH, space.length());
    if (this.space != space) {
      this.space = space;
    }
    return this;
  }

  /** Vendor id; 0xFFFF on every healthy VF, so not by itself a sign of absence. */
  public int vendor() {
    return space.u16(VENDOR);
  }

  public int device() {
    return space.u16(DEVICE);
  }

  public int status() {
    return space.u16(STATUS);
  }

  public int revision() {
    return space.u8(REVISION);
  }

  /** Base class, subclass and programming interface, 24 bits. */
  public int classCode() {
    return space.u16(SUBCLASS) << 8 | space.u8(PROGRAMMING_INTERFACE);
  }

  public int headerType() {
    return space.u8(HEADER_TYPE);
  }

  public boolean isEndpoint() {
    return layout() == 0;
  }

  public boolean isBridge() {
    return layout() == 1;
  }

  private int layout() {
    return headerType() & 0x7F;
  }

  /** Subsystem vendor id; of an endpoint only. */
  public int subsystemVendor() {
    return space.u16(SUBSYSTEM_VENDOR);
  }

  /** Subsystem device id; of an endpoint only. */
  public int subsystemDevice() {
    return space.u16(SUBSYSTEM_DEVICE);
  }

  public int primaryBus() {
    return space.u8(PRIMARY);
  }

  /** Bus the bridge leads to; 0 in an unconfigured bridge. */
  public int secondaryBus() {
    return space.u8(SECONDARY);
  }

  public int subordinateBus() {
    return space.u8(SUBORDINATE);
  }

  /** True if the bridge itself claims memory: one of its two BARs is one, with an address. */
  public boolean hasMemoryBar() {
    return isMemory(space.u32(BAR_0)) || isMemory(space.u32(BAR_1));
  }

  private static boolean isMemory(int bar) {
    return (bar & 1) == 0 && (bar & ~0xF) != 0;
  }
}
