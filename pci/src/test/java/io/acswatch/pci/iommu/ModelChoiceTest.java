package io.acswatch.pci.iommu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelChoiceTest {
  private static ModelChoice choice(
      String release, String commandLine, @Nullable GroupingModel asked) {
    return ModelChoice.of(new Boot("boot", release, "", commandLine, 0, 0), asked);
  }

  @Test
  void modelFollowsTheReleaseAndSaysSo() {
    ModelChoice choice = choice("7.0.3", "quiet", null);

    assertEquals(GroupingModel.LEGACY_7_0, choice.model());
    assertEquals("kernel 7.0.3", choice.reason());
    assertEquals(AcsOverride.NONE, choice.override());
  }

  @Test
  void releaseWithoutANumberIsSaid() {
    ModelChoice choice = choice("next-kernel", "", null);

    assertEquals(GroupingModel.LEGACY_EARLY_ACS, choice.model());
    assertEquals("kernel release \"next-kernel\" names no version", choice.reason());
  }

  @Test
  void modelThatIsAskedForOverrulesTheCommandLine() {
    ModelChoice choice = choice("7.0.3", "pcie_acs_override=downstream", GroupingModel.LEGACY_6_15);

    assertEquals(GroupingModel.LEGACY_6_15, choice.model());
    assertEquals("asked for", choice.reason());
  }

  @Test
  void overrideOnTheCommandLineIsAModelWithTheTimingOfItsKernel() {
    ModelChoice choice = choice("6.12.76", "pcie_acs_override=id:8086:ABCD", null);

    assertEquals(GroupingModel.ACS_OVERRIDE, choice.model());
    assertEquals(GroupingModel.LEGACY_LATE_ACS_REGRESSED, choice.timing());
    assertTrue(choice.override().ids().contains("8086:abcd"));
    assertFalse(choice.withoutOverride().override().isActive());
  }

  @Test
  void overrideThatIsAskedForBelievesWhatTheCommandLineNamesOrTheUsual() {
    GroupingModel asked = GroupingModel.ACS_OVERRIDE;

    assertEquals(AcsOverride.USUAL, choice("6.12.74", "", asked).override());
    assertEquals(
        new AcsOverride(true, false, Set.of()),
        choice("6.12.74", "pcie_acs_override=downstream", asked).override());
    assertEquals(
        AcsOverride.NONE, choice("6.12.74", "", GroupingModel.LEGACY_EARLY_ACS).override());
  }

  @ParameterizedTest
  @CsvSource({
    "6.14.0-1012-nvidia, LEGACY_EARLY_ACS",
    "6.14.0-12-generic, LEGACY_EARLY_ACS",
    "6.17.0-1012-nvidia, LEGACY_6_15"
  })
  void noFlavourGroupsByTheHardwareByItsNameAlone(String release, GroupingModel model) {
    assertEquals(model, choice(release, "", null).model());
  }

  @ParameterizedTest
  @CsvSource({
    "6.12.74, '', ''",
    "6.12.74, dmar0 dmar1, ''",
    "6.12.74, ivhd0, ''",
    "6.12.74, smmu3.0x000000002b400000, ''",
    "6.12.74, virtio0, ''",
    "6.12.74, smmu.0x00000000e0800000, smmu.0x00000000e0800000",
    "6.12.74, dmar0 smmu.0x1 smmu3.0x2, smmu.0x1",
    "6.12.74, apple-dart.681008000.iommu, apple-dart.681008000.iommu",
    "6.12.74, iommu-phb0000, iommu-phb0000",
    "6.12.74, s390-iommu.00000010, s390-iommu.00000010",
    "6.1.0-49-powerpc64le, '', this architecture",
    "5.14.0-427.el9.s390x, '', this architecture",
    "5.14.0-427.el9.ppc64le, '', this architecture"
  })
  void driversThatGroupByOtherRulesAreNotComputable(String release, String iommus, String named) {
    ModelChoice choice =
        ModelChoice.of(
            new Boot(
                "boot",
                release,
                "",
                "",
                new Boot.Loader(0, 0),
                new Boot.Notes(iommus, "", "", ""),
                ""),
            null);

    assertEquals(named.isEmpty(), choice.isComputable());
    assertEquals(named.isEmpty(), choice.machine().otherRules().isEmpty());
    assertTrue(choice.machine().otherRules().contains(named), choice.machine().otherRules());
    assertEquals(choice.machine().otherRules(), choice.withoutOverride().machine().otherRules());
  }

  @Test
  void modelsThatSwitchOnLateAreTwo() {
    assertTrue(GroupingModel.LEGACY_7_0.switchesOnLate());
    assertTrue(GroupingModel.LEGACY_LIVEUPDATE.switchesOnLate());
    assertFalse(GroupingModel.LEGACY_LATE_ACS_REGRESSED.switchesOnLate());
    assertEquals(GroupingModel.LEGACY_LIVEUPDATE, choice("7.4.0", "", null).model());
  }

  @Test
  void partitionsAreEqualIfTheirSetsAre() {
    GroupPartition one = GroupPartition.ofLabels(new int[] {4, 4, 9, -1});
    GroupPartition same = GroupPartition.ofLabels(new int[] {0, 0, 7, -1});
    GroupPartition other = GroupPartition.ofLabels(new int[] {0, 1, 1, -1});

    assertEquals(one, same);
    assertEquals(one.hashCode(), same.hashCode());
    assertNotEquals(one, other);
    assertNotEquals(one.hashCode(), other.hashCode());
    assertNotEquals((Object) one, "[[0, 1], [2]]");
    assertEquals("[[0, 1], [2]]", one.toString());
    assertEquals(2, one.groupCount());
    assertEquals(4, one.size());
  }

  @Test
  void aModelThatDoesNotExistIsRefusedWithThoseThatDo() {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> GroupingModel.ofLabel("legacy"));

    assertEquals(
        "model=\"legacy\", expected one of "
            + Stream.of(GroupingModel.values())
                .map(GroupingModel::label)
                .collect(Collectors.joining(", ")),
        refused.getMessage());
  }

  /** With the command line naming a model of its own, the timing of the kernel counts. */
  @ParameterizedTest(name = "{0} \"{1}\": words at the start count {2}")
  @CsvSource({
    "6.12.74, '', false",
    "6.12.76, '', true",
    "6.16.12, '', false",
    "7.0.13, '', true",
    "7.4.0, '', true",
    "7.0.13, pcie_acs_override=downstream, true",
    "6.12.74, pcie_acs_override=downstream, false",
  })
  void wordsAtTheStartCountWhereAcsComesLate(String release, String commandLine, boolean count) {
    assertEquals(count, choice(release, commandLine, null).dependsOnRegistersAtStart());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "6.10.14, false",
    "6.11.0, true",
    "6.12.73, true",
    "6.12.74, false",
    "6.14.11, true",
    "6.15.0, false",
  })
  void acsOptionsAreMisreadFrom611To614(String release, boolean misread) {
    assertEquals(misread, choice(release, "", null).mayMisreadAcsOptions());
  }

  @Test
  void theModelABootIsToBeJudgedByCountsAsAskedFor() {
    Boot boot = new Boot("boot", "7.0.3", "", "", 0, 0).withModel("legacy-6.15");

    assertEquals(GroupingModel.LEGACY_6_15, ModelChoice.of(boot, null).model());
    assertTrue(ModelChoice.of(boot, null).isAskedFor());
    assertEquals(
        GroupingModel.LEGACY_EARLY_ACS,
        ModelChoice.of(boot, GroupingModel.LEGACY_EARLY_ACS).model());
    assertFalse(choice("7.0.3", "", null).isAskedFor());
  }
}
