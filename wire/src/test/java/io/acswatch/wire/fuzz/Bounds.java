package io.acswatch.wire.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.acswatch.wire.InputException;
import java.lang.management.ManagementFactory;

/** Holds the reading of one input to its bounds: memory, time, and the one exception allowed. */
final class Bounds {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long FIXED_BYTES = 16L << 20;
  private static final long BYTES_PER_INPUT_BYTE = 20_000;
  private static final long MAX_NANOS = 10_000_000_000L;

  /** Reads an input. */
  interface Reading {
    void read() throws InputException;
  }

  private Bounds() {}

  /** Fails if reading {@code length} bytes takes more than it may or throws anything else. */
  static void hold(int length, Reading reading) {
    long allowed = FIXED_BYTES + BYTES_PER_INPUT_BYTE * length;
    // The first time includes the loading of classes, and under Jazzer their instrumentation.
    if (allocated(length, reading) >= allowed) {
      long allocated = allocated(length, reading);
      assertTrue(allocated < allowed, () -> "allocated=" + allocated + " for " + length + " bytes");
    }
  }

  private static long allocated(int length, Reading reading) {
    long bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    try {
      reading.read();
    } catch (InputException refused) {
      assertTrue(refused.getMessage().lines().count() == 1, refused::getMessage);
    }
    long nanos = System.nanoTime() - start;
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - bytesBefore;
    assertTrue(nanos < MAX_NANOS, () -> "nanos=" + nanos + " for " + length + " bytes");
    return allocated;
  }
}
