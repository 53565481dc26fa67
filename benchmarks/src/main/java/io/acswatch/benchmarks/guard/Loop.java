package io.acswatch.benchmarks.guard;

/** Some work over the whole corpus; the same answer each time. */
@FunctionalInterface
interface Loop {
  /** Does it once; the answer keeps the compiler from leaving it out. */
  int pass();
}
