package io.acswatch.benchmarks;

import io.acswatch.benchmarks.guard.ReferenceWalk;
import io.acswatch.pci.config.ArrayConfigSpace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * Time to find ACS in each function of a working set, 100 functions (in the caches) and 65 536 (256
 * MiB, beyond them), in an order that no prefetcher foresees. Milliseconds for the whole set:
 * {@code bench c} gives nanoseconds per function, with the same walk in C beside it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "-Xmx2g")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class WorkingSetBenchmark {
  @Param({"100", "65536"})
  int functions;

  private final ArrayConfigSpace view = new ArrayConfigSpace();
  private WorkingSet set;
  private ByteBuffer[] buffers;

  /** Makes the set, and refuses to measure a wrong answer. */
  @Setup
  public void setUp() {
    set = new WorkingSet(functions, true);
    buffers = new ByteBuffer[functions];
    for (int i = 0; i < functions; i++) {
      buffers[i] =
          ByteBuffer.wrap(set.bytes(), set.start(i), set.length(i))
              .slice()
              .order(ByteOrder.LITTLE_ENDIAN);
    }
    long expected = set.expected();
    if (walk() != expected
        || walkTouchingAhead() != expected
        || byteArray() != expected
        || byteBuffer() != expected) {
      throw new IllegalStateException("functions=" + functions + ": the walks disagree");
    }
  }

  /** Ours. */
  @Benchmark
  public long walk() {
    return set.walk(view);
  }

  /** Ours, lines of 64 functions touched ahead. */
  @Benchmark
  public long walkTouchingAhead() {
    return set.walkTouchingAhead(view);
  }

  /** By hand over a byte array, with VarHandles. */
  @Benchmark
  public long byteArray() {
    long sum = 0;
    for (int i = 0; i < functions; i++) {
      sum += ReferenceWalk.controlOf(set.bytes(), set.start(i), set.length(i));
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
