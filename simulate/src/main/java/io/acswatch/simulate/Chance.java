package io.acswatch.simulate;

import java.util.List;
import java.util.UUID;

/**
 * Numbers from a seed (SplitMix64). A generator of its own, because those of the JDK may change how
 * they bound a number from release to release, and a seed has to give the same fleet on all.
 */
final class Chance {
  private static final long GOLDEN_GAMMA = 0x9E37_79B9_7F4A_7C15L;

  private long state;

  Chance(long seed) {
    state = seed;
  }

  /** A generator for one of many things, whatever the others draw. */
  static Chance of(long seed, long thing) {
    return new Chance(mix(seed) ^ mix(thing * GOLDEN_GAMMA + 1));
  }

  private static long mix(long bits) {
    long mixed = (bits ^ bits >>> 30) * 0xBF58_476D_1CE4_E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
    return mixed ^ mixed >>> 31;
  }

  long next() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** 0 to {@code bound} - 1. */
  int below(int bound) {
    return (int) ((next() >>> 33) % bound);
  }

  boolean oneIn(int times) {
    return below(times) == 0;
  }

  <T> T oneOf(List<T> things) {
    return things.get(below(things.size()));
  }

  /** Time to the next of events that come on average every {@code meanMillis}. */
  long waitMillis(double meanMillis) {
    double unit = ((next() >>> 11) + 1) * 0x1p-53;
    return Math.max(1, (long) (-StrictMath.log(unit) * meanMillis));
  }

  /** 36 characters in the form of {@code /proc/sys/kernel/random/boot_id}. */
  String uuid() {
    long high = next() & ~0xF000L | 0x4000L;
    long low = next() & ~(0xFL << 60) | 0xAL << 60;
    return new UUID(high, low).toString();
  }
}
