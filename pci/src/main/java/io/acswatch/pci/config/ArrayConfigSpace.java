package io.acswatch.pci.config;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * Dense configuration space over a byte array. Rebindable: valid until the next {@link #wrap},
 * keeps a reference to the caller's bytes, not thread-safe while being rebound.
 */
public final class ArrayConfigSpace implements ConfigSpace {
  private static final VarHandle U16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte[] NOTHING = new byte[0];

  private byte[] bytes = NOTHING;
  private int start;
  private int length;

  public ArrayConfigSpace() {}

  public ArrayConfigSpace(byte[] bytes) {
    wrap(bytes, 0, bytes.length);
  }

  /** Points this view at {@code length} bytes from {@code start}; at most 4096. */
  public ArrayConfigSpace wrap(byte[] bytes, int start, int length) {
    Objects.checkFromIndexSize(start, length, bytes.length);
    if (length > EXTENDED_LENGTH) {
      throw new IllegalArgumentException("length=" + length + ", expected at most 4096");
    }
    if (this.bytes != bytes) {
      this.bytes = bytes;
    }
    this.start = start;
    this.length = length;
    return this;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public int u8(int offset) {
    return bytes[start + ConfigSpace.within(offset, 1, length)] & 0xFF;
  }

  @Override
  public int u16(int offset) {
    return (short) U16.get(bytes, start + ConfigSpace.within(offset, 2, length)) & 0xFFFF;
  }

  @Override
  public int u32(int offset) {
    return (int) U32.get(bytes, start + ConfigSpace.within(offset, 4, length));
  }

  @Override
  public boolean hasSameBytesAs(ConfigSpace other) {
    return other instanceof ArrayConfigSpace array
        ? Arrays.equals(
            bytes, start, start + length, array.bytes, array.start, array.start + array.length)
        : ConfigSpace.super.hasSameBytesAs(other);
  }

  @Override
  public byte[] toByteArray() {
    return Arrays.copyOfRange(bytes, start, start + length);
  }
}
