package io.acswatch.benchmarks.walk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The search for ACS as it is written by hand over a byte array: what the guard compares with in
 * the same run. <b>Frozen</b>: never edited, not even to make it faster, for all recorded ratios
 * are ratios to this very code. Loops are met by counting hops; no bounds but the array's.
 */
public final class ReferenceWalk {
  private static final VarHandle U16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private ReferenceWalk() {}

  public static int controlOf(byte[] bytes, int start, int length) {
    if (((short) U16.get(bytes, start + 0x06) & 1 << 4) == 0) {
      return -1;
    }
    int at = bytes[start + 0x34] & 0xFC;
    boolean express = false;
    for (int hop = 0; hop < 48 && at >= 0x40; hop++) {
      if (bytes[start + at] == 0x10) {
        express = true;
        break;
      }
      at = bytes[start + at + 1] & 0xFC;
    }
    if (!express || length <= 0x100) {
      return -1;
    }
    at = 0x100;
    for (int hop = 0; hop < 480 && at >= 0x100; hop++) {
      int header = (int) U32.get(bytes, start + at);
      if (header == 0 || header == -1) {
        return -1;
      }
      if ((header & 0xFFFF) == 0x000D) {
        return (short) U16.get(bytes, start + at + 6) & 0xFFFF;
      }
      at = header >>> 20 & ~3;
    }
    return -1;
  }
}
