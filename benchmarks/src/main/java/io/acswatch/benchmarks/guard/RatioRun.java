package io.acswatch.benchmarks.guard;

import java.util.Locale;

/** One JVM of the guard: prints the ratio of a kernel to the reference. */
final class RatioRun {
  private RatioRun() {}

  /** Kernel, milliseconds of warm-up, pairs. */
  public static void main(String[] arguments) {
    Kernels kernels = new Kernels();
    PairedRatio ratio = new PairedRatio(kernels.reference(), kernels.named(arguments[0]));
    System.out.println(
        String.format(
            Locale.ROOT,
            "%.4f",
            ratio.measure(Long.parseLong(arguments[1]), Integer.parseInt(arguments[2]))));
  }
}
