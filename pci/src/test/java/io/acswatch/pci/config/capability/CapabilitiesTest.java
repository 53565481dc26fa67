package io.acswatch.pci.config.capability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestSpace;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {
  @Test
  void acsTellsWhatIsEnforced() {
    assertTrue(AcsRegisters.enforces(0x5F, 0x1D, AcsCapability.REQUIRED));
    assertFalse(AcsRegisters.enforces(0x5F, 0x19, AcsCapability.REQUIRED));
    // What is not implemented counts as fixed on; egress control never does.
    assertTrue(AcsRegisters.enforces(0, 0, AcsCapability.REQUIRED));
    assertTrue(AcsRegisters.enforces(0x1B, 0x19, AcsCapability.REQUIRED));
    assertFalse(AcsRegisters.enforces(0, 0, AcsCapability.EGRESS_CONTROL));
  }

  @Test
  void acsReadsItsRegistersAndTheEgressVector() {
    var space =
        TestSpace.pcie(6)
            .extended(0x148, AcsCapability.ID, 0)
            .u16(0x14C, 0x2820 | 0x1F)
            .u16(0x14E, 0x3D)
            .u32(0x150, 0x0000_0002)
            .u32(0x154, 0x0000_0080)
            .space();
    AcsCapability acs = new AcsCapability().wrap(space, 0x148);

    assertEquals(0x283F, acs.capability());
    assertEquals(0x3D, acs.control());
    assertEquals(40, acs.egressVectorBits());
    assertTrue(acs.egressVectorIsComplete());
    assertTrue(acs.egressVectorBit(1));
    assertTrue(acs.egressVectorBit(39));
    assertFalse(acs.egressVectorBit(0));
    assertThrows(IndexOutOfBoundsException.class, () -> acs.egressVectorBit(40));
    assertEquals(256, AcsCapability.egressVectorBits(0x0020));
    assertEquals(0, AcsCapability.egressVectorBits(0x281F));
  }

  @Test
  void acsThatIsCutShortIsRefused() {
    var space = TestSpace.pcie(6).space();

    assertThrows(IndexOutOfBoundsException.class, () -> new AcsCapability().wrap(space, 4096 - 4));
  }

  @Test
  void acsVectorThatIsCutShortIsNoticed() {
    var space = TestSpace.pcie(6).u16(4096 - 12 + 4, 0x0020).space();

    assertFalse(new AcsCapability().wrap(space, 4096 - 12).egressVectorIsComplete());
  }

  @Test
  void flagNamesAreThoseOfTheField() {
    assertEquals(List.of("SV", "RR", "CR", "UF"), AcsRegisters.flagNames(0x1D));
    assertEquals(List.of("SV", "TB", "RR", "CR", "UF", "EC", "DT"), AcsRegisters.flagNames(0xFFFF));
  }

  @Test
  void pcieTellsTheType() {
    assertEquals(4, PcieCapability.typeNibble(TestSpace.pcie(4).u16(0x42, 0x0142).space(), 0x40));
  }

  @Test
  void vfIndexFollowsFromOffsetAndStride() {
    assertEquals(OptionalInt.of(0), SriovCapability.vfIndex(0x3B00, 0x80, 2, 0x3B80));
    assertEquals(OptionalInt.of(1), SriovCapability.vfIndex(0x3B00, 0x80, 2, 0x3B82));
    assertEquals(OptionalInt.of(1), SriovCapability.vfIndex(0x3B00, 0x100, 1, 0x3C01));
    assertEquals(OptionalInt.of(0), SriovCapability.vfIndex(0x3B01, 0xFF, 1, 0x3C00));
    assertEquals(
        OptionalInt.of(0), SriovCapability.vfIndex(0xFF80, 0x90, 1, 0x0010), "modulo 2^16");
    assertEquals(OptionalInt.of(99), SriovCapability.vfIndex(0xFF01, 0xFF, 3, 0x0129));
    assertEquals(OptionalInt.empty(), SriovCapability.vfIndex(0x3B00, 0x80, 2, 0x3B81));
  }
}
