package io.acswatch.pci.hierarchy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.acswatch.pci.TestSpace;
import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FunctionDecoderTest {
  private final FunctionDecoder decoder = new FunctionDecoder();

  private ConfigFacts decode(TestSpace space) {
    return decoder.decode(space.space(), ReadStatus.COMPLETE);
  }

  private static TestSpace rootPort() {
    return TestSpace.pcie(4)
        .u8(0x0E, 0x81)
        .extended(0x100, 1, 0x148)
        .extended(0x148, AcsCapability.ID, 0)
        .u16(0x14C, 0x5F)
        .u16(0x14E, 0x1D);
  }

  @Test
  void readsAWholePort() {
    ConfigFacts facts = decode(rootPort());

    assertEquals(ReadStatus.COMPLETE, facts.status());
    assertEquals(PortType.ROOT_PORT, facts.claimedType());
    assertEquals(new AcsRegisters(0x148, 0x5F, 0x1D, 0), facts.acs());
    assertEquals(1, facts.headerLayout());
    assertEquals(true, facts.multiFunctionBit());
  }

  @Test
  void aHeaderWithoutACapabilityListProvesAConventionalFunction() {
    byte[] without = new byte[64];
    System.arraycopy(rootPort().bytes(), 0, without, 0, 64);
    ConfigFacts listed = decoder.decode(new ArrayConfigSpace(without), ReadStatus.COMPLETE);
    without[6] = 0;
    ConfigFacts bare = decoder.decode(new ArrayConfigSpace(without), ReadStatus.COMPLETE);

    assertEquals(PortType.UNKNOWN, listed.claimedType());
    assertEquals(false, listed.capabilitiesKnown());
    assertEquals(PortType.CONVENTIONAL, bare.claimedType());
    assertEquals(true, bare.capabilitiesKnown());
  }

  @Test
  void tellsHowFarTheBytesCanBeTrusted() {
    byte[] port = rootPort().bytes();
    assertEquals(ReadStatus.TRUNCATED_UNPRIVILEGED, statusOf(Arrays.copyOf(port, 64)));
    assertEquals(ReadStatus.TRUNCATED_UNPRIVILEGED, statusOf(Arrays.copyOf(port, 128)));
    assertEquals(ReadStatus.EXT_UNAVAILABLE, statusOf(Arrays.copyOf(port, 256)));
    assertEquals(ReadStatus.COMPLETE, statusOf(TestSpace.conventional().bytes()));
    assertEquals(ReadStatus.UNREADABLE, statusOf(new byte[0]));
    assertEquals(ReadStatus.ALL_ONES, statusOf(TestSpace.zeros(4096).fill(0, 0xFF).bytes()));
    assertEquals(
        ReadStatus.NOT_READY, statusOf(TestSpace.zeros(4096).fill(0, 0xFF).u16(0, 1).bytes()));
    assertEquals(ReadStatus.TORN_READ, statusOf(rootPort().fill(0x200, 0xFF).bytes()));
    byte[] aliased = new byte[4096];
    for (int block = 0; block < 4096; block += 256) {
      System.arraycopy(port, 0, aliased, block, 256);
    }
    assertEquals(ReadStatus.EXT_ALIASED, statusOf(aliased));
  }

  private ReadStatus statusOf(byte[] bytes) {
    return decoder.decode(new ArrayConfigSpace(bytes), ReadStatus.COMPLETE).status();
  }

  @Test
  void shortReadLeavesAcsAndTypeOpen() {
    ConfigFacts facts =
        decoder.decode(
            new ArrayConfigSpace(Arrays.copyOf(rootPort().bytes(), 64)), ReadStatus.COMPLETE);

    assertNull(facts.acs());
    assertEquals(PortType.UNKNOWN, facts.claimedType());
    assertEquals(1, facts.headerLayout());
  }

  @Test
  void whatTheReaderKnowsStands() {
    ConfigFacts facts = decoder.decode(rootPort().space(), ReadStatus.TORN_READ);

    assertEquals(ReadStatus.TORN_READ, facts.status());
    assertNotNull(facts.acs());
  }

  @Test
  void vfWithAbsentIdsIsNoMissingDevice() {
    ConfigFacts facts = decode(TestSpace.pcie(0).u32(0, 0xFFFF_FFFF));

    assertEquals(ReadStatus.COMPLETE, facts.status());
    assertEquals(PortType.ENDPOINT, facts.claimedType());
  }

  @Test
  void extendedSpaceOfAConventionalFunctionIsNotLookedAt() {
    TestSpace space =
        TestSpace.zeros(4096).u16(0, 0x1AF4).extended(0x100, AcsCapability.ID, 0).u16(0x104, 0x1F);

    assertNull(decode(space).acs());
    assertEquals(PortType.CONVENTIONAL, decode(space).claimedType());
  }

  @Test
  void bridgeHasItsSubsystemInACapability() {
    TestSpace space = rootPort().u8(0x41, 0x90).u8(0x90, 0x0D).u16(0x94, 0x1028).u16(0x96, 0x0777);

    assertEquals(0x1028, decode(space).header().subsystemVendor());
    assertEquals(0x0777, decode(space).header().subsystemDevice());
  }

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("properties.tries", 500));
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void anyBytesGiveFacts(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = rootPort().bytes();
    for (int i = random.nextInt(200); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    byte[] cut = Arrays.copyOf(bytes, random.nextInt(4097));

    assertNotNull(decoder.decode(new ArrayConfigSpace(cut), ReadStatus.COMPLETE));
  }
}
