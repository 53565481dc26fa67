package io.acswatch.benchmarks.walk;

import java.nio.ByteBuffer;

/**
 * The rival: the same search as it is written by hand over a little-endian {@link ByteBuffer}.
 * Loops are met by counting hops, so a looped list without ACS costs all of them. Any bytes give an
 * answer, as of ours: pointers are compared with the limit before they are followed.
 */
public final class BufferAcsWalk {
  private static final int STATUS = 0x06;
  private static final int CAPABILITY_LIST = 1 << 4;
  private static final int FIRST_POINTER = 0x34;
  private static final int PCI_EXPRESS = 0x10;
  private static final int FIRST_EXTENDED = 0x100;
  private static final int ACS = 0x000D;
  private static final int ACS_CONTROL = 6;
  private static final int ACS_LENGTH = 8;
  private static final int STANDARD_HOPS = 48;
  private static final int EXTENDED_HOPS = 480;

  private BufferAcsWalk() {}

  /** The ACS Control word, or {@link AcsWalk#NONE}. */
  public static int controlOf(ByteBuffer config) {
    if (!hasPciExpress(config) || config.limit() <= FIRST_EXTENDED) {
      return AcsWalk.NONE;
    }
    int offset = FIRST_EXTENDED;
    int last = config.limit() - Integer.BYTES;
    for (int hop = 0; hop < EXTENDED_HOPS && offset >= FIRST_EXTENDED && offset <= last; hop++) {
      int header = config.getInt(offset);
      if (header == 0 || header == -1) {
        return AcsWalk.NONE;
      }
      if ((header & 0xFFFF) == ACS) {
        return offset > config.limit() - ACS_LENGTH
            ? AcsWalk.NONE
            : config.getShort(offset + ACS_CONTROL) & 0xFFFF;
      }
      offset = header >>> 20 & ~3;
    }
    return AcsWalk.NONE;
  }

  private static boolean hasPciExpress(ByteBuffer config) {
    if (config.limit() < 64 || (config.getShort(STATUS) & CAPABILITY_LIST) == 0) {
      return false;
    }
    int offset = config.get(FIRST_POINTER) & 0xFC;
    int last = config.limit() - Short.BYTES;
    for (int hop = 0; hop < STANDARD_HOPS && offset >= 0x40 && offset <= last; hop++) {
      if (config.get(offset) == PCI_EXPRESS) {
        return true;
      }
      offset = config.get(offset + 1) & 0xFC;
    }
    return false;
  }
}
