package io.acswatch.benchmarks.jmh;

import io.acswatch.benchmarks.walk.AcsWalk;
import io.acswatch.benchmarks.walk.BufferAcsWalk;
import io.acswatch.benchmarks.walk.Corpus;
import io.acswatch.benchmarks.walk.ReferenceWalk;
import io.acswatch.pci.config.ArrayConfigSpace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
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
 * Time to find ACS in every function of a working set: 100 functions, which stay in the caches, and
 * 65 536 (256 MiB), which do not. The order of the functions is random, so that no prefetcher
 * foresees it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "-Xmx2g")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class WorkingSetBenchmark {
  private static final int STRIDE = 4096;

  @Param({"100", "65536"})
  int functions;

  private final ArrayConfigSpace view = new ArrayConfigSpace();
  private byte[] bytes;
  private int[] starts;
  private int[] lengths;
  private ByteBuffer[] buffers;

  /** Makes the set, and refuses to measure a wrong answer. */
  @Setup
  public void setUp() {
    List<byte[]> dense = Corpus.load(Corpus.NORMAL).dense();
    bytes = new byte[Math.multiplyExact(functions, STRIDE)];
    starts = new int[functions];
    lengths = new int[functions];
    buffers = new ByteBuffer[functions];
    Integer[] places = new Integer[functions];
    Arrays.setAll(places, i -> i * STRIDE);
    Collections.shuffle(Arrays.asList(places), new Random(1));
    for (int i = 0; i < functions; i++) {
      byte[] one = dense.get(i % dense.size());
      starts[i] = places[i];
      lengths[i] = one.length;
      System.arraycopy(one, 0, bytes, starts[i], one.length);
      buffers[i] =
          ByteBuffer.wrap(bytes, starts[i], one.length).slice().order(ByteOrder.LITTLE_ENDIAN);
    }
    long expected = walk();
    if (byteArray() != expected || byteBuffer() != expected) {
      throw new IllegalStateException("functions=" + functions + ": the walks disagree");
    }
  }

  /** Ours. */
  @Benchmark
  public long walk() {
    long sum = 0;
    for (int i = 0; i < functions; i++) {
      sum += AcsWalk.controlOf(view.wrap(bytes, starts[i], lengths[i]));
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

  /** By hand over ByteBuffers. */
  @Benchmark
  public long byteBuffer() {
    long sum = 0;
    for (ByteBuffer buffer : buffers) {
      sum += BufferAcsWalk.controlOf(buffer);
    }
    return sum;
  }
}
