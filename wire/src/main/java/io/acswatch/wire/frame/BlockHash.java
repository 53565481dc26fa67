package io.acswatch.wire.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Objects;

/**
 * NH, the first stage of UMAC (Black, Halevi, Krawczyk, Krovetz, Rogaway 1999; RFC 4418), with
 * words of 64 bits: a sum of products of a block's words, each added to a word of a secret key. It
 * makes 16 bytes of 1,024, several times as fast as a cryptographic hash.
 *
 * <p>Its strength is proven: whatever two blocks differ in, at most one in 2^62 keys gives them one
 * sum. (2^-64 is NH's own; the sum's halves are kept without the carry between them, and the words
 * are taken as signed, either of which doubles it at most.) The key is drawn at the start of the
 * process and never leaves it.
 */
final class BlockHash {
  static final int BLOCK_LENGTH = 1024;
  static final int SUM_LENGTH = 2 * Long.BYTES;

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long[] KEY = new long[BLOCK_LENGTH / Long.BYTES];

  static {
    SecureRandom random = new SecureRandom();
    for (int i = 0; i < KEY.length; i++) {
      KEY[i] = random.nextLong();
    }
  }

  private BlockHash() {}

  /** Writes the sum of the block that begins at {@code from} of {@code bytes} to {@code sums}. */
  static void sum(byte[] bytes, int from, byte[] sums, int to) {
    Objects.checkFromIndexSize(from, BLOCK_LENGTH, bytes.length);
    long low = 0;
    long high = 0;
    for (int i = 0; i < KEY.length; i += 2) {
      int at = from + i * Long.BYTES;
      long one = (long) WORDS.get(bytes, at) + KEY[i];
      long other = (long) WORDS.get(bytes, at + Long.BYTES) + KEY[i + 1];
      low += one * other;
      high += Math.multiplyHigh(one, other);
    }
    WORDS.set(sums, to, low);
    WORDS.set(sums, to + Long.BYTES, high);
  }
}
