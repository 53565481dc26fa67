package io.acswatch.wire;

import java.util.Arrays;

/**
 * String table of packed facts in the making: numbers the strings of a frame anew, in the order in
 * which they are asked for. Reused; allocates only to grow.
 */
final class FactsStrings {
  private static final int NOT_YET = -1;

  private final FrameSections frame;
  private final FactsBuffer texts = new FactsBuffer();
  private final FactsBuffer ends = new FactsBuffer();
  private int[] numberOf = new int[64];
  private int count;

  FactsStrings(FrameSections frame) {
    this.frame = frame;
  }

  /** Begins anew, for the frame that is bound. */
  void clear() {
    if (numberOf.length < frame.stringCount) {
      numberOf = new int[Math.max(frame.stringCount, 2 * numberOf.length)];
    }
    Arrays.fill(numberOf, 0, frame.stringCount, NOT_YET);
    texts.clear();
    ends.clear();
    count = 0;
  }

  /** The number here of a string that has {@code number} in the frame. */
  int ofFrame(int number) {
    int known = numberOf[number];
    if (known != NOT_YET) {
      return known;
    }
    int start = frame.stringStart(number);
    int length = frame.stringEnd(number) - start;
    int at = texts.append(length);
    frame.input.read(frame.base + frame.stringBytesAt + start, texts.bytes(), at, length);
    int fresh = end();
    numberOf[number] = fresh;
    return fresh;
  }

  /** Where a text is written that is not one of the frame's; {@link #end} ends it. */
  FactsBuffer texts() {
    return texts;
  }

  /** Ends the text that was written last; returns its number. */
  int end() {
    ends.i32(ends.append(Integer.BYTES), texts.length());
    return count++;
  }

  /** Takes back what was written since the last end. */
  void forget() {
    int length = count == 0 ? 0 : ends.i32((count - 1) * Integer.BYTES);
    texts.clear();
    texts.append(length);
  }

  int count() {
    return count;
  }

  int byteCount() {
    return texts.length();
  }

  /** Appends the ends and the bytes of all strings. */
  void appendTo(FactsBuffer out) {
    out.append(ends);
    out.append(texts);
  }
}
