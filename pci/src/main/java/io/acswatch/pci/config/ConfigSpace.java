package io.acswatch.pci.config;

import java.util.Arrays;

/**
 * Read-only view of one function's configuration space: little-endian, offsets in bytes from its
 * start.
 *
 * <p>{@link #length()} is the number of bytes that were read from the function: 4096, 256, 64 (a
 * reader without privilege) or, from a damaged source, anything in between. A short space is
 * normal, not an error. Every accessor throws {@link IndexOutOfBoundsException} when the field does
 * not lie wholly within {@code [0, length())}; no byte outside is ever touched.
 */
public interface ConfigSpace {
  int CONVENTIONAL_LENGTH = 256;

  /** Bytes of the space of a PCI Express function. */
  int EXTENDED_LENGTH = 4096;

  /** Bytes an unprivileged reader of sysfs is given. */
  int UNPRIVILEGED_LENGTH = 64;

  /** Number of bytes that were read, 0 to 4096. */
  int length();

  /** Returns the byte at {@code offset}, 0 to 0xFF. */
  int u8(int offset);

  /** Returns the two bytes at {@code offset}, 0 to 0xFFFF. */
  int u16(int offset);

  /** Returns the four bytes at {@code offset} as a Java int; negative when the top bit is set. */
  int u32(int offset);

  default boolean hasSameBytesAs(ConfigSpace other) {
    return length() == other.length() && Arrays.equals(toByteArray(), other.toByteArray());
  }

  /** Copies the whole space into a new array of {@link #length()} bytes. */
  default byte[] toByteArray() {
    byte[] copy = new byte[length()];
    for (int offset = 0; offset < copy.length; offset++) {
      copy[offset] = (byte) u8(offset);
    }
    return copy;
  }

  /**
   * Returns {@code offset} if {@code size} bytes from there lie within the first {@code length}.
   *
   * <p>Asks as the walks of lists do before they follow a pointer, so that the compiler sees that
   * one comparison is enough; {@code Objects.checkIndex} asks otherwise, and both would be made.
   *
   * @throws IndexOutOfBoundsException if they do not
   */
  static int within(int offset, int size, int length) {
    if (offset < 0 || offset > length - size) {
      throw new IndexOutOfBoundsException(
          "offset=%d, expected %d bytes within %d".formatted(offset, size, length));
    }
    return offset;
  }
}
