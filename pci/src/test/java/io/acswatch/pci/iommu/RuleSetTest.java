package io.acswatch.pci.iommu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleSetTest {
  @ParameterizedTest
  @CsvSource({
    "6.1.7, 6.1.0 6.1.165 6.1.169",
    "6.6.0, 6.6.0 6.6.128 6.6.135",
    "6.12.0, 6.12.0 6.12.74 6.12.75 6.12.83",
    "6.16.0, 6.16.0",
    "6.18.99, 6.18.0 6.18.16",
    "6.19.0, 6.19.0 6.19.6",
    "7.0.3, 7.0.0"
  })
  void stretchesBeginWhereAModelOrAQuirkChanges(String version, String levels) {
    assertEquals(
        levels,
        RuleSet.stretches(KernelVersion.of(version, "")).stream()
            .map(KernelVersion::toString)
            .collect(Collectors.joining(" ")));
  }

  @Test
  void versionsBetweenTwoLevelsBehaveAlike() {
    List<KernelVersion> levels = RuleSet.stretches(KernelVersion.of("6.12.0", ""));
    for (KernelVersion level : levels) {
      KernelVersion next = new KernelVersion(level.major(), level.minor(), level.patch() + 1);
      if (!levels.contains(next)) {
        assertEquals(GroupingModel.of(level), GroupingModel.of(next));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "6.1.0-49-amd64, '', false",
    "6.1.0-49-amd64, '#1 SMP Debian 6.1.174-1 (2026-05-01)', true",
    "6.8.0-45-generic, '#45-Ubuntu SMP', false",
    "5.14.0-427.el9.x86_64, '#1 SMP', false",
    "6.12, '', false",
    "6.12-amd64, '', false",
    "6.12.74, '', true",
    "6.12.74+deb12-amd64, '', true",
    "6.1.0, '', true",
    "7.4.0-rc1, '', true",
    "7.4-rc1, '', true",
    "vmlinuz, '', true"
  })
  void distributionsHideThePatchLevel(String release, String version, boolean tell) {
    assertEquals(tell, KernelVersion.tellPatchLevel(release, version));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "6.12.74, '', 1",
    "6.12.0-rc3, '', 1",
    "7.3.4+deb13-cloud-amd64, '', 1",
    "6.1.0-49-amd64, '#1 SMP Debian 6.1.174-1 (2026-05-01)', 1",
    "6.1.0-49-amd64, '', 3",
    "6.8.0-124-generic, '', 4",
    "6.8.12-20-pve, '', 4",
    "6.17.0-20-generic, '', 4",
    "5.14.0-427.el9.x86_64, '', 4",
    "6.12.0-160000.9-default, '', 8",
    "7.3.4-rig, '', 1",
    "vmlinuz, '', 1"
  })
  void releaseOfADistributionMayFollowTheRulesOfItsWholeLine(
      String release, String version, int sets) {
    Machine machine = Machine.of(boot(release, version));
    List<RuleSet> may = RuleSet.mayFollow(boot(release, version), machine);

    assertEquals(sets, may.size(), () -> may.stream().map(RuleSet::text).toList().toString());
    assertTrue(RuleSet.known(boot(release, version), machine).containsAll(may));
  }

  @Test
  void distributionsTakeOverWhatMakesOldKernelsGroupTooEarly() {
    assertEquals(
        "[legacy-early-acs with the quirks of 6.8.0,"
            + " legacy-late-acs-regressed with the quirks of 6.8.0,"
            + " legacy-early-acs with the quirks of 7.3.0,"
            + " legacy-late-acs-regressed with the quirks of 7.3.0]",
        RuleSet.mayFollow(boot("6.8.0-124-generic", ""), Machine.of(boot("", ""))).stream()
            .map(RuleSet::text)
            .toList()
            .toString());
  }

  private static Boot boot(String release, String version) {
    return new Boot("b", release, version, "", 0, 0);
  }
}
