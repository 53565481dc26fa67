package io.acswatch.pci.config;

import java.util.Objects;

/**
 * Type 1 header: the bridge between two buses.
 *
 * <pre>
 *   0x18  | primary (8) | secondary (8) | subordinate (8) |
 * </pre>
 *
 * <p>Valid until the next {@link #wrap}; not thread-safe. Source: PCI-to-PCI Bridge Spec 1.2 §3.2.
 */
public final class BridgeHeader {
  /** Layout number in the header type register. */
  public static final int LAYOUT = 1;

  private static final int PRIMARY = 0x18;
  private static final int SECONDARY = 0x19;
  private static final int SUBORDINATE = 0x1A;
  private static final int BAR_0 = 0x10;
  private static final int BAR_1 = 0x14;

  private final CommonHeader header = new CommonHeader();
  private ConfigSpace space = new ArrayConfigSpace();

  /**
   * Points this view at a space; throws IllegalArgumentException if its header is of another type.
   */
  public BridgeHeader wrap(ConfigSpace space) {
    Objects.checkFromIndexSize(0, ConfigSpace.UNPRIVILEGED_LENGTH, space.length());
    int layout = header.wrap(space).layout();
    if (layout != LAYOUT) {
      throw new IllegalArgumentException("header layout=" + layout + ", expected 1");
    }
    if (this.space != space) {
      this.space = space;
    }
    return this;
  }

  /** Bus the bridge sits on. */
  public int primaryBus() {
    return space.u8(PRIMARY);
  }

  /** Bus the bridge leads to; 0 in an unconfigured bridge. */
  public int secondaryBus() {
    return space.u8(SECONDARY);
  }

  /** Highest bus below the bridge. */
  public int subordinateBus() {
    return space.u8(SUBORDINATE);
  }

  /**
   * True if the bridge itself claims memory: one of its two BARs is a memory BAR with an address.
   */
  public boolean hasMemoryBar() {
    return isMemory(space.u32(BAR_0)) || isMemory(space.u32(BAR_1));
  }

  private static boolean isMemory(int bar) {
    return (bar & 1) == 0 && (bar & ~0xF) != 0;
  }
}
