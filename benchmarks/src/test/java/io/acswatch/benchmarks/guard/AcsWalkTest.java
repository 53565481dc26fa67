package io.acswatch.benchmarks.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.sun.management.ThreadMXBean;
import io.acswatch.benchmarks.walk.AcsWalk;
import io.acswatch.benchmarks.walk.Corpus;
import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.capability.CapabilityWalk;
import io.acswatch.pci.config.capability.WalkStep;
import io.acswatch.wire.frame.FrameReader;
import java.lang.management.ManagementFactory;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Guards of the walk that hold on the noisiest machine: exact numbers of reads, and no allocation.
 * A walk that does more work than it did fails here before anyone measures it.
 */
class AcsWalkTest {
  private static final int FIRST_POINTER = 0x34;
  private static final int FIRST_EXTENDED = 0x100;
  private static final int WARM_UP = 200;
  private static final int MEASURED = 100;
  private static final int ROUNDS = 3;

  // A loop of the standard list is left after as many hops as a list can have.
  @ParameterizedTest(name = "{0} lists: {1} reads, {2} lines")
  @CsvSource({"normal, 652, 368", "looped, 844, 368"})
  void readsExactlySoMuchOfAHundredFunctions(String lists, int reads, int lines) {
    int allReads = 0;
    int allLines = 0;
    for (byte[] bytes : corpus(lists).dense()) {
      CountingSpace counting = new CountingSpace(bytes);
      AcsWalk.controlOf(counting);
      allReads += counting.reads();
      allLines += counting.lines();
    }
    assertEquals(
        reads + " reads, " + lines + " lines", allReads + " reads, " + allLines + " lines");
  }

  @Test
  void meetsLoopsInOneCorpusOnly() {
    assertEquals("0 standard, 0 extended", loops("normal"));
    assertEquals("84 standard, 40 extended", loops("looped"));
  }

  private static String loops(String lists) {
    int standardLoops = 0;
    int extendedLoops = 0;
    for (byte[] bytes : corpus(lists).dense()) {
      ArrayConfigSpace space = new ArrayConfigSpace(bytes);
      CapabilityWalk standard = CapabilityWalk.standard().wrap(space);
      standardLoops += end(standard) == WalkStep.LOOPED ? 1 : 0;
      CapabilityWalk extended = CapabilityWalk.extended().wrap(space);
      extendedLoops += end(extended) == WalkStep.LOOPED ? 1 : 0;
    }
    return standardLoops + " standard, " + extendedLoops + " extended";
  }

  private static WalkStep end(CapabilityWalk walk) {
    WalkStep step;
    do {
      step = walk.advance();
    } while (step == WalkStep.CAPABILITY);
    return step;
  }

  @ParameterizedTest
  @ValueSource(strings = {"normal", "looped"})
  void allocatesNothing(String lists) {
    Corpus corpus = corpus(lists);
    byte[][] arrays = corpus.dense().toArray(new byte[0][]);
    ArrayConfigSpace view = new ArrayConfigSpace();
    FrameReader reader = new FrameReader();
    assertNull(reader.wrap(corpus.frame()));

    assertEquals(
        0,
        allocatedBy(
            () -> {
              int sum = 0;
              for (byte[] bytes : arrays) {
                sum += AcsWalk.controlOf(view.wrap(bytes, 0, bytes.length));
              }
              return sum;
            }),
        "bytes, dense");
    assertEquals(
        0,
        allocatedBy(
            () -> {
              int sum = 0;
              for (int i = 0; i < reader.functionCount(); i++) {
                sum += AcsWalk.controlOf(reader.function(i).config());
              }
              return sum;
            }),
        "bytes, in place");
  }

  /** Looped: the last entry of each list leads back to its first. */
  private static Corpus corpus(String lists) {
    return lists.equals("looped") ? Corpus.load(AcsWalkTest::looped) : Corpus.load();
  }

  private static byte[] looped(byte[] config) {
    ArrayConfigSpace space = new ArrayConfigSpace(config);
    CapabilityWalk standard = CapabilityWalk.standard().wrap(space);
    end(standard);
    if (standard.offset() != 0) {
      config[standard.offset() + 1] = config[FIRST_POINTER];
    }
    CapabilityWalk extended = CapabilityWalk.extended().wrap(space);
    end(extended);
    int last = extended.offset();
    if (last != 0) {
      config[last + 3] = (byte) (FIRST_EXTENDED >>> 4);
      config[last + 2] = (byte) (config[last + 2] & 0x0F | (FIRST_EXTENDED & 0xF) << 4);
    }
    return config;
  }

  /** Least of a few rounds: the compiler's own doings may fall into one of them. */
  private static long allocatedBy(IntSupplier action) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    long sum = 0;
    for (int i = 0; i < WARM_UP; i++) {
      sum += action.getAsInt();
    }
    for (int round = 0; round < ROUNDS; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < MEASURED; i++) {
        sum += action.getAsInt();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, sum % (WARM_UP + ROUNDS * MEASURED));
    return least;
  }
}
