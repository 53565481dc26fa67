package io.acswatch.benchmarks.jmh;

import io.acswatch.benchmarks.walk.AcsWalk;
import io.acswatch.benchmarks.walk.Corpus;
import io.acswatch.benchmarks.walk.ReferenceWalk;
import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.wire.frame.FrameReader;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time to find ACS in every function of a set: 100 functions, which stay in the caches, and 65 600
 * (260 MiB), which do not. They lie in one array, 4 KiB each, in an order that no prefetcher
 * foresees; and in frames of 100, where they are read in place.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = "-Xmx2g")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class FindAcsBenchmark {
  private static final int STRIDE = 4096;

  @Param({"100", "65600"})
  int functions;

  private final ArrayConfigSpace view = new ArrayConfigSpace();
  private byte[] bytes;
  private int[] starts;
  private int[] lengths;
  private FrameReader[] frames;

  /** Makes the set, and refuses to measure a wrong answer. */
  @Setup
  public void setUp() {
    Corpus corpus = Corpus.load();
    bytes = new byte[Math.multiplyExact(functions, STRIDE)];
    starts = new int[functions];
    lengths = new int[functions];
    frames = new FrameReader[functions / Corpus.FUNCTIONS];
    Integer[] places = new Integer[functions];
    Arrays.setAll(places, i -> i * STRIDE);
    Collections.shuffle(Arrays.asList(places), new Random(1));
    for (int i = 0; i < functions; i++) {
      byte[] one = corpus.dense().get(i % Corpus.FUNCTIONS);
      starts[i] = places[i];
      lengths[i] = one.length;
      System.arraycopy(one, 0, bytes, starts[i], one.length);
    }
    for (int i = 0; i < frames.length; i++) {
      frames[i] = new FrameReader();
      frames[i].wrap(corpus.frame().clone());
    }
    check("dense", dense());
    check("frameInPlace", frameInPlace());
    check("byteArray", byteArray());
  }

  private void check(String walk, long sum) {
    long expected = (long) functions / Corpus.FUNCTIONS * Corpus.SUM_OF_ANSWERS;
    if (sum != expected) {
      throw new IllegalStateException(
          "%s, functions=%d: sum=%d, expected %d".formatted(walk, functions, sum, expected));
    }
  }

  /** Ours over dense bytes, one view bound anew to each function. */
  @Benchmark
  public long dense() {
    long sum = 0;
    for (int i = 0; i < functions; i++) {
      sum += AcsWalk.controlOf(view.wrap(bytes, starts[i], lengths[i]));
    }
    return sum;
  }

  /** Ours over the lines of frames, where they lie. */
  @Benchmark
  public long frameInPlace() {
    long sum = 0;
    for (FrameReader frame : frames) {
      for (int i = 0; i < Corpus.FUNCTIONS; i++) {
        sum += AcsWalk.controlOf(frame.function(i).config());
      }
    }
    return sum;
  }

  /** By hand over a byte array, with VarHandles. */
  @Benchmark
  public long byteArray() {
    long sum = 0;
    for (int i = 0; i < functions; i++) {
      sum += ReferenceWalk.controlOf(bytes, starts[i], lengths[i]);
    }
    return sum;
  }
}
