package io.acswatch.benchmarks.guard;

import java.util.Locale;

/** One JVM of the guard: prints the ratio of a loop, which the argument names, to the reference. */
final class RatioMain {
  private RatioMain() {}

  public static void main(String[] arguments) {
    Loops loops = new Loops();
    PairedRatio ratio = new PairedRatio(loops.reference(), loops.named(arguments[0]));
    System.out.println(String.format(Locale.ROOT, "%.4f", ratio.measure()));
  }
}
