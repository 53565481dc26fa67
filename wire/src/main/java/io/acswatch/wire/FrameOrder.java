package io.acswatch.wire;

import static io.acswatch.wire.FrameLayout.*;

import java.util.Arrays;

/**
 * The functions of a frame, which stand in order of address, in the order of the snapshot: as the
 * scan order says, then what it does not name, VFs last. Reused; allocates only to grow.
 */
final class FrameOrder {
  static final int NONE = -1;

  private final FrameSections frame;
  private int[] rowOf = new int[64];
  private int[] functionOf = new int[64];
  private int rows;

  FrameOrder(FrameSections frame) {
    this.frame = frame;
  }

  /** Orders the functions of the frame that is bound. */
  void order() {
    int count = frame.functionCount;
    if (rowOf.length < count) {
      rowOf = new int[Math.max(count, 2 * rowOf.length)];
      functionOf = new int[rowOf.length];
    }
    Arrays.fill(rowOf, 0, count, NONE);
    rows = 0;
    int last = NONE;
    for (int i = 0; i < frame.scanCount; i++) {
      int entry = frame.scanEntryAt(i);
      int found = find(frame.i32(entry), frame.u16(entry + Integer.BYTES), last + 1);
      if (found != NONE) {
        last = found;
        if (rowOf[found] == NONE) {
          give(found);
        }
      }
    }
    giveTheRest(false);
    giveTheRest(true);
  }

  private void giveTheRest(boolean virtual) {
    for (int i = 0; rows < frame.functionCount && i < frame.functionCount; i++) {
      if (rowOf[i] == NONE && isVirtual(i) == virtual) {
        give(i);
      }
    }
  }

  private void give(int function) {
    rowOf[function] = rows;
    functionOf[rows++] = function;
  }

  boolean isVirtual(int function) {
    return (frame.u8(frame.functionAt(function) + FUNCTION_FLAGS_AT) & HAS_PHYSFN) != 0;
  }

  int rowOf(int function) {
    return rowOf[function];
  }

  int functionOf(int row) {
    return functionOf[row];
  }

  /** The function with this address, or {@link #NONE}; {@code guess} is looked at first. */
  int find(int domain, int requesterId, int guess) {
    long wanted = (long) domain << 16 | requesterId;
    if (guess < frame.functionCount && addressOf(guess) == wanted) {
      return guess;
    }
    int from = 0;
    int to = frame.functionCount - 1;
    while (from <= to) {
      int middle = from + to >>> 1;
      long address = addressOf(middle);
      if (address == wanted) {
        return middle;
      }
      if (address < wanted) {
        from = middle + 1;
      } else {
        to = middle - 1;
      }
    }
    return NONE;
  }

  private long addressOf(int function) {
    int entry = frame.functionAt(function);
    return (long) frame.i32(entry + DOMAIN_AT) << 16 | frame.u16(entry + REQUESTER_ID_AT);
  }
}
