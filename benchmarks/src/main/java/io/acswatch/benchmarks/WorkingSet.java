package io.acswatch.benchmarks;

import io.acswatch.pci.config.ArrayConfigSpace;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * The functions of the corpus over and over, each 4096 bytes of its own, in one array: what the
 * walks of every language go through, in the same order.
 */
public final class WorkingSet {
  /** Bytes of each function; a shorter one is followed by zeros. */
  public static final int STRIDE = 4096;

  private static final int TOUCHED_AHEAD = 64;

  private final byte[] bytes;
  private final int[] starts;
  private final int[] lengths;

  /** So many functions; {@code shuffled}: visited in an order that no prefetcher foresees. */
  public WorkingSet(int functions, boolean shuffled) {
    byte[][] dense = Corpus.load(Corpus.NORMAL).dense().toArray(new byte[0][]);
    bytes = new byte[Math.multiplyExact(functions, STRIDE)];
    starts = new int[functions];
    lengths = new int[functions];
    for (int i = 0; i < functions; i++) {
      byte[] one = dense[i % dense.length];
      System.arraycopy(one, 0, bytes, i * STRIDE, one.length);
      starts[i] = i * STRIDE;
      lengths[i] = one.length;
    }
    if (shuffled) {
      shuffle(new SplittableRandom(1));
    }
  }

  private void shuffle(SplittableRandom random) {
    for (int i = starts.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int start = starts[i];
      int length = lengths[i];
      starts[i] = starts[j];
      lengths[i] = lengths[j];
      starts[j] = start;
      lengths[j] = length;
    }
  }

  /** Functions in it. */
  public int functions() {
    return starts.length;
  }

  /** The array that all functions lie in. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where the function that is visited as number {@code i} begins. */
  public int start(int i) {
    return starts[i];
  }

  /** Bytes that were read of it. */
  public int length(int i) {
    return lengths[i];
  }

  /** Sum of all ACS Control words, {@link AcsWalk#NONE} where there is none. */
  public long expected() {
    long sum = 0;
    ArrayConfigSpace view = new ArrayConfigSpace();
    for (int i = 0; i < starts.length; i++) {
      sum += AcsWalk.controlOf(view.wrap(bytes, starts[i], lengths[i]));
    }
    return sum;
  }

  /** Our walk, one function after the other. */
  public long walk(ArrayConfigSpace view) {
    long sum = 0;
    for (int i = 0; i < starts.length; i++) {
      sum += AcsWalk.controlOf(view.wrap(bytes, starts[i], lengths[i]));
    }
    return sum;
  }

  /**
   * The same, 64 functions at a time: first lines of all of them are touched, which do not wait for
   * each other, then they are walked. A walk by itself waits for each line that it jumps to.
   */
  public long walkTouchingAhead(ArrayConfigSpace view) {
    long sum = 0;
    int touched = 0;
    for (int from = 0; from < starts.length; from += TOUCHED_AHEAD) {
      int to = Math.min(starts.length, from + TOUCHED_AHEAD);
      for (int i = from; i < to; i++) {
        touched ^= touch(starts[i], lengths[i]);
      }
      for (int i = from; i < to; i++) {
        sum += AcsWalk.controlOf(view.wrap(bytes, starts[i], lengths[i]));
      }
    }
    return touched == 42 ? sum + (touched >>> 6) : sum; // nothing is added: 42 >>> 6 is 0
  }

  /** Header, the middle of the standard list, and where most extended lists are. */
  private int touch(int start, int length) {
    int touched = bytes[start] ^ bytes[start + 0x40] ^ bytes[start + 0x80];
    return length > 0x200 ? touched ^ bytes[start + 0x100] ^ bytes[start + 0x140] : touched;
  }

  /** Writes it for the walk in C: two dwords (functions, stride), starts, lengths, bytes. */
  public void write(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      ByteBuffer head = ByteBuffer.allocate(8 + 8 * starts.length).order(ByteOrder.LITTLE_ENDIAN);
      head.putInt(starts.length).putInt(STRIDE);
      for (int start : starts) {
        head.putInt(start);
      }
      for (int length : lengths) {
        head.putInt(length);
      }
      out.write(head.array());
      out.write(bytes);
    }
  }
}
