package io.acswatch.pci.config.capability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.acswatch.pci.TestSpace;
import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CapabilityListsTest {
  private static WalkStep endOfStandard(ConfigSpace space) {
    CapabilityWalk walk = CapabilityWalk.standard().wrap(space);
    WalkStep step;
    do {
      step = walk.advance();
    } while (step == WalkStep.CAPABILITY);
    return step;
  }

  private static WalkStep endOfExtended(ConfigSpace space) {
    CapabilityWalk walk = CapabilityWalk.extended().wrap(space);
    WalkStep step;
    do {
      step = walk.advance();
    } while (step == WalkStep.CAPABILITY);
    return step;
  }

  private static int find(CapabilityWalk walk, int wanted) {
    while (walk.advance() == WalkStep.CAPABILITY) {
      if (walk.id() == wanted) {
        return walk.offset();
      }
    }
    return 0;
  }

  @Test
  void standardListIsEmptyUnlessTheStatusBitSaysSo() {
    TestSpace space = TestSpace.pcie(0).u16(0x06, 0);

    assertEquals(0, find(CapabilityWalk.standard().wrap(space.space()), PcieCapability.ID));
  }

  @Test
  void standardPointersLoseTheirLowTwoBits() {
    TestSpace space = TestSpace.pcie(0).u8(0x34, 0x43);

    assertEquals(0x40, find(CapabilityWalk.standard().wrap(space.space()), PcieCapability.ID));
  }

  @Test
  void cardBusListStartsElsewhere() {
    TestSpace space =
        TestSpace.conventional().u16(0x06, 0x10).u8(0x0E, 2).u8(0x14, 0x80).u8(0x80, 0x01);

    assertEquals(0x80, find(CapabilityWalk.standard().wrap(space.space()), 0x01));
  }

  @Test
  void standardListReportsHowItEnds() {
    assertEquals(WalkStep.END, endOfStandard(TestSpace.pcie(0).space()));
    assertEquals(WalkStep.MISPLACED, endOfStandard(TestSpace.pcie(0).u8(0x34, 0x3C).space()));
    assertEquals(WalkStep.LOOPED, endOfStandard(TestSpace.pcie(0).u8(0x41, 0x40).space()));
    assertEquals(WalkStep.ALL_ONES, endOfStandard(TestSpace.pcie(0).fill(0x40, 0xFF).space()));
    byte[] truncated = Arrays.copyOf(TestSpace.pcie(0).bytes(), 64);
    assertEquals(WalkStep.TRUNCATED, endOfStandard(new ArrayConfigSpace(truncated)));
  }

  @Test
  void extendedListReportsHowItEnds() {
    assertEquals(WalkStep.END, endOfExtended(TestSpace.pcie(0).space()));
    assertEquals(WalkStep.END, endOfExtended(TestSpace.pcie(0).fill(0x100, 0xFF).space()));
    assertEquals(WalkStep.END, endOfExtended(TestSpace.pcie(0).extended(0x100, 0xD, 0).space()));
    assertEquals(
        WalkStep.UNCLEAN_END, endOfExtended(TestSpace.pcie(0).extended(0x100, 0xD, 0x200).space()));
    assertEquals(
        WalkStep.LOOPED, endOfExtended(TestSpace.pcie(0).extended(0x100, 0xD, 0x100).space()));
    assertEquals(
        WalkStep.MISPLACED, endOfExtended(TestSpace.pcie(0).extended(0x100, 0xD, 0x80).space()));
    assertEquals(
        WalkStep.ALL_ONES,
        endOfExtended(
            TestSpace.pcie(0).extended(0x100, 0xD, 0x200).u32(0x200, 0xFFFF_FFFF).space()));
    byte[] truncated = Arrays.copyOf(TestSpace.pcie(0).extended(0x100, 0xD, 0x200).bytes(), 0x202);
    assertEquals(WalkStep.TRUNCATED, endOfExtended(new ArrayConfigSpace(truncated)));
  }

  @Test
  void extendedListMayLeadBackwardsAndOverPlaceholders() {
    TestSpace space =
        TestSpace.pcie(0)
            .extended(0x100, 0, 0x300)
            .extended(0x300, 0x1, 0x200)
            .extended(0x200, AcsCapability.ID, 0);

    assertEquals(0x200, find(CapabilityWalk.extended().wrap(space.space()), AcsCapability.ID));
  }

  @Test
  void whatEndsAWalkThatTurnedBackIsReturnedForEver() {
    TestSpace space =
        TestSpace.pcie(0).extended(0x100, 1, 0x300).extended(0x300, 2, 0x200).u32(0x200, 0);
    CapabilityWalk walk = CapabilityWalk.extended().wrap(space.space());

    assertEquals(0, find(walk, 3));
    assertEquals(WalkStep.UNCLEAN_END, walk.advance());
    assertEquals(WalkStep.UNCLEAN_END, walk.advance());
  }

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("properties.tries", 500));
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void anyBytesEndTheWalks(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] lengths = {0, 1, 63, 64, 255, 256, 257, 4095, 4096};
    byte[] bytes = new byte[lengths[random.nextInt(lengths.length)]];
    random.nextBytes(bytes);
    if (bytes.length > 0x100) {
      // Aligned pointers within range, so that long chains and loops come up.
      for (int at = 0x100; at + 4 <= bytes.length; at += 4) {
        bytes[at + 3] = (byte) (1 + random.nextInt(15) << 4 | random.nextInt(16));
      }
    }
    ConfigSpace space = new ArrayConfigSpace(bytes);
    CapabilityWalk standard = CapabilityWalk.standard().wrap(space);
    int steps = 0;
    while (standard.advance() == WalkStep.CAPABILITY) {
      assertTrue(++steps <= CapabilityWalk.MAX_STANDARD);
    }
    CapabilityWalk extended = CapabilityWalk.extended().wrap(space);
    steps = 0;
    while (extended.advance() == WalkStep.CAPABILITY) {
      assertTrue(++steps <= 960);
    }
  }

  @Test
  void walkingAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    TestSpace builder = TestSpace.pcie(4).extended(0x100, 1, 0x148).extended(0x148, 0xD, 0);
    ConfigSpace space = builder.space();
    CapabilityWalk extended = CapabilityWalk.extended();
    CapabilityWalk standard = CapabilityWalk.standard();
    walk(space, standard, extended, 20_000);
    long allocated = Long.MAX_VALUE;
    // The JIT may allocate on this thread's account while it compiles: the best of three counts.
    for (int attempt = 0; attempt < 3; attempt++) {
      long start = threads.getCurrentThreadAllocatedBytes();
      int found = walk(space, standard, extended, 10_000);
      allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - start);
      assertEquals(10_000 * (0x148 + 0x40), found);
    }
    assertEquals(0, allocated);
  }

  private static int walk(
      ConfigSpace space, CapabilityWalk standard, CapabilityWalk extended, int times) {
    int sum = 0;
    for (int i = 0; i < times; i++) {
      sum += find(standard.wrap(space), PcieCapability.ID);
      sum += find(extended.wrap(space), AcsCapability.ID);
    }
    return sum;
  }

  /** Short lists that loop, turn back and end anywhere are likely: pointers go to few places. */
  @Test
  void offsetsAreThoseThatAWalkFinds() {
    SplittableRandom random = new SplittableRandom(3);
    int found = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(8) == 0 ? 60 + random.nextInt(4036) : 4096];
      int places = 1 + random.nextInt(12);
      for (int entry = 0; entry < places; entry++) {
        put(bytes, 0x40 + 4 * entry, random.nextInt(6) | 0x40 + 4 * random.nextInt(places) << 8);
        int next = random.nextInt(places + 1);
        put(
            bytes,
            0x100 + 4 * entry,
            random.nextInt(6) | (next == places ? 0 : 0x100 + 4 * next) << 20);
      }
      put(bytes, 0x06, 0x10);
      put(bytes, 0x34, 0x40);
      ConfigSpace space = new ArrayConfigSpace(bytes);
      int wanted = random.nextInt(6);
      int standard = find(CapabilityWalk.standard().wrap(space), wanted);
      int extended = find(CapabilityWalk.extended().wrap(space), wanted);
      assertEquals(standard, CapabilityWalk.standardOffset(wanted, space));
      assertEquals(extended, CapabilityWalk.extendedOffset(wanted, space));
      found += standard + extended > 0 ? 1 : 0;
    }
    assertTrue(found > 5_000 && found < 19_000, "found " + found);
  }

  private static void put(byte[] bytes, int at, int dword) {
    for (int i = 0; i < 4 && at + i < bytes.length; i++) {
      bytes[at + i] = (byte) (dword >>> 8 * i);
    }
  }
}
