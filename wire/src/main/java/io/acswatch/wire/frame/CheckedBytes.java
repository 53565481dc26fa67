package io.acswatch.wire.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.BufferUnderflowException;
import java.nio.ByteOrder;
import java.util.Objects;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.bytes.util.DecoratedBufferUnderflowException;
import net.openhft.chronicle.core.io.ReferenceChangeListener;
import net.openhft.chronicle.core.io.ReferenceOwner;

/**
 * Chronicle's {@link RandomDataInput} over a window of a byte array: little-endian, every access
 * checked against the window, nothing allocated, no reference counts. Offsets count from the start
 * of the window.
 *
 * <p>Chronicle's own wraps of a byte array allocate for each record, and its bare stores do not
 * check bounds: they give away neighbouring memory when a hostile offset is read. Rebindable: valid
 * until the next {@link #set}; keeps a reference to the caller's array, which must not change
 * meanwhile; not thread-safe.
 */
public final class CheckedBytes implements RandomDataInput {
  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);
  private static final byte[] NOTHING = new byte[0];

  private byte[] bytes = NOTHING;
  private int start;
  private int length;

  private static VarHandle view(Class<?> arrayType) {
    return MethodHandles.byteArrayViewVarHandle(arrayType, ByteOrder.LITTLE_ENDIAN);
  }

  /** Binds this view to {@code length} bytes of {@code bytes} from {@code start}. */
  public CheckedBytes set(byte[] bytes, int start, int length) {
    Objects.checkFromIndexSize(start, length, bytes.length);
    this.bytes = bytes;
    this.start = start;
    this.length = length;
    return this;
  }

  /** The array that is bound, for views of this package that check their own window of it. */
  byte[] array() {
    return bytes;
  }

  int arrayOffset() {
    return start;
  }

  private int index(long offset, int size) {
    if (offset < 0 || offset > (long) length - size) {
      throw underflow(offset, size);
    }
    return start + (int) offset;
  }

  private BufferUnderflowException underflow(long offset, int size) {
    return new DecoratedBufferUnderflowException(
        "offset=" + offset + ", length=" + length + ", expected room for " + size);
  }

  @Override
  public byte readByte(long offset) {
    return bytes[index(offset, Byte.BYTES)];
  }

  @Override
  public int peekUnsignedByte(long offset) {
    return offset < 0 || offset >= length ? -1 : readUnsignedByte(offset);
  }

  @Override
  public short readShort(long offset) {
    return (short) SHORT.get(bytes, index(offset, Short.BYTES));
  }

  /** Reads 24 bits; Chronicle's default takes the top byte from the wrong place. */
  @Override
  public int readUnsignedInt24(long offset) {
    index(offset, 3);
    return readUnsignedShort(offset) | readUnsignedByte(offset + 2) << 16;
  }

  @Override
  public int readInt(long offset) {
    return (int) INT.get(bytes, index(offset, Integer.BYTES));
  }

  @Override
  public long readLong(long offset) {
    return (long) LONG.get(bytes, index(offset, Long.BYTES));
  }

  @Override
  public float readFloat(long offset) {
    return Float.intBitsToFloat(readInt(offset));
  }

  @Override
  public double readDouble(long offset) {
    return Double.longBitsToDouble(readLong(offset));
  }

  /** Copies {@code size} bytes, all of which must lie in the window. */
  @Override
  public long read(long offset, byte[] target, int targetOffset, int size) {
    System.arraycopy(bytes, index(offset, size), target, targetOffset, size);
    return size;
  }

  // The array does not change while it is bound, so a volatile read is a read.

  @Override
  public byte readVolatileByte(long offset) {
    return readByte(offset);
  }

  @Override
  public short readVolatileShort(long offset) {
    return readShort(offset);
  }

  @Override
  public int readVolatileInt(long offset) {
    return readInt(offset);
  }

  @Override
  public long readVolatileLong(long offset) {
    return readLong(offset);
  }

  @Override
  public ByteOrder byteOrder() {
    return ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public long capacity() {
    return length;
  }

  @Override
  public long realCapacity() {
    return length;
  }

  @Override
  public long readLimit() {
    return length;
  }

  @Override
  public boolean isDirectMemory() {
    return false;
  }

  @Override
  public boolean sharedMemory() {
    return false;
  }

  @Override
  public int refCount() {
    return 1;
  }

  @Override
  public void reserve(ReferenceOwner owner) {
    // not counted
  }

  @Override
  public boolean tryReserve(ReferenceOwner owner) {
    return true;
  }

  @Override
  public void release(ReferenceOwner owner) {
    // not counted
  }

  @Override
  public void releaseLast(ReferenceOwner owner) {
    // not counted
  }

  @Override
  public void addReferenceChangeListener(ReferenceChangeListener listener) {
    // not counted, so there is nothing to hear
  }

  @Override
  public void removeReferenceChangeListener(ReferenceChangeListener listener) {
    // not counted, so there is nothing to hear
  }

  // Native addresses and unchecked or writable views are what this class keeps out.

  @Override
  public void nativeRead(long offset, long address, long size) {
    throw new UnsupportedOperationException("nativeRead of a heap view");
  }

  @Override
  public long addressForRead(long offset) {
    throw new UnsupportedOperationException("addressForRead of a heap view");
  }

  @Override
  public long addressForWrite(long offset) {
    throw new UnsupportedOperationException("addressForWrite of a read-only view");
  }

  @Override
  public long addressForWritePosition() {
    throw new UnsupportedOperationException("addressForWritePosition of a read-only view");
  }

  @Override
  public Bytes<?> bytesForRead() {
    throw new UnsupportedOperationException("bytesForRead of a rebindable view");
  }

  @Override
  public Bytes<?> bytesForWrite() {
    throw new UnsupportedOperationException("bytesForWrite of a read-only view");
  }
}
