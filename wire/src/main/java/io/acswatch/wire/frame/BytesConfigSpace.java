package io.acswatch.wire.frame;

import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import net.openhft.chronicle.bytes.RandomDataInput;
import org.jspecify.annotations.Nullable;

/**
 * Configuration space as it lies in a frame: a mask of its 64-byte lines and, somewhere in the
 * input, the lines whose bit is set. Read in place, nothing is copied or expanded.
 *
 * <pre>
 *   offset 0x142:  line 5, byte 2      mask  ..0010_0101: line 5 is the third kept one
 *   input          | line 0 | line 2 | line 5 |   at linesOffset + 2 * 64 + 2
 * </pre>
 *
 * <p>Rebindable: valid until the next {@link #bind}; keeps a reference to the input; not
 * thread-safe. A frame's check goes through mask, length and room before; the offset is checked at
 * each read. Over {@link CheckedBytes} lines are read from the array behind it: one check less for
 * each read.
 */
public final class BytesConfigSpace implements ConfigSpace {
  private static final int LINE_SHIFT = 6;
  private static final int IN_LINE = LineSparseConfigSpace.LINE_LENGTH - 1;

  private static final VarHandle U16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private RandomDataInput input = new CheckedBytes();
  private byte @Nullable [] array;
  private int arrayOffset;
  private long linesOffset;
  private long lineMask;
  private int length;

  /**
   * Points this view at a function of a frame whose check has been through these values.
   *
   * @param linesOffset where the first kept line begins in {@code input}
   * @param lineMask bit n is set if line n is kept
   * @param length bytes that were read of the function, 0 to 4096
   */
  BytesConfigSpace bind(RandomDataInput input, long linesOffset, long lineMask, int length) {
    byte[] bytes = null;
    if (input instanceof CheckedBytes checked) {
      bytes = checked.array();
      arrayOffset = checked.arrayOffset() + (int) linesOffset;
    }
    // A store of a reference costs the collector's barrier, and most functions are of one frame.
    if (array != bytes || this.input != input) {
      array = bytes;
      this.input = input;
    }
    this.linesOffset = linesOffset;
    this.lineMask = lineMask;
    this.length = length;
    return this;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int u8(int offset) {
    ConfigSpace.within(offset, 1, length);
    long bit = 1L << (offset >>> LINE_SHIFT);
    if ((lineMask & bit) == 0) {
      return 0;
    }
    int at = inLines(bit, offset);
    byte[] bytes = array;
    return bytes != null
        ? bytes[arrayOffset + at] & 0xFF
        : input.readUnsignedByte(linesOffset + at);
  }

  @Override
  public int u16(int offset) {
    ConfigSpace.within(offset, 2, length);
    if ((offset & IN_LINE) > IN_LINE + 1 - Short.BYTES) {
      return u8(offset) | u8(offset + 1) << 8;
    }
    long bit = 1L << (offset >>> LINE_SHIFT);
    if ((lineMask & bit) == 0) {
      return 0;
    }
    int at = inLines(bit, offset);
    byte[] bytes = array;
    return bytes != null
        ? (short) U16.get(bytes, arrayOffset + at) & 0xFFFF
        : input.readUnsignedShort(linesOffset + at);
  }

  @Override
  public int u32(int offset) {
    ConfigSpace.within(offset, 4, length);
    if ((offset & IN_LINE) > IN_LINE + 1 - Integer.BYTES) {
      return u16(offset) | u16(offset + 2) << 16;
    }
    long bit = 1L << (offset >>> LINE_SHIFT);
    if ((lineMask & bit) == 0) {
      return 0;
    }
    int at = inLines(bit, offset);
    byte[] bytes = array;
    return bytes != null ? (int) U32.get(bytes, arrayOffset + at) : input.readInt(linesOffset + at);
  }

  /** Bytes from the first kept line to this offset, whose line is kept. */
  private int inLines(long bit, int offset) {
    return (Long.bitCount(lineMask & (bit - 1)) << LINE_SHIFT) + (offset & IN_LINE);
  }
}
