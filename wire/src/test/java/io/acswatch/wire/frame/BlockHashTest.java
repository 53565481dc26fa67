package io.acswatch.wire.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The sums of blocks; the key is drawn anew for each run, so that each tries another one. */
class BlockHashTest {
  private static final int BITS = BlockHash.BLOCK_LENGTH * Byte.SIZE;

  private static String sum(byte[] bytes, int from) {
    byte[] sums = new byte[3 * BlockHash.SUM_LENGTH];
    BlockHash.sum(bytes, from, sums, BlockHash.SUM_LENGTH);
    return Arrays.toString(sums);
  }

  /** One lost bit is what this project is about, two are the next. */
  @Test
  void everyBitAndEveryPairOfNeighboursCounts() {
    byte[] block = new byte[BlockHash.BLOCK_LENGTH];
    new Random(3).nextBytes(block);
    Set<String> sums = new HashSet<>();
    sums.add(sum(block, 0));
    for (int bit = 0; bit < BITS; bit++) {
      turn(block, bit);
      sums.add(sum(block, 0));
      turn(block, (bit + 1) % BITS);
      sums.add(sum(block, 0));
      turn(block, bit);
      turn(block, (bit + 1) % BITS);
    }
    assertEquals(1 + 2 * BITS, sums.size());
  }

  private static void turn(byte[] block, int bit) {
    int at = bit / Byte.SIZE;
    block[at] = (byte) (block[at] ^ 1 << bit % Byte.SIZE);
  }

  @Test
  void blocksOfZerosAndOfOnesDiffer() {
    byte[] zeros = new byte[BlockHash.BLOCK_LENGTH];
    byte[] ones = new byte[BlockHash.BLOCK_LENGTH];
    Arrays.fill(ones, (byte) 0xFF);
    assertEquals(2, Set.of(sum(zeros, 0), sum(ones, 0)).size());
  }

  @Test
  void readsItsBlockAndNoMore() {
    byte[] bytes = new byte[BlockHash.BLOCK_LENGTH + 16];
    new Random(4).nextBytes(bytes);
    String before = sum(bytes, 8);
    bytes[7]++;
    bytes[BlockHash.BLOCK_LENGTH + 8]++;
    assertEquals(before, sum(bytes, 8));
    assertThrows(IndexOutOfBoundsException.class, () -> sum(bytes, 17));
    assertThrows(IndexOutOfBoundsException.class, () -> sum(bytes, -1));
  }
}
