package io.acswatch.pci.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.snapshot.Confidence;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Codes, severities, registers and boundaries in words. */
class AlertNamesTest {
  @ParameterizedTest
  @EnumSource
  void everyCodeHasANextStep(AlertCode code) {
    assertFalse(NextSteps.of(code).isBlank());
  }

  @Test
  void fiveCodesAreMerges() {
    assertEquals(
        EnumSet.of(
            AlertCode.GROUP_MERGED_CROSS_VM,
            AlertCode.GROUP_MERGED_VM_HOST,
            AlertCode.GROUP_MERGED_SAME_VM,
            AlertCode.GROUP_MERGED_UNOWNED,
            AlertCode.OWNERSHIP_UNKNOWN),
        EnumSet.copyOf(Stream.of(AlertCode.values()).filter(AlertCode::isMerge).toList()));
  }

  @ParameterizedTest(name = "{0}, {1}, below it {2}")
  @CsvSource({
    "INFO, info, INFO",
    "WARNING, warning, INFO",
    "HIGH, high, WARNING",
    "CRITICAL, critical, HIGH",
  })
  void severitiesAscend(Severity severity, String label, Severity lowered) {
    assertEquals(label, severity.label());
    assertEquals(lowered, severity.lowered());
    assertTrue(severity.isAtLeast(lowered));
    assertEquals(severity == lowered, lowered.isAtLeast(severity));
  }

  @Test
  void confidenceIsNamedInLowerCase() {
    assertEquals("medium", Confidence.MEDIUM.label());
    assertEquals("high", Confidence.HIGH.label());
  }

  @ParameterizedTest(name = "{0}: {2}, a boot {1}")
  @CsvSource({
    "COLD_BOOT, true, after a cold boot",
    "KEXEC, true, after a kexec",
    "KEXEC_HANDOVER, true, after a kexec with handover",
    "LIVE_UPDATE, true, after a live update",
    "BOOT, true, after a boot",
    "REGROUPING, false, after a regrouping in the running kernel",
    "RUNNING, false, in the running kernel",
  })
  void headlinesNameWhatLiesBetween(Boundary boundary, boolean isBoot, String words) {
    assertEquals(words, boundary.when());
    assertEquals(isBoot, boundary.isBoot());
  }

  private static RegisterChange change(int before, int after) {
    return new RegisterChange(
        PciAddress.parse("00:01.0"),
        new DevicePath("pci0000:00/01.0"),
        PortType.ROOT_PORT,
        0x14E,
        before,
        after);
  }

  @Test
  void bitsThatWereLostAreNamedBeforeThoseGained() {
    RegisterChange both = change(0x1D, 0x5B);

    assertEquals(0x04, both.lost());
    assertEquals(0x42, both.gained());
    assertEquals(List.of("RR"), both.bitNames());
    assertEquals(List.of("RR", "UF"), change(0x09, 0x1D).bitNames());
  }

  @Test
  void namesOfBitsStandInTheOrderOfTheRegister() {
    assertEquals("", AcsBit.names(0));
    assertEquals("SV, RR, UF", AcsBit.names(0x15));
    assertEquals("SV, TB, RR, CR, UF, EC, DT, IB, DM, UM, UR", AcsBit.names(0xFFFF));
  }

  @Test
  void whatAClearedBitAllowsIsSaidAndWhetherGroupsFollow() {
    assertEquals(
        " With RR clear, requests between devices go direct and are never seen by the IOMMU."
            + " The next live update forms groups by it.",
        AcsBit.whatClearedAllows(0x04));
    assertEquals(
        " With TB clear, requests marked as translated pass, so a device with ATS can go around the"
            + " IOMMU. With EC clear, the egress control vector decides nothing. Groups do not"
            + " depend on it.",
        AcsBit.whatClearedAllows(0x22));
  }
}
