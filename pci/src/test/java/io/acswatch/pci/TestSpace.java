package io.acswatch.pci;

import io.acswatch.pci.config.ArrayConfigSpace;

/** Builds configuration spaces for tests, register by register. */
public final class TestSpace {
  private final byte[] bytes;

  private TestSpace(int length) {
    bytes = new byte[length];
  }

  /** A PCI Express function of 4096 bytes with this type nibble; its capability stands at 0x40. */
  public static TestSpace pcie(int typeNibble) {
    return new TestSpace(4096)
        .u16(0x00, 0x1AF4)
        .u16(0x02, 0x1000)
        .u16(0x06, 0x0010)
        .u8(0x34, 0x40)
        .u8(0x40, 0x10)
        .u16(0x42, typeNibble << 4 | 2);
  }

  /** A conventional function of 256 bytes without capabilities. */
  public static TestSpace conventional() {
    return new TestSpace(256).u16(0x00, 0x1AF4).u16(0x02, 0x1000);
  }

  /** An empty space. */
  public static TestSpace zeros(int length) {
    return new TestSpace(length);
  }

  /** Sets a byte. */
  public TestSpace u8(int offset, int value) {
    bytes[offset] = (byte) value;
    return this;
  }

  /** Sets two bytes. */
  public TestSpace u16(int offset, int value) {
    return u8(offset, value).u8(offset + 1, value >>> 8);
  }

  /** Sets four bytes. */
  public TestSpace u32(int offset, int value) {
    return u16(offset, value).u16(offset + 2, value >>> 16);
  }

  /** Fills from an offset to the end. */
  public TestSpace fill(int from, int value) {
    for (int i = from; i < bytes.length; i++) {
      u8(i, value);
    }
    return this;
  }

  /** Puts an extended capability header. */
  public TestSpace extended(int offset, int id, int next) {
    return u32(offset, id | 1 << 16 | next << 20);
  }

  /** The bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The space. */
  public ArrayConfigSpace space() {
    return new ArrayConfigSpace(bytes());
  }
}
