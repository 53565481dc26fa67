package io.acswatch.wire.frame;

import net.openhft.chronicle.bytes.RandomDataInput;

/** Checks UTF-8 in place, without allocating. Source: RFC 3629 §4. */
final class Utf8 {
  private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

  private Utf8() {}

  /** Offset of the first byte that is not well-formed UTF-8, -1 if all from..to are. */
  static long firstFault(RandomDataInput input, long from, long to) {
    long at = from;
    while (at < to) {
      if (to - at >= Long.BYTES && (input.readLong(at) & NOT_ASCII) == 0) {
        at += Long.BYTES;
        continue;
      }
      int lead = input.readUnsignedByte(at);
      int length = lead < 0x80 ? 1 : sequenceLength(lead);
      if (length == 0 || length > to - at || !isSequence(input, at, lead, length)) {
        return at;
      }
      at += length;
    }
    return -1;
  }

  /** True if all bytes are ASCII, which is well-formed wherever it is cut. */
  static boolean isAscii(RandomDataInput input, long from, long to) {
    long at = from;
    long bits = 0;
    for (; to - at >= Long.BYTES; at += Long.BYTES) {
      bits |= input.readLong(at);
    }
    for (; at < to; at++) {
      bits |= input.readByte(at);
    }
    return (bits & NOT_ASCII) == 0;
  }

  private static int sequenceLength(int lead) {
    if (lead < 0xC2 || lead > 0xF4) {
      return 0;
    }
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  }

  private static boolean isSequence(RandomDataInput input, long at, int lead, int length) {
    for (int i = 1; i < length; i++) {
      int next = input.readUnsignedByte(at + i);
      // The second byte also rules out overlong forms, surrogates and what lies beyond U+10FFFF.
      int lowest = i > 1 ? 0x80 : lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
      int highest = i > 1 ? 0xBF : lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
      if (next < lowest || next > highest) {
        return false;
      }
    }
    return true;
  }
}
