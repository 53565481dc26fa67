package io.acswatch.wire.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.CapabilityWalk;
import io.acswatch.pci.config.capability.PcieCapability;
import io.acswatch.pci.config.capability.WalkStep;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** Reading numbers and configuration space in place costs no allocation. */
class AllocationTest {
  private static final int WARM_UP = 2_000;
  private static final int MEASURED = 5_000;
  private static final int ROUNDS = 3;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void readingAFrameAllocatesNothing() throws IOException {
    byte[] frame = FrameWriter.write(Captures.read("sriov-vfs"));
    FrameReader reader = new FrameReader();
    assertEquals(0, allocatedBy(() -> readAll(reader, frame)));
  }

  @Test
  void walkingToAcsInAFrameAllocatesNothing() {
    byte[] frame = FrameWriter.write(Captures.read("sriov-vfs"));
    FrameReader reader = new FrameReader();
    CapabilityWalk standard = CapabilityWalk.standard();
    CapabilityWalk extended = CapabilityWalk.extended();
    AcsCapability acs = new AcsCapability();
    assertNull(reader.wrap(frame));
    assertEquals(0, allocatedBy(() -> controls(reader, standard, extended, acs)));
    assertTrue(controls(reader, standard, extended, acs) > 0);
  }

  private static long controls(
      FrameReader reader, CapabilityWalk standard, CapabilityWalk extended, AcsCapability acs) {
    long sum = 0;
    for (int i = 0; i < reader.functionCount(); i++) {
      BytesConfigSpace space = reader.function(i).config();
      if (find(standard.wrap(space), PcieCapability.ID) != 0) {
        int at = find(extended.wrap(space), AcsCapability.ID);
        sum += at == 0 ? 0 : acs.wrap(space, at).control();
      }
    }
    return sum;
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
  void bindingAViewAnewAllocatesNothing() {
    byte[] bytes = new byte[4096];
    CheckedBytes view = new CheckedBytes();
    BytesConfigSpace space = new BytesConfigSpace();
    assertEquals(
        0,
        allocatedBy(
            () -> {
              view.set(bytes, 64, 1024);
              return view.readInt(1000) + space.bind(view, 64, 0b1011, 256).u32(0xC0);
            }));
  }

  private static long readAll(FrameReader reader, byte[] frame) {
    if (reader.wrap(frame) != null) {
      throw new AssertionError("refused");
    }
    long sum = reader.takenAtMillis() + reader.sequence() + (reader.kexecLoaded() ? 1 : 0);
    for (int i = 0; i < reader.functionCount(); i++) {
      FrameFunction function = reader.function(i);
      sum += function.readStatus().ordinal();
      BytesConfigSpace space = function.config();
      for (int at = 0; at + 4 <= space.length(); at += 4) {
        sum += space.u32(at) + space.u16(at + 1) + space.u8(at + 3);
      }
    }
    return sum;
  }

  private long allocatedBy(LongSupplier work) {
    long result = 0;
    for (int i = 0; i < WARM_UP; i++) {
      result += work.getAsLong();
    }
    // The first round may pay for what the virtual machine does once; a leak shows in each.
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < MEASURED; i++) {
        result += work.getAsLong();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return result == Long.MIN_VALUE ? -1 : least;
  }
}
