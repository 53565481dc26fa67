package io.acswatch.pci.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.acswatch.pci.TestSpace;
import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.CapabilityWalk;
import io.acswatch.pci.config.capability.WalkStep;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Configuration space of any content and length gives facts. The space refuses to be read outside
 * its bytes, so a decoder that tries fails here.
 */
class ConfigSpaceFuzzTest {
  private static final int[] LENGTHS = {4096, 256, 64, 128, 4095, 257, 255, 63, 1, 0};
  private static final int RECORD = 4;

  private final FunctionDecoder decoder = new FunctionDecoder();

  static Stream<byte[]> spaces() {
    return Stream.of(
        TestSpace.pcie(4).extended(0x100, 0x0D, 0x148).u32(0x104, 0x001D005F).bytes(),
        TestSpace.pcie(0).extended(0x100, 0x10, 0x200).extended(0x200, 0x0F, 0).bytes(),
        TestSpace.conventional().bytes(),
        TestSpace.zeros(64).fill(0, 0xFF).bytes(),
        new byte[0]);
  }

  /** A whole space. */
  @MethodSource("spaces")
  @FuzzTest
  void anySpaceGivesFacts(byte[] bytes) {
    decodes(bytes, Math.min(bytes.length, ConfigSpace.EXTENDED_LENGTH), ReadStatus.COMPLETE);
  }

  static Stream<byte[]> patches() {
    return Stream.of(
        new byte[] {0, 0, 1, 0x00, 0x01, 0x0D, 1, 0x04, 0x5F, 0x00},
        new byte[] {0, 0, 0, 0x06, 0x10, 0x00, 0, 0x34, 0x40, 0x00, 0, 0x40, 0x10, 0x40});
  }

  /**
   * A sound space of some length and status in which some 16-bit words are replaced: far shorter
   * than the space it makes, so that mutation gets somewhere.
   */
  @MethodSource("patches")
  @FuzzTest
  void anyPatchedSpaceGivesFacts(byte[] patches) {
    if (patches.length < 2) {
      return;
    }
    byte[] bytes =
        TestSpace.pcie(patches[0] >>> 4 & 15)
            .extended(0x100, 0x0D, 0x148)
            .u32(0x104, 0x001D285F)
            .extended(0x148, 0x10, 0x190)
            .extended(0x190, 0x0F, 0x1A0)
            .extended(0x1A0, 0x0E, 0)
            .bytes();
    for (int at = 2; at + RECORD <= patches.length; at += RECORD) {
      int offset = ((patches[at] & 0x0F) << 8 | patches[at + 1] & 0xFF) & ~1;
      bytes[offset] = patches[at + 2];
      bytes[offset + 1] = patches[at + 3];
    }
    ReadStatus[] statuses = ReadStatus.values();
    decodes(
        bytes,
        LENGTHS[(patches[1] & 0xFF) % LENGTHS.length],
        statuses[(patches[0] & 0x0F) % statuses.length]);
  }

  private void decodes(byte[] bytes, int length, ReadStatus status) {
    // Amid other bytes: what is read outside is not noticed by the array.
    byte[] amid = new byte[length + 64];
    System.arraycopy(bytes, 0, amid, 32, length);
    ArrayConfigSpace space = new ArrayConfigSpace().wrap(amid, 32, length);

    ConfigFacts facts = decoder.decode(space, status);

    assertNotNull(facts.status());
    assertEquals(length, facts.lengthBytes());
    assertTrue(facts.acs() == null || facts.acs().offset() + 8 <= length);
    assertEquals(facts, decoder.decode(LineSparseConfigSpace.copyOf(space), status));
    walksEnd(space);
  }

  private static void walksEnd(ConfigSpace space) {
    CapabilityWalk standard = CapabilityWalk.standard().wrap(space);
    for (int steps = 0; standard.advance() == WalkStep.CAPABILITY; steps++) {
      assertTrue(steps < CapabilityWalk.MAX_STANDARD, "standard list");
      assertTrue(standard.offset() >= 0x40 && standard.offset() + 2 <= space.length());
    }
    CapabilityWalk extended = CapabilityWalk.extended().wrap(space);
    for (int steps = 0; extended.advance() == WalkStep.CAPABILITY; steps++) {
      assertTrue(steps < 960, "extended list");
      assertTrue(extended.offset() >= 0x100 && extended.offset() + 4 <= space.length());
    }
  }
}
