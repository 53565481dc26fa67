package io.acswatch.wire.facts;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Reads what {@link PackedOutput} packed. Damaged bytes give an IllegalArgumentException or an
 * IndexOutOfBoundsException.
 */
public final class PackedInput {
  private final byte[] bytes;
  private final int end;
  private final String[] strings;
  private int at;

  /** Takes what lies in {@code length} bytes from {@code offset}. */
  public PackedInput(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    this.bytes = bytes;
    at = offset;
    end = offset + length;
    strings = new String[count(1)];
    for (int i = 0; i < strings.length; i++) {
      int size = count(1);
      strings[i] = new String(bytes, at, size, StandardCharsets.UTF_8);
      at += size;
    }
  }

  public long number() {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE && at < end; shift += 7) {
      byte next = bytes[at++];
      number |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return number;
      }
    }
    throw new IllegalArgumentException("a number of the facts does not end");
  }

  public String string() {
    return string(number());
  }

  String string(long number) {
    return strings[(int) number];
  }

  /** Refuses a count that the bytes left cannot hold, before anything is allocated for it. */
  public int count(int lengthOfEach) {
    long count = number();
    if (count < 0 || count > (end - at) / lengthOfEach) {
      throw new IllegalArgumentException(
          "count=%d in %d bytes of the facts".formatted(count, end - at));
    }
    return (int) count;
  }

  void copy(byte[] into, int offset, int count) {
    System.arraycopy(bytes, at, into, offset, count);
    at += count;
  }

  /** Refuses what lies after the end. */
  public void close() {
    if (at != end) {
      throw new IllegalArgumentException(end - at + " bytes after the facts");
    }
  }
}
