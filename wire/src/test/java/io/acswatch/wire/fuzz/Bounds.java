package io.acswatch.wire.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.acswatch.wire.InputException;
import java.lang.management.ManagementFactory;

/**
 * Holds the reading of one input to its bounds: memory, CPU time, and the one exception allowed.
 */
final class Bounds {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long FIXED_BYTES = 16L << 20;
  private static final long BYTES_PER_INPUT_BYTE = 20_000;
  private static final long MAX_CPU_NANOS = 10_000_000_000L;

  /** Reads an input. */
  interface Reading {
    void read() throws InputException;
  }

  private Bounds() {}

  /** Fails if reading {@code length} bytes takes more than it may or throws anything else. */
  static void hold(int length, Reading reading) {
    // The first time includes the loading of classes, and under Jazzer their instrumentation.
    String excess = excess(length, reading);
    if (!excess.isEmpty()) {
      excess = excess(length, reading);
    }
    assertEquals("", excess);
  }

  /** What was too much for an input of this length; empty if nothing was. */
  private static String excess(int length, Reading reading) {
    long bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
    long cpuBefore = THREADS.getCurrentThreadCpuTime();
    try {
      reading.read();
    } catch (InputException refused) {
      assertTrue(refused.getMessage().lines().count() == 1, refused::getMessage);
    }
    long nanos = THREADS.getCurrentThreadCpuTime() - cpuBefore;
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - bytesBefore;
    return nanos < MAX_CPU_NANOS && allocated < FIXED_BYTES + BYTES_PER_INPUT_BYTE * length
        ? ""
        : "%d ns of CPU, %d bytes allocated for %d bytes".formatted(nanos, allocated, length);
  }
}
