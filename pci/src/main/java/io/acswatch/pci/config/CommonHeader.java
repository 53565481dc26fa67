package io.acswatch.pci.config;

import java.util.Objects;

/**
 * The fields that all header types share. Valid until the next {@link #wrap}; not thread-safe.
 *
 * <pre>
 *   00 vendor (16)   02 device (16)   04 command (16)   06 status (16)
 *   08 revision (8)  09 class (24)    0E header type (8): 7 multi-function | 6:0 layout
 * </pre>
 *
 * <p>Source: PCI Local Bus Spec 3.0 §6.1.
 */
public final class CommonHeader {
  private static final int VENDOR = 0x00;
  private static final int DEVICE = 0x02;
  private static final int COMMAND = 0x04;
  private static final int STATUS = 0x06;
  private static final int REVISION = 0x08;
  private static final int PROGRAMMING_INTERFACE = 0x09;
  private static final int SUBCLASS = 0x0A;
  private static final int HEADER_TYPE = 0x0E;

  private ConfigSpace space = new ArrayConfigSpace();

  /** Points this view at a space. Throws IndexOutOfBoundsException if it has less than 64 bytes. */
  public CommonHeader wrap(ConfigSpace space) {
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

  /** Device id. */
  public int device() {
    return space.u16(DEVICE);
  }

  /** Command register. */
  public int command() {
    return space.u16(COMMAND);
  }

  /** Status register. */
  public int status() {
    return space.u16(STATUS);
  }

  /** Revision, 8 bits. */
  public int revision() {
    return space.u8(REVISION);
  }

  /** Base class, subclass and programming interface, 24 bits. */
  public int classCode() {
    return space.u16(SUBCLASS) << 8 | space.u8(PROGRAMMING_INTERFACE);
  }

  /** The whole header type register. */
  public int headerType() {
    return space.u8(HEADER_TYPE);
  }

  /** Layout of the rest of the header: 0 endpoint, 1 bridge, 2 CardBus. */
  public int layout() {
    return headerType() & 0x7F;
  }
}
