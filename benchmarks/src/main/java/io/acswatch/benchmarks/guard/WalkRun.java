package io.acswatch.benchmarks.guard;

import io.acswatch.benchmarks.BufferAcsWalk;
import io.acswatch.benchmarks.WorkingSet;
import io.acswatch.pci.config.ArrayConfigSpace;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * One JVM of {@code bench c}: prints nanoseconds of CPU for each function, and the answers' sum.
 */
final class WalkRun {
  private static final int ROUNDS = 5;

  private WalkRun() {}

  @FunctionalInterface
  private interface Walk {
    long pass();
  }

  /** Walk, functions, milliseconds of a round; the order is the shuffled one. */
  public static void main(String[] arguments) {
    int functions = Integer.parseInt(arguments[1]);
    long slice = Long.parseLong(arguments[2]) * 1_000_000;
    Walk walk = walk(arguments[0], new WorkingSet(functions, true));
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double[] nanos = new double[ROUNDS];
    long sum = 0;
    for (int round = -2; round < ROUNDS; round++) { // two to warm up
      long passes = 0;
      long began = threads.getCurrentThreadCpuTime();
      long used;
      do {
        sum = walk.pass();
        passes++;
        used = threads.getCurrentThreadCpuTime() - began;
      } while (used < slice);
      nanos[Math.max(0, round)] = (double) used / passes / functions;
    }
    System.out.println(String.format(Locale.ROOT, "%.2f %d", PairedRatio.median(nanos), sum));
  }

  private static Walk walk(String name, WorkingSet set) {
    ArrayConfigSpace view = new ArrayConfigSpace();
    return switch (name) {
      case "ours" -> () -> set.walk(view);
      case "ours, touching ahead" -> () -> set.walkTouchingAhead(view);
      case "byte[] and VarHandle" -> () -> byteArray(set);
      case "ByteBuffer" -> buffers(set);
      default -> throw new IllegalArgumentException("walk=" + name);
    };
  }

  private static long byteArray(WorkingSet set) {
    long sum = 0;
    for (int i = 0; i < set.functions(); i++) {
      sum += ReferenceWalk.controlOf(set.bytes(), set.start(i), set.length(i));
    }
    return sum;
  }

  private static Walk buffers(WorkingSet set) {
    ByteBuffer[] buffers = new ByteBuffer[set.functions()];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] =
          ByteBuffer.wrap(set.bytes(), set.start(i), set.length(i))
              .slice()
              .order(ByteOrder.LITTLE_ENDIAN);
    }
    return () -> {
      long sum = 0;
      for (ByteBuffer buffer : buffers) {
        sum += BufferAcsWalk.controlOf(buffer);
      }
      return sum;
    };
  }
}
