package io.acswatch.pci.config.capability;

import java.util.OptionalInt;

/**
 * Single Root I/O Virtualization extended capability of a physical function.
 *
 * <pre>
 *   +8 control (16): 4 ARI-capable hierarchy | 3 VF memory space | 0 VF enable
 *   +14 first VF offset (16)   +16 VF stride (16)
 * </pre>
 *
 * <p>Source: SR-IOV spec 1.1 §3.3.
 */
public final class SriovCapability {
  public static final int ID = 0x0010;

  public static final int LENGTH = 0x40;

  public static final int CONTROL = 0x08;

  /** Distance of VF 0 from the PF, in requester ids; final once VFs are enabled. */
  public static final int FIRST_VF_OFFSET = 0x14;

  /** Distance from one VF to the next, in requester ids; final once VFs are enabled. */
  public static final int VF_STRIDE = 0x16;

  private SriovCapability() {}

  /**
   * Index of a VF by its requester id, counted from 0 as in sysfs {@code virtfn<index>}; empty if
   * it is none of this PF. The id of VF n is that of the PF, the offset and n strides, modulo 2^16,
   * so it may carry into a higher bus number.
   */
  public static OptionalInt vfIndex(
      int physicalFunction, int firstVfOffset, int vfStride, int virtualFunction) {
    int distance = virtualFunction - physicalFunction - firstVfOffset & 0xFFFF;
    if (vfStride == 0) {
      return distance == 0 ? OptionalInt.of(0) : OptionalInt.empty();
    }
    return distance % vfStride == 0 ? OptionalInt.of(distance / vfStride) : OptionalInt.empty();
  }
}
