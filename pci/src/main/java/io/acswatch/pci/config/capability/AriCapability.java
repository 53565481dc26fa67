package io.acswatch.pci.config.capability;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import java.util.Objects;

/**
 * Alternative Routing-ID Interpretation extended capability.
 *
 * <pre>
 *   +4 capability (16): 15:8 next function | 1 ACS function groups | 0 MFVC function groups
 *   +6 control (16):    6:4 function group | 1 ACS groups on       | 0 MFVC groups on
 * </pre>
 *
 * <p>Valid until the next {@link #wrap}; not thread-safe. Source: PCIe Base Spec 6.3 §7.8.8.
 */
public final class AriCapability {
  /** Extended capability id. */
  public static final int ID = 0x000E;

  private static final int CAPABILITY = 0x04;
  private static final int CONTROL = 0x06;
  private static final int LENGTH = 0x08;

  private ConfigSpace space = new ArrayConfigSpace();
  private int offset;

  /** Points this view at {@code offset}. Throws IndexOutOfBoundsException if it is cut short. */
  public AriCapability wrap(ConfigSpace space, int offset) {
    Objects.checkFromIndexSize(offset, LENGTH, space.length());
    this.space = space;
    this.offset = offset;
    return this;
  }

  /** Number of the next function of the device, 0 to 255; 0 ends the list. */
  public int nextFunction() {
    return space.u16(offset + CAPABILITY) >>> 8;
  }

  /** True if egress control works on function groups instead of functions. */
  public boolean usesAcsFunctionGroups() {
    return (space.u16(offset + CONTROL) & 1 << 1) != 0;
  }

  /** Function group of this function, 0 to 7. */
  public int functionGroup() {
    return space.u16(offset + CONTROL) >>> 4 & 7;
  }
}
