package io.acswatch.pci.config.capability;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import java.util.Objects;

/**
 * Access Control Services extended capability. Little-endian registers, offsets in bytes from the
 * capability header; {@link #EGRESS_VECTOR_OFFSET} on only where egress control is supported.
 *
 * <pre>
 *   +0  | header (32)                                   |
 *   +4  | capability (16)        | control (16)         |
 *   +8  | egress control vector, 1 bit per port or function ...
 *
 *   control    15..13 | 12 unclaimed redirect | 11:10 USP memory | 9:8 DSP memory | 7 I/O blocking
 *              6 DT | 5 EC | 4 UF | 3 CR | 2 RR | 1 TB | 0 SV
 *   capability 15:8 egress vector size (0 = 256 bits) | 7 enhanced | 6..0 as in control
 * </pre>
 *
 * <p>Valid until the next {@link #wrap}; not thread-safe. Source: PCIe Base Spec 6.3 §7.7.11.
 */
public final class AcsCapability {
  public static final int ID = 0x000D;

  /** Source validation (SV): refuses requests with a bus number outside the port's range. */
  public static final int SOURCE_VALIDATION = 1 << 0;

  /** Translation blocking (TB): refuses requests marked as already translated. */
  public static final int TRANSLATION_BLOCKING = 1 << 1;

  /** P2P request redirect (RR): sends peer requests upstream, to the IOMMU. */
  public static final int REQUEST_REDIRECT = 1 << 2;

  /** P2P completion redirect (CR): sends completions of peer requests upstream. */
  public static final int COMPLETION_REDIRECT = 1 << 3;

  /** Upstream forwarding (UF): forwards requests that target the port's own range. */
  public static final int UPSTREAM_FORWARDING = 1 << 4;

  /** P2P egress control (EC): the vector decides per destination; weakens RR where it is clear. */
  public static final int EGRESS_CONTROL = 1 << 5;

  /** Direct translated P2P (DT): lets translated requests go direct in spite of RR. */
  public static final int DIRECT_TRANSLATED = 1 << 6;

  /** In Capability: the enhanced fields of Control, bits 7 to 12, exist. */
  public static final int ENHANCED = 1 << 7;

  public static final int IO_REQUEST_BLOCKING = 1 << 7;

  /** In Control: memory target access of a downstream port; 2 in this field is redirect. */
  public static final int DSP_MEMORY_TARGET = 3 << 8;

  /** In Control: memory target access of an upstream port; 2 in this field is redirect. */
  public static final int USP_MEMORY_TARGET = 3 << 10;

  public static final int UNCLAIMED_REQUEST_REDIRECT = 1 << 12;

  /** In Control: all that exist only with {@link #ENHANCED}, bits 7 to 12. */
  public static final int ENHANCED_CONTROLS =
      IO_REQUEST_BLOCKING | DSP_MEMORY_TARGET | USP_MEMORY_TARGET | UNCLAIMED_REQUEST_REDIRECT;

  /** The four controls Linux demands for isolation: SV, RR, CR and UF. */
  public static final int REQUIRED =
      SOURCE_VALIDATION | REQUEST_REDIRECT | COMPLETION_REDIRECT | UPSTREAM_FORWARDING;

  public static final int CAPABILITY_OFFSET = 0x04;

  public static final int CONTROL_OFFSET = 0x06;

  public static final int EGRESS_VECTOR_OFFSET = 0x08;

  private static final int LENGTH = 0x08;

  private ConfigSpace space = new ArrayConfigSpace();
  private int offset;

  /** Points this view at {@code offset}. Throws IndexOutOfBoundsException if it is cut short. */
  public AcsCapability wrap(ConfigSpace space, int offset) {
    Objects.checkFromIndexSize(offset, LENGTH, space.length());
    if (this.space != space) {
      this.space = space;
    }
    this.offset = offset;
    return this;
  }

  public int capability() {
    return space.u16(offset + CAPABILITY_OFFSET);
  }

  public int control() {
    return space.u16(offset + CONTROL_OFFSET);
  }

  /** Size of the egress control vector in bits, 1 to 256; 0 where egress control does not exist. */
  public int egressVectorBits() {
    return egressVectorBits(capability());
  }

  /** The same from a Capability word alone. */
  public static int egressVectorBits(int capability) {
    if ((capability & EGRESS_CONTROL) == 0) {
      return 0;
    }
    int size = capability >>> 8;
    return size == 0 ? 256 : size;
  }

  /** True if the whole egress control vector lies within the bytes that were read. */
  public boolean egressVectorIsComplete() {
    int bytes = (egressVectorBits() + 31) / 32 * 4;
    return offset + EGRESS_VECTOR_OFFSET + bytes <= space.length();
  }

  /**
   * Bit {@code index} of the egress control vector: port number on a port, function (group) number
   * on a multi-function device. True means that requests to it are controlled.
   *
   * @throws IndexOutOfBoundsException if the vector is shorter or was cut off
   */
  public boolean egressVectorBit(int index) {
    Objects.checkIndex(index, egressVectorBits());
    return (space.u8(offset + EGRESS_VECTOR_OFFSET + index / 8) >>> index % 8 & 1) != 0;
  }

  /** True if egress control is on and some bit of it is clear, or was cut off. */
  public boolean isEgressOpen() {
    if ((control() & EGRESS_CONTROL) == 0) {
      return false;
    }
    if (!egressVectorIsComplete()) {
      return true;
    }
    for (int index = 0; index < egressVectorBits(); index++) {
      if (!egressVectorBit(index)) {
        return true;
      }
    }
    return false;
  }

  /** The dword at +8, see {@link AcsRegisters}; 0 where it was cut off. */
  public int secondDword() {
    int at = offset + EGRESS_VECTOR_OFFSET;
    return at + Integer.BYTES <= space.length() ? space.u32(at) : 0;
  }
}
