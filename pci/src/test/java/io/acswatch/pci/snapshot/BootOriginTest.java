package io.acswatch.pci.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.iommu.Boot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How sure it is how a boot came about, and by what. */
class BootOriginTest {
  private static BootOrigin of(int loader, String commandLine, String... notes) {
    return BootOrigin.of(new Boot("boot", "6.12.74", "", commandLine, loader, 0), List.of(notes));
  }

  @Test
  void evidenceIsOnlyWhatDecides() {
    assertEquals(
        new BootOrigin(
            BootClass.CRASH_KEXEC,
            Confidence.HIGH,
            List.of(
                "elfcorehdr= on the command line", "this is a crash kernel", "loader type 208")),
        of(0xD0, "quiet elfcorehdr=0x1000", "iommu: dmar0", "this is a crash kernel"));
  }

  @Test
  void aBootWithoutEvidenceIsUnknownAndSaysSo() {
    assertEquals(
        new BootOrigin(
            BootClass.UNKNOWN,
            Confidence.LOW,
            List.of("the kernel names no loader, so a kexec by kexec_load leaves no sign")),
        of(Boot.UNKNOWN_LOADER, "quiet", "iommu: smmu3"));
  }

  @ParameterizedTest(name = "{0}: {1}, {2}")
  @CsvSource({
    "dmesg: pci 0000:00:02.0: Device was preserved by previous kernel across Live Update,"
        + " LIVE_UPDATE, HIGH",
    "handed over KHO data, KEXEC_KHO, MEDIUM",
    "dmesg: KHO: found kexec handover data, KEXEC_KHO, HIGH",
    "nothing, KEXEC_PLAIN, HIGH",
  })
  void theKernelsOwnWordMakesItSure(String note, BootClass bootClass, Confidence confidence) {
    BootOrigin verdict = of(0xD0, "quiet", "first", note);

    assertEquals(bootClass, verdict.bootClass());
    assertEquals(confidence, verdict.confidence());
    assertEquals(
        note.equals("nothing") ? List.of("loader type 208") : List.of(note, "loader type 208"),
        verdict.evidence());
  }

  /** Logged at every kexec of files between kernels that have LUO, with nothing preserved too. */
  @Test
  void retrievedDataIsNoLiveUpdateUnlessAFunctionWasAdopted() {
    String retrieved = "dmesg: luo: Retrieved live update data, liveupdate number: 1";

    assertEquals(BootClass.KEXEC_PLAIN, of(0xD0, "quiet", retrieved).bootClass());
    BootOrigin verdict = of(0xD0, "quiet", retrieved, "dmesg: KHO: found kexec handover data.");
    assertEquals(BootClass.KEXEC_KHO, verdict.bootClass());
    assertEquals(Confidence.HIGH, verdict.confidence());
  }

  @Test
  void whereTheLogWasNotReadAHandoverMayHaveBeenALiveUpdate() {
    BootOrigin unread = of(0xD0, "quiet", "handed over KHO data", "kernel log not read: /dev/kmsg");

    assertEquals(Confidence.MEDIUM, unread.confidence());
    assertEquals(
        List.of("handed over KHO data", "kernel log not read: /dev/kmsg", "loader type 208"),
        unread.evidence());
    assertEquals(
        Confidence.HIGH, of(0xD0, "quiet", "handed over KHO data", "kernel log read").confidence());
  }

  @ParameterizedTest(name = "{0} and {1}: {2}")
  @CsvSource({
    "handed over KHO data, was preserved by previous kernel across Live Update, LIVE_UPDATE",
    "was preserved by previous kernel across Live Update, this is a crash kernel, CRASH_KEXEC",
  })
  void theStrongerEvidenceCounts(String weaker, String stronger, BootClass bootClass) {
    assertEquals(bootClass, of(0xD0, "quiet", weaker, stronger).bootClass());
  }

  @Test
  void aDeviceTreeTellsAKexecByFile() {
    String chosen = "/proc/device-tree/chosen: bootargs linux,booted-from-kexec name";
    Boot arm = new Boot("boot", "6.12.117-arm64", "", "", -1, -1);

    assertEquals(BootClass.KEXEC_PLAIN, BootOrigin.of(arm, List.of(chosen)).bootClass());
    assertEquals(
        BootClass.UNKNOWN,
        BootOrigin.of(arm, List.of("/proc/device-tree/chosen: bootargs name")).bootClass());
  }
}
