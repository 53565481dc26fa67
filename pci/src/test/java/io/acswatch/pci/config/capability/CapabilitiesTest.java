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
  void pcieTellsTypeAndSlot() {
    var space =
        TestSpace.pcie(4).u16(0x42, 0x0142).u32(0x4C, 0x0700_0000).u32(0x54, 5 << 19).space();
    PcieCapability pcie = new PcieCapability().wrap(space, 0x40);

    assertEquals(4, pcie.typeNibble());
    assertEquals(2, pcie.version());
    assertEquals(7, pcie.portNumber());
    assertEquals(5, pcie.physicalSlot());
    assertFalse(pcie.forwardsAri());
  }

  @Test
  void ariForwardingNeedsVersionTwo() {
    var version1 = TestSpace.pcie(4).u16(0x42, 0x41).u16(0x68, 0x20).space();
    var version2 = TestSpace.pcie(4).u16(0x42, 0x42).u16(0x68, 0x20).u32(0x64, 0x20).space();

    assertFalse(new PcieCapability().wrap(version1, 0x40).forwardsAri());
    assertTrue(new PcieCapability().wrap(version2, 0x40).forwardsAri());
    assertTrue(new PcieCapability().wrap(version2, 0x40).supportsAriForwarding());
  }

  @Test
  void ariTellsTheNextFunction() {
    var space = TestSpace.pcie(0).u16(0x104, 0x0900).u16(0x106, 0x0032).space();
    AriCapability ari = new AriCapability().wrap(space, 0x100);

    assertEquals(9, ari.nextFunction());
    assertEquals(3, ari.functionGroup());
    assertTrue(ari.usesAcsFunctionGroups());
  }

  @Test
  void vfAddressesFollowOffsetAndStride() {
    assertEquals(0x3B80, SriovCapability.vfRequesterId(0x3B00, 0x80, 2, 0));
    assertEquals(0x3B82, SriovCapability.vfRequesterId(0x3B00, 0x80, 2, 1));
    assertEquals(0x3C00, SriovCapability.vfRequesterId(0x3B00, 0x100, 1, 0));
    assertEquals(0x3C01, SriovCapability.vfRequesterId(0x3B00, 0x100, 1, 1));
    assertEquals(0x3C00, SriovCapability.vfRequesterId(0x3B01, 0xFF, 1, 0));
    assertEquals(0x0010, SriovCapability.vfRequesterId(0xFF80, 0x90, 1, 0), "wraps at 16 bits");
  }

  @Test
  void vfIndexIsTheReverse() {
    for (int index = 0; index < 100; index++) {
      int vf = SriovCapability.vfRequesterId(0xFF01, 0xFF, 3, index);
      assertEquals(OptionalInt.of(index), SriovCapability.vfIndex(0xFF01, 0xFF, 3, vf));
    }
    assertEquals(OptionalInt.empty(), SriovCapability.vfIndex(0x3B00, 0x80, 2, 0x3B81));
  }
}
