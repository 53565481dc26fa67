package io.acswatch.pci.groups;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.iommu.RuleSet;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FollowedRulesTest {
  private static final String UBUNTU = "6.8.0-124-generic";
  private static final PciIds QUALCOMM = new PciIds(0x17CB, 0x0111, 0x060400);

  /** Two root ports with a device below each, in one group as if ACS had been off. */
  private static TestHost merged(String release) {
    return new TestHost()
        .release(release)
        .add("R1", "00:01.0", null, PortType.ROOT_PORT, true, OK)
        .add("R2", "00:01.1", null, PortType.ROOT_PORT, true, OK)
        .add("A", "01:00.0", "R1", PortType.ENDPOINT, false, NONE)
        .add("B", "02:00.0", "R2", PortType.ENDPOINT, false, NONE)
        .reportGroup("R1", 0)
        .reportGroup("R2", 0)
        .reportGroup("A", 0)
        .reportGroup("B", 0);
  }

  private static Map<RuleSet, FollowedRules.Answer> answers(Snapshot snapshot) {
    HostView view = new HostView(snapshot);
    return new FollowedRules(
            new AcsRules(view.hierarchy(), ModelChoice.of(snapshot.boot(), null)), snapshot, null)
        .answers();
  }

  @Test
  void theOnlyModelThatExplainsTheGroupsIsFollowed() {
    Snapshot snapshot = merged(UBUNTU).snapshot();

    SnapshotGroups groups = SnapshotGroups.of(snapshot, null);

    assertEquals(GroupingModel.LEGACY_LATE_ACS_REGRESSED, groups.model());
    assertEquals(GroupsAgreement.SAME, groups.agreement());
    assertEquals(
        "the groups of kernel 6.8.0 contradict legacy-early-acs; of the models that are known this"
            + " one explains them",
        groups.modelReason());
    assertEquals(GroupingModel.LEGACY_LATE_ACS_REGRESSED, new HostView(snapshot).choice().model());
    assertTrue(
        Judgement.apply(HostState.NONE, snapshot).alerts().stream()
            .noneMatch(alert -> alert.code() == AlertCode.KERNEL_GROUP_MISMATCH));
  }

  @Test
  void modelOfTheReleaseStaysWhereTheGroupsDoNotContradictIt() {
    TestHost apart = merged(UBUNTU);
    List.of("R1", "R2", "A", "B").forEach(name -> apart.reportGroup(name, name.hashCode()));

    assertEquals(GroupingModel.LEGACY_EARLY_ACS, SnapshotGroups.of(apart.snapshot(), null).model());
    // Asked for is asked for.
    assertEquals(
        GroupsAgreement.UNEXPLAINED,
        SnapshotGroups.of(merged(UBUNTU).snapshot(), GroupingModel.LEGACY_EARLY_ACS).agreement());
  }

  @Test
  void groupsThatNoModelExplainsStayUnexplained() {
    TestHost odd = merged(UBUNTU).reportGroup("A", 7);

    SnapshotGroups groups = SnapshotGroups.of(odd.snapshot(), null);

    assertEquals(GroupsAgreement.UNEXPLAINED, groups.agreement());
    assertEquals(GroupingModel.LEGACY_EARLY_ACS, groups.model());
    assertTrue(
        answers(odd.snapshot()).values().stream()
            .allMatch(answer -> answer == FollowedRules.Answer.CONTRADICTS));
  }

  /** After a kexec the words that it found decide, which the capture before shows. */
  @Test
  void wordsOfTheBootBeforeTellItAfterAKexec() {
    TestHost off = merged(UBUNTU).boot("boot-0", BootClass.COLD);
    List.of("R1", "R2").forEach(port -> off.acs(port, OK.withRequired(false)));
    Snapshot after = merged(UBUNTU).kexec("boot-1").snapshot();

    assertEquals(GroupsAgreement.UNEXPLAINED, SnapshotGroups.of(after, null).agreement());
    assertEquals(
        GroupingModel.LEGACY_LATE_ACS_REGRESSED,
        SnapshotGroups.of(after, null, off.snapshot()).model());
  }

  @Test
  void ignoredOverrideIsSaidToBeIgnored() {
    TestHost ignored =
        merged("6.1.174").commandLine("intel_iommu=on pcie_acs_override=downstream,multifunction");
    List.of("R1", "R2").forEach(port -> ignored.acs(port, NONE));

    SnapshotGroups groups = SnapshotGroups.of(ignored.snapshot(), null);

    assertEquals(GroupingModel.LEGACY_EARLY_ACS, groups.model());
    assertEquals(GroupsAgreement.SAME, groups.agreement());
    assertTrue(groups.modelReason().contains("ignores pcie_acs_override="), groups.modelReason());
  }

  @Test
  void quirkThatADistributionTookOverIsTold() {
    TestHost quirked =
        new TestHost()
            .release("6.8.0-124-generic")
            .add("R1", "00:01.0", null, PortType.ROOT_PORT, false, NONE, QUALCOMM)
            .add("A", "01:00.0", "R1", PortType.ENDPOINT, false, NONE)
            .reportGroup("R1", 0)
            .reportGroup("A", 1);

    SnapshotGroups groups = SnapshotGroups.of(quirked.snapshot(), null);

    assertEquals(GroupingModel.LEGACY_EARLY_ACS, groups.model());
    assertTrue(groups.modelReason().endsWith("with the quirks of 7.3.0"), groups.modelReason());
    assertEquals(GroupsAgreement.SAME, groups.agreement());
  }
}
