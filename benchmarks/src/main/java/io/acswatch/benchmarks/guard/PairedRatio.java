package io.acswatch.benchmarks.guard;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.function.IntSupplier;

/**
 * How long one loop takes beside another, on a machine that is busy with other things: slices of
 * both alternate on one thread, each pair in the other order than the one before, and what counts
 * is the median of the ratios of their CPU times. What disturbs, disturbs both sides of a pair or
 * makes an outlier.
 */
final class PairedRatio {
  private static final long SLICE_NANOS = 300_000;
  private static final int CALIBRATIONS = 15;
  private static final long WARM_UP_NANOS = 1_500_000_000;
  private static final int PAIRS = 1_000;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final IntSupplier reference;
  private final IntSupplier target;
  private long sink;

  PairedRatio(IntSupplier reference, IntSupplier target) {
    this.reference = reference;
    this.target = target;
  }

  /** The CPU time of a pass of the target, in those of the reference. */
  double measure() {
    // Both warm, by turns, before either is timed: else the later one pays for what the compiler
    // takes back when it sees the second.
    long end = System.nanoTime() + WARM_UP_NANOS;
    while (System.nanoTime() < end) {
      referenceSlice(20);
      targetSlice(20);
    }
    int referencePasses = passes(false);
    int targetPasses = passes(true);
    double[] ratios = new double[PAIRS];
    for (int pair = 0; pair < PAIRS; pair++) {
      double first = pair % 2 == 0 ? referenceSlice(referencePasses) : targetSlice(targetPasses);
      double second = pair % 2 == 0 ? targetSlice(targetPasses) : referenceSlice(referencePasses);
      ratios[pair] = pair % 2 == 0 ? second / first : first / second;
    }
    if (sink == 42) {
      throw new IllegalStateException("the answers of all passes add up to 42");
    }
    return median(ratios);
  }

  private int passes(boolean ofTarget) {
    double[] nanos = new double[CALIBRATIONS];
    for (int i = 0; i < CALIBRATIONS; i++) {
      nanos[i] = ofTarget ? targetSlice(50) : referenceSlice(50);
    }
    return (int) Math.max(1, SLICE_NANOS / median(nanos));
  }

  // A method for each, so that the compiler sees one loop at each call.

  private double referenceSlice(int passes) {
    long before = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < passes; i++) {
      sink += reference.getAsInt();
    }
    return (double) (threads.getCurrentThreadCpuTime() - before) / passes;
  }

  private double targetSlice(int passes) {
    long before = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < passes; i++) {
      sink += target.getAsInt();
    }
    return (double) (threads.getCurrentThreadCpuTime() - before) / passes;
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
