package io.acswatch.benchmarks.jmh;

import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.frame.FrameReader;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How benchmarks of what comes of a frame are run; times are per function. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public abstract class FrameBenchmark {
  /** Reads every frame of the benchmark, as the application's does. */
  final FrameReader reader = new FrameReader();

  final Snapshot decoded(byte[] frame) {
    if (reader.wrap(frame) != null) {
      throw new IllegalStateException("the frame is refused");
    }
    return reader.toSnapshot();
  }
}
