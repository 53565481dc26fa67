package io.acswatch.pci.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.iommu.Boot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How sure it is how a boot came about, and by what. */
class BootVerdictTest {
  private static BootVerdict of(int loader, String commandLine, String... notes) {
    return BootVerdict.of(new Boot("boot", "6.12.74", "", commandLine, loader, 0), List.of(notes));
  }

  @Test
  void evidenceIsOnlyWhatDecides() {
    assertEquals(
        new BootVerdict(
            BootClass.CRASH_KEXEC,
            BootVerdict.Confidence.HIGH,
            List.of(
                "elfcorehdr= on the command line", "this is a crash kernel", "loader type 208")),
        of(0xD0, "quiet elfcorehdr=0x1000", "iommu: dmar0", "this is a crash kernel"));
  }

  @Test
  void aBootWithoutEvidenceIsUnknownAndSaysSo() {
    assertEquals(
        new BootVerdict(
            BootClass.UNKNOWN, BootVerdict.Confidence.LOW, List.of("the kernel names no loader")),
        of(Boot.UNKNOWN_LOADER, "quiet", "iommu: smmu3"));
  }

  @ParameterizedTest(name = "{0}: {1}, {2}")
  @CsvSource({
    "handed over live update data, LIVE_UPDATE, MEDIUM",
    "'luo: Retrieved live update data, liveupdate name: x', LIVE_UPDATE, HIGH",
    "handed over KHO data, KEXEC_KHO, HIGH",
    "KHO: found kexec handover data, KEXEC_KHO, HIGH",
    "nothing, KEXEC_PLAIN, HIGH",
  })
  void theKernelsOwnWordMakesItSure(
      String note, BootClass bootClass, BootVerdict.Confidence confidence) {
    BootVerdict verdict = of(0xD0, "quiet", "first", note);

    assertEquals(bootClass, verdict.bootClass());
    assertEquals(confidence, verdict.confidence());
    assertEquals(
        note.equals("nothing") ? List.of("loader type 208") : List.of(note, "loader type 208"),
        verdict.evidence());
  }

  @ParameterizedTest(name = "{0} and {1}: {2}")
  @CsvSource({
    "handed over KHO data, handed over live update data, LIVE_UPDATE",
    "handed over live update data, this is a crash kernel, CRASH_KEXEC",
  })
  void theStrongerEvidenceCounts(String weaker, String stronger, BootClass bootClass) {
    assertEquals(bootClass, of(0xD0, "quiet", weaker, stronger).bootClass());
  }
}
