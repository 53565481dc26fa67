package io.acswatch.pci.config;

import java.util.Arrays;

/**
 * Configuration space of which only the 64-byte lines that hold a non-zero byte are kept: a mask
 * with bit n set for line n, and those lines in order. Lossless together with {@link #length()}.
 *
 * <pre>
 *   mask   ...0001_0000_0000_0101      bits 0, 2 and 12 set
 *   lines  | line 0 | line 2 | line 12 |
 * </pre>
 *
 * <p>A field is read in place: line number, bit in the mask, {@link Long#bitCount} of the lower
 * bits. The last line of a space whose length is no multiple of 64 is kept whole, padded with
 * zeros.
 */
public final class LineSparseConfigSpace implements ConfigSpace {
  public static final int LINE_LENGTH = 64;

  private static final byte[] ZEROS = new byte[LINE_LENGTH];

  private final int length;
  private final long lineMask;
  private final byte[] lines;

  private LineSparseConfigSpace(int length, long lineMask, byte[] lines) {
    this.length = length;
    this.lineMask = lineMask;
    this.lines = lines;
  }

  /** Copies the non-zero lines of {@code space}. */
  public static LineSparseConfigSpace copyOf(ConfigSpace space) {
    byte[] dense = Arrays.copyOf(space.toByteArray(), lineCount(space.length()) * LINE_LENGTH);
    long mask = 0;
    int kept = 0;
    for (int line = 0; line < dense.length / LINE_LENGTH; line++) {
      int from = line * LINE_LENGTH;
      if (!Arrays.equals(dense, from, from + LINE_LENGTH, ZEROS, 0, LINE_LENGTH)) {
        System.arraycopy(dense, from, dense, kept, LINE_LENGTH);
        kept += LINE_LENGTH;
        mask |= 1L << line;
      }
    }
    return new LineSparseConfigSpace(space.length(), mask, Arrays.copyOf(dense, kept));
  }

  public static boolean maskFitsLength(long lineMask, int length) {
    int lineCount = lineCount(length);
    return lineCount == Long.SIZE || lineMask >>> lineCount == 0;
  }

  private static int lineCount(int length) {
    return (length + LINE_LENGTH - 1) / LINE_LENGTH;
  }

  /** Bit n is set if line n, bytes 64n to 64n+63, is kept. */
  public long lineMask() {
    return lineMask;
  }

  /** Copies the kept lines to {@code target}; {@code 64 * Long.bitCount(lineMask())} bytes. */
  public void copyLinesTo(byte[] target, int targetOffset) {
    System.arraycopy(lines, 0, target, targetOffset, lines.length);
  }

  @Override
  public boolean hasSameBytesAs(ConfigSpace other) {
    // A zero line that is kept is as good as one that is not; only then all bytes are looked at.
    return other instanceof LineSparseConfigSpace sparse
            && length == sparse.length
            && lineMask == sparse.lineMask
        ? Arrays.equals(lines, sparse.lines)
        : ConfigSpace.super.hasSameBytesAs(other);
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int u8(int offset) {
    ConfigSpace.within(offset, 1, length);
    long bit = 1L << (offset >>> 6);
    if ((lineMask & bit) == 0) {
      return 0;
    }
    return lines[Long.bitCount(lineMask & (bit - 1)) * LINE_LENGTH + (offset & 63)] & 0xFF;
  }

  @Override
  public int u16(int offset) {
    ConfigSpace.within(offset, 2, length);
    return u8(offset) | u8(offset + 1) << 8;
  }

  @Override
  public int u32(int offset) {
    ConfigSpace.within(offset, 4, length);
    return u16(offset) | u16(offset + 2) << 16;
  }
}
