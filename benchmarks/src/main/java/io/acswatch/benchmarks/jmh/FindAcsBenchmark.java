package io.acswatch.benchmarks.jmh;

import io.acswatch.benchmarks.walk.AcsWalk;
import io.acswatch.benchmarks.walk.BufferAcsWalk;
import io.acswatch.benchmarks.walk.Corpus;
import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.wire.FrameReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time to find ACS in one function, per function: in a byte array (the baseline), in place in a
 * frame, and by hand in a {@link ByteBuffer}. The functions stay in the caches.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class FindAcsBenchmark {
  @Param({Corpus.NORMAL, Corpus.LOOPED})
  String lists;

  private final ArrayConfigSpace view = new ArrayConfigSpace();
  private final FrameReader reader = new FrameReader();
  private byte[][] arrays;
  private ByteBuffer[] buffers;
  private int functions;

  /** Loads the functions, and refuses to measure a wrong answer. */
  @Setup
  public void setUp() {
    Corpus corpus = Corpus.load(lists);
    List<byte[]> dense = corpus.dense();
    functions = dense.size();
    arrays = dense.toArray(new byte[0][]);
    buffers =
        dense.stream()
            .map(bytes -> ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN))
            .toArray(ByteBuffer[]::new);
    if (reader.wrap(corpus.frame()) != null) {
      throw new IllegalStateException("the frame is refused");
    }
    check("byteArray", byteArray());
    check("frameInPlace", frameInPlace());
    check("byteBuffer", byteBuffer());
  }

  /** A number for a wrong answer is worth nothing. */
  private void check(String what, int sum) {
    int expected = Corpus.SUM_OF_CONTROLS + (functions - Corpus.WITH_ACS) * AcsWalk.NONE;
    if (functions != Corpus.FUNCTIONS || sum != expected) {
      throw new IllegalStateException(
          "%s, lists=%s: sum=%d, expected %d".formatted(what, lists, sum, expected));
    }
  }

  /** Dense bytes, one view bound anew to each function. */
  @Benchmark
  @OperationsPerInvocation(Corpus.FUNCTIONS)
  public int byteArray() {
    int sum = 0;
    for (byte[] bytes : arrays) {
      sum += AcsWalk.controlOf(view.wrap(bytes, 0, bytes.length));
    }
    return sum;
  }

  /** The lines of a frame, where they lie. */
  @Benchmark
  @OperationsPerInvocation(Corpus.FUNCTIONS)
  public int frameInPlace() {
    int sum = 0;
    for (int i = 0; i < functions; i++) {
      sum += AcsWalk.controlOf(reader.function(i).config());
    }
    return sum;
  }

  /** Dense bytes, walked by hand. */
  @Benchmark
  @OperationsPerInvocation(Corpus.FUNCTIONS)
  public int byteBuffer() {
    int sum = 0;
    for (ByteBuffer buffer : buffers) {
      sum += BufferAcsWalk.controlOf(buffer);
    }
    return sum;
  }
}
