package io.acswatch.pci.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.GroupingModel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KexecTargetTest {
  private static final String UNAME = "#1 SMP Debian 6.1.192-2 (2026-11-16)";
  private static final Boot PRESENT =
      new Boot(
          "b",
          "6.1.0-56-amd64",
          UNAME,
          "quiet",
          new Boot.Loader(0xB0, 7),
          new Boot.Notes("dmar0", "", "", ""),
          "");

  @Test
  void presentKernelKeepsWhatItSaysOfItself() {
    KexecTarget same = KexecTarget.of(PRESENT, List.of(), null, null, null, List.of()).get(0);

    assertEquals(
        new Boot(
            "(after the kexec)",
            "6.1.0-56-amd64",
            UNAME,
            "quiet",
            new Boot.Loader(Boot.KEXEC_LOADER, 7),
            new Boot.Notes("dmar0", "", "", ""),
            ""),
        same.boot());
    assertEquals("kernel 6.1.192", same.model().reason());
    assertEquals(
        List.of(same), KexecTarget.of(PRESENT, List.of(), "6.1.0-56-amd64", null, null, List.of()));
    assertEquals(
        "a",
        KexecTarget.of(PRESENT, List.of(), null, "a", null, List.of()).get(0).boot().commandLine());
  }

  @ParameterizedTest(name = "{0}: {1}, kernel {2}")
  @CsvSource({
    "6.12.74+deb12-amd64, 6.12.74+deb12-amd64, 6.12.74",
    "6.1.0-49-amd64 #1 SMP Debian 6.1.174-1 (x), 6.1.0-49-amd64, 6.1.174",
    "Debian 6.1.174-1, Debian 6.1.174-1, 6.1.174",
    "' 6.12.74', ' 6.12.74', 0.0.0",
    "6.12.74 #1 SMP, 6.12.74, 6.12.74"
  })
  void namedKernelIsReadAsUnameSaysIt(String named, String release, String version) {
    List<KexecTarget> targets = KexecTarget.of(PRESENT, List.of(), named, null, null, List.of());

    assertEquals(1, targets.size());
    assertEquals(release, targets.get(0).boot().kernelRelease());
    assertEquals(version, targets.get(0).model().kernel().toString());
  }

  @Test
  void releaseThatHidesThePatchLevelMeansOneKernelForEachStretch() {
    List<KexecTarget> targets =
        KexecTarget.of(PRESENT, List.of(), "6.1.0-49-amd64", null, null, List.of());

    assertEquals(
        List.of(
            "legacy-early-acs with the quirks of 6.1.0",
            "legacy-late-acs-regressed with the quirks of 6.1.165",
            "legacy-early-acs with the quirks of 6.1.169"),
        targets.stream().map(target -> target.model().reason()).toList());
    assertEquals(
        List.of("legacy-early-acs", "legacy-late-acs-regressed", "legacy-early-acs"),
        targets.stream().map(target -> target.model().model().label()).toList());
    targets.forEach(target -> assertEquals("dmar0", target.boot().notes().iommus()));
  }

  @Test
  void modelThatIsAskedForNeedsNoPatchLevel() {
    assertEquals(
        1,
        KexecTarget.of(
                PRESENT, List.of(), "6.1.0-49-amd64", null, GroupingModel.LEGACY_7_0, List.of())
            .size());
  }
}
