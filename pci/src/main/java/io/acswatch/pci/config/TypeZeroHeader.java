package io.acswatch.pci.config;

import java.util.Objects;

/**
 * Type 0 header: an endpoint.
 *
 * <pre>
 *   2C subsystem vendor (16)   2E subsystem device (16)
 * </pre>
 *
 * <p>Valid until the next {@link #wrap}; not thread-safe. Source: PCI Local Bus Spec 3.0 §6.2.
 */
public final class TypeZeroHeader {
  /** Layout number in the header type register. */
  public static final int LAYOUT = 0;

  private static final int SUBSYSTEM_VENDOR = 0x2C;
  private static final int SUBSYSTEM_DEVICE = 0x2E;

  private final CommonHeader header = new CommonHeader();
  private ConfigSpace space = new ArrayConfigSpace();

  /**
   * Points this view at a space; throws IllegalArgumentException if its header is of another type.
   */
  public TypeZeroHeader wrap(ConfigSpace space) {
    Objects.checkFromIndexSize(0, ConfigSpace.UNPRIVILEGED_LENGTH, space.length());
    int layout = header.wrap(space).layout();
    if (layout != LAYOUT) {
      throw new IllegalArgumentException("header layout=" + layout + ", expected 0");
    }
    if (this.space != space) {
      this.space = space;
    }
    return this;
  }

  /** Subsystem vendor id. */
  public int subsystemVendor() {
    return space.u16(SUBSYSTEM_VENDOR);
  }

  /** Subsystem device id. */
  public int subsystemDevice() {
    return space.u16(SUBSYSTEM_DEVICE);
  }
}
