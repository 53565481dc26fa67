package io.acswatch.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Little-endian bytes that are written at any place and grow; kept from one use to the next. */
final class FactsBuffer {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = new byte[4096];
  private int length;

  /** The bytes; of these {@link #length} count. */
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
  }

  /** Takes back what was appended last. */
  void cutTo(int newLength) {
    length = newLength;
  }

  /** Makes room for more bytes, whose content is not defined; returns where they begin. */
  int append(int count) {
    int at = length;
    long needed = (long) at + count;
    if (needed > bytes.length) {
      long roomy = Math.max(needed, Math.min(2L * bytes.length, Integer.MAX_VALUE - 8));
      bytes = Arrays.copyOf(bytes, Math.toIntExact(roomy));
    }
    length = (int) needed;
    return at;
  }

  void append(FactsBuffer other) {
    int at = append(other.length);
    System.arraycopy(other.bytes, 0, bytes, at, other.length);
  }

  void append(byte[] source) {
    int at = append(source.length);
    System.arraycopy(source, 0, bytes, at, source.length);
  }

  void appendByte(int value) {
    int at = append(1);
    bytes[at] = (byte) value;
  }

  void u8(int at, int value) {
    bytes[at] = (byte) value;
  }

  void u16(int at, int value) {
    SHORT.set(bytes, at, (short) value);
  }

  void i32(int at, int value) {
    INT.set(bytes, at, value);
  }

  void i64(int at, long value) {
    LONG.set(bytes, at, value);
  }

  int u8(int at) {
    return bytes[at] & 0xFF;
  }

  int u16(int at) {
    return u16(bytes, at);
  }

  int i32(int at) {
    return i32(bytes, at);
  }

  static int u16(byte[] bytes, int at) {
    return (short) SHORT.get(bytes, at) & 0xFFFF;
  }

  static int i32(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  static long i64(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }
}
