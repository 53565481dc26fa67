package io.acswatch.wire;

import static io.acswatch.wire.FactsLayout.*;

import java.util.Arrays;

/**
 * The rows of packed facts with what repeats left out. A row is, of its thirty 16-bit words, a mask
 * of those that differ from the row before (of the first row, from zero), and these words:
 *
 * <pre>
 *   row before   0000 0000 00e1 1b36 000c 0400 ...
 *   row          0000 0000 00e2 1b36 000c 0400 ...      mask ..0000_0100, then 00e2
 * </pre>
 *
 * <p>Functions of one host are much alike: of 60 bytes about 24 remain. Equal rows give equal
 * bytes, so that facts are compared as they lie.
 */
final class FactsRows {
  private static final int WORD_BITS = 16;
  private static final int WORDS_OF_LONG = Long.BYTES / Short.BYTES;
  private static final int WORDS = ROW_LENGTH / Short.BYTES;
  private static final int LONGS = ROW_LENGTH / Long.BYTES;
  private static final int LAST = LONGS * Long.BYTES;
  private static final int MASK_LENGTH = Integer.BYTES;

  private FactsRows() {}

  /** Writes facts with whole rows to {@code out}, the rows shortened; the rest as it is. */
  static void shorten(FactsBuffer facts, FactsBuffer out) {
    int count = facts.i32(FUNCTIONS_AT);
    int end = HEADER_LENGTH + count * ROW_LENGTH;
    int at = out.append(HEADER_LENGTH + count * (MASK_LENGTH + ROW_LENGTH));
    System.arraycopy(facts.bytes(), 0, out.bytes(), at, HEADER_LENGTH);
    at += HEADER_LENGTH;
    for (int row = HEADER_LENGTH; row < end; row += ROW_LENGTH) {
      at = shorten(facts.bytes(), row, row == HEADER_LENGTH, out, at);
    }
    out.cutTo(at);
    int rest = out.append(facts.length() - end);
    System.arraycopy(facts.bytes(), end, out.bytes(), rest, facts.length() - end);
  }

  private static int shorten(byte[] facts, int row, boolean first, FactsBuffer out, int maskAt) {
    int mask = 0;
    int at = maskAt + MASK_LENGTH;
    for (int i = 0; i < LONGS; i++) {
      int from = row + i * Long.BYTES;
      long now = FactsBuffer.i64(facts, from);
      long different = first ? now : now ^ FactsBuffer.i64(facts, from - ROW_LENGTH);
      while (different != 0) {
        int word = Long.numberOfTrailingZeros(different) / WORD_BITS;
        out.u16(at, (int) (now >>> word * WORD_BITS));
        at += Short.BYTES;
        mask |= 1 << i * WORDS_OF_LONG + word;
        different &= ~(0xFFFFL << word * WORD_BITS);
      }
    }
    for (int from = row + LAST; from < row + ROW_LENGTH; from += Short.BYTES) {
      int now = FactsBuffer.u16(facts, from);
      if (now != (first ? 0 : FactsBuffer.u16(facts, from - ROW_LENGTH))) {
        out.u16(at, now);
        at += Short.BYTES;
        mask |= 1 << (from - row) / Short.BYTES;
      }
    }
    out.i32(maskAt, mask);
    return at;
  }

  /**
   * The opposite: facts with whole rows.
   *
   * @throws IllegalArgumentException if they are damaged
   */
  static byte[] lengthen(byte[] bytes, int offset, int length) {
    if (length < HEADER_LENGTH) {
      throw new IllegalArgumentException("facts=" + length + " bytes, expected " + HEADER_LENGTH);
    }
    int count = FactsBuffer.i32(bytes, offset + FUNCTIONS_AT);
    int end = offset + length;
    int at = offset + HEADER_LENGTH;
    if (count < 0 || count > (end - at) / MASK_LENGTH) {
      throw new IllegalArgumentException(
          "functions=" + count + " in " + length + " bytes of facts");
    }
    byte[] facts = Arrays.copyOfRange(bytes, offset, offset + HEADER_LENGTH + count * ROW_LENGTH);
    for (int row = HEADER_LENGTH; row < facts.length; row += ROW_LENGTH) {
      at = lengthen(bytes, at, end, facts, row);
    }
    byte[] whole = Arrays.copyOf(facts, facts.length + end - at);
    System.arraycopy(bytes, at, whole, facts.length, end - at);
    return whole;
  }

  private static int lengthen(byte[] bytes, int maskAt, int end, byte[] facts, int row) {
    int mask = maskAt + MASK_LENGTH > end ? -1 : FactsBuffer.i32(bytes, maskAt);
    int at = maskAt + MASK_LENGTH;
    if (mask >>> WORDS != 0 || at + Integer.bitCount(mask) * Short.BYTES > end) {
      throw new IllegalArgumentException("a row of the facts is cut short or has too many words");
    }
    if (row == HEADER_LENGTH) {
      Arrays.fill(facts, row, row + ROW_LENGTH, (byte) 0);
    } else {
      System.arraycopy(facts, row - ROW_LENGTH, facts, row, ROW_LENGTH);
    }
    for (int left = mask; left != 0; left &= left - 1) {
      int to = row + Integer.numberOfTrailingZeros(left) * Short.BYTES;
      facts[to] = bytes[at++];
      facts[to + 1] = bytes[at++];
    }
    return at;
  }
}
