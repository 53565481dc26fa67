package io.acswatch.pci.groups;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.explain.Explainer;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said where the kernel's groups are not those of the registers as they are. */
class GroupsCheckTest {
  private static final String LATE = "6.19.14";
  private static final PciIds MARVELL = new PciIds(0x1b4b, 0x9170, 0x010601);

  /**
   * Function 2 uses the id of function 1, function 0 has no ACS: whether function 2 isolated when
   * function 0 was grouped decides whether function 1 joins it.
   */
  private static TestHost aliased() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("F0", "01:00.0", "RP", ENDPOINT, true, NONE)
        .add("F1", "01:00.1", "RP", ENDPOINT, true, new AcsRegisters(0x148, 0x0C, 0x0C, 0))
        .add("F2", "01:00.2", "RP", ENDPOINT, true, OK, MARVELL)
        .release(LATE)
        .kexec("boot-2");
  }

  private static SnapshotGroups groups(TestHost host) {
    return SnapshotGroups.of(host.snapshot(), null);
  }

  private static List<PciAddress> addresses(String... texts) {
    return List.of(texts).stream().map(PciAddress::parse).toList();
  }

  /** The same host as a kernel groups it that finds function 2 cleared. */
  private static TestHost foundCleared() {
    return aliased().reportGroup("F0", 9).reportGroup("F1", 9).reportGroup("F2", 9);
  }

  @Test
  void sameGroupsNeedNoWords() {
    SnapshotGroups groups = groups(aliased());

    assertEquals(GroupsAgreement.SAME, groups.agreement());
    assertEquals("", groups.difference());
    assertEquals(List.of(), groups.notComputable());
  }

  @Test
  void groupsThatTheWordsAtTheStartExplainCannotBeComputed() {
    SnapshotGroups groups = groups(foundCleared());

    assertEquals(GroupsAgreement.NOT_COMPUTABLE, groups.agreement());
    assertEquals(addresses("01:00.0", "01:00.1", "01:00.2"), groups.notComputable());
    assertEquals(groups.kernel(), groups.derived());
    assertTrue(
        groups.difference().contains("if ACS was off in 0000:01:00.2 then"), groups.difference());
  }

  @Test
  void wordsThatTheBootFoundOnExplainGroupsToo() {
    TestHost firmware = aliased().boot("boot-1", BootClass.COLD);
    SnapshotGroups asUsual = groups(firmware);
    SnapshotGroups found =
        groups(firmware.reportGroup("F0", 7).reportGroup("F1", 8).reportGroup("F2", 8));

    assertEquals(GroupsAgreement.SAME, asUsual.agreement());
    assertEquals(GroupsAgreement.NOT_COMPUTABLE, found.agreement());
    assertTrue(
        found.difference().contains("if ACS was on in 0000:01:00.2 then"), found.difference());
  }

  @Test
  void wordsOfTheBootBeforeAreTakenAndMayHaveChangedSince() {
    Snapshot after = foundCleared().snapshot();
    Snapshot cleared = aliased().acs("F2", CLEARED).kexec("boot-1").snapshot();
    Snapshot whole = aliased().kexec("boot-1").snapshot();

    assertEquals(GroupsAgreement.SAME, SnapshotGroups.of(after, null, cleared).agreement());
    assertEquals(GroupsAgreement.NOT_COMPUTABLE, SnapshotGroups.of(after, null, whole).agreement());
  }

  @Test
  void withoutReportedGroupsTheFunctionsInDoubtAreNamed() {
    SnapshotGroups late = SnapshotGroups.of(aliased().bareSnapshot(), null);
    SnapshotGroups early = SnapshotGroups.of(aliased().release("6.18.15").bareSnapshot(), null);

    assertEquals(GroupsAgreement.NOT_REPORTED, late.agreement());
    assertEquals(addresses("01:00.0", "01:00.1", "01:00.2"), late.notComputable());
    assertFalse(late.difference().isEmpty());
    assertEquals(List.of(), early.notComputable());
    assertEquals("", early.difference());
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.18.15", "6.12.83", "6.1.192"})
  void kernelsThatSwitchOnFirstLeaveNoDoubt(String release) {
    assertEquals(GroupsAgreement.UNEXPLAINED, groups(foundCleared().release(release)).agreement());
  }

  @ParameterizedTest
  @ValueSource(strings = {LATE, "6.12.74", "6.12.76"})
  void groupsThatNothingExplainsAreAMismatch(String release) {
    // Function 1 alone, function 2 with function 0: an alias that the kernel would have heeded.
    TestHost host =
        aliased().reportGroup("F0", 8).reportGroup("F1", 7).reportGroup("F2", 8).release(release);
    SnapshotGroups groups = groups(host);

    assertEquals(GroupsAgreement.UNEXPLAINED, groups.agreement());
    assertEquals(List.of(), groups.notComputable());
    assertTrue(raises(host.snapshot(), AlertCode.KERNEL_GROUP_MISMATCH));
  }

  @Test
  void whatCannotBeComputedIsNoMismatch() {
    assertFalse(raises(foundCleared().snapshot(), AlertCode.KERNEL_GROUP_MISMATCH));
  }

  private static boolean raises(Snapshot snapshot, AlertCode code) {
    return Judgement.apply(HostState.NONE, snapshot).alerts().stream()
        .anyMatch(alert -> alert.code() == code);
  }

  private static TestHost twoPorts(AcsRegisters first) {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, first)
        .add("A", "01:00.0", "RP", ENDPOINT, true, NONE)
        .add("B", "01:00.1", "RP", ENDPOINT, true, OK)
        .add("RQ", "00:02.0", null, ROOT_PORT, false, OK)
        .release("6.12.74");
  }

  @Test
  void registersThatChangedSinceAreNamed() {
    TestHost cleared =
        twoPorts(CLEARED).reportGroup("RP", 5).reportGroup("A", 6).reportGroup("B", 7);
    SnapshotGroups groups = groups(cleared);

    assertEquals(GroupsAgreement.REGISTERS_CHANGED, groups.agreement());
    assertTrue(
        groups.difference().contains("0000:00:01.0 (Control 0019, the kernel leaves 001d)"),
        groups.difference());
    assertFalse(groups.kernel().equals(groups.derived()));
    assertFalse(raises(cleared.snapshot(), AlertCode.KERNEL_GROUP_MISMATCH));
  }

  @Test
  void bitsThatTheCommandLineClearedAndSomebodySetAreAChangeToo() {
    TestHost set =
        twoPorts(OK)
            .commandLine("intel_iommu=on pci=disable_acs_redir=00:01.0")
            .reportGroup("RP", 5)
            .reportGroup("A", 5)
            .reportGroup("B", 5);

    assertEquals(GroupsAgreement.REGISTERS_CHANGED, groups(set).agreement());
    assertTrue(
        groups(set).difference().contains("0000:00:01.0 (Control 001d, the kernel leaves 0011)"));
    assertFalse(raises(set.snapshot(), AlertCode.KERNEL_GROUP_MISMATCH));
  }

  @Test
  void functionFoundAgainAfterTheChangeIsGroupedByTheNewWords() {
    // B was removed and came back below a port that had lost a bit: it joins the port, A stays.
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, CLEARED)
            .add("A", "01:00.0", "RP", ENDPOINT, true, NONE)
            .add("RQ", "00:02.0", null, ROOT_PORT, false, OK)
            .add("B", "01:00.1", "RP", ENDPOINT, true, OK)
            .release("6.12.74")
            .reportGroup("RP", 5)
            .reportGroup("A", 6)
            .reportGroup("RQ", 7)
            .reportGroup("B", 5);

    assertEquals(GroupsAgreement.REGISTERS_CHANGED, groups(host).agreement());
    assertEquals(GroupsAgreement.UNEXPLAINED, groups(host.reportGroup("B", 7)).agreement());
  }

  @Test
  void whatWasFoundBeforeTheChangeKeepsTheGroupOfThen() {
    // B alone was found again: A and X, on either side of it, stay apart from the port.
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, CLEARED)
            .add("A", "01:00.0", "RP", ENDPOINT, true, OK)
            .add("X", "01:00.2", "RP", ENDPOINT, true, OK)
            .add("B", "01:00.1", "RP", ENDPOINT, true, OK)
            .release("6.12.74")
            .reportGroup("RP", 5)
            .reportGroup("A", 6)
            .reportGroup("X", 7)
            .reportGroup("B", 5);

    assertEquals(GroupsAgreement.REGISTERS_CHANGED, groups(host).agreement());
  }

  @Test
  void wideControlThatChangedIsNamedToo() {
    PciIds sunrisePoint = new PciIds(0x8086, 0xa110, 0x060400);
    AcsRegisters cleared = new AcsRegisters(0x148, 0x5F, 0, 0x7000_0019);
    TestHost host =
        new TestHost()
            .add("RP", "00:1c.0", null, ROOT_PORT, false, cleared, sunrisePoint)
            .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
            .release("6.12.74")
            .reportGroup("RP", 5)
            .reportGroup("A", 6);

    assertTrue(
        groups(host).difference().contains("0000:00:1c.0 (Control 0019, the kernel leaves 001d)"),
        groups(host).difference());
  }

  @Test
  void capabilityWithoutControlsIsolatesBeforeItIsSwitchedOn() {
    TestHost host =
        aliased().acs("F2", new AcsRegisters(0x148, 0, 0, 0)).boot("boot-1", BootClass.COLD);

    assertEquals("F0 F1,F2 RP", host.describe(groups(host).derived()));
    assertEquals(List.of(), SnapshotGroups.of(host.bareSnapshot(), null).notComputable());
  }

  @Test
  void bytesThatWereNotReadAreNoMismatchAndNoAgreement() {
    TestHost host = twoPorts(OK).unread("RQ").reportGroup("RQ", 3).reportGroup("A", 3);

    assertEquals(GroupsAgreement.UNREAD, groups(host).agreement());
    assertTrue(groups(host).difference().contains("0000:00:02.0"), groups(host).difference());
    assertFalse(raises(host.snapshot(), AlertCode.KERNEL_GROUP_MISMATCH));
  }

  @Test
  void whereTheDriverGroupsByOtherRulesItsGroupsStand() {
    SnapshotGroups groups = groups(twoPorts(OK).iommus("smmu.0x1000").reportGroup("A", 0));

    assertEquals(GroupsAgreement.OTHER_RULES, groups.agreement());
    assertEquals(groups.kernel(), groups.derived());
    assertTrue(groups.difference().contains("smmu.0x1000"), groups.difference());
  }

  @Test
  void chipsetThatNobodyCanReadIsToldByTheKernelsGroups() {
    TestHost host =
        new TestHost()
            .add(
                "PCH",
                "00:1c.0",
                null,
                ROOT_PORT,
                false,
                NONE,
                new PciIds(0x8086, 0x8c10, 0x060400))
            .add("A", "01:00.0", "PCH", ENDPOINT, false, NONE)
            .release("6.12.74");

    assertEquals(GroupsAgreement.SAME, groups(host).agreement());
    SnapshotGroups apart = groups(host.reportGroup("PCH", 1).reportGroup("A", 2));
    assertEquals(GroupsAgreement.NOT_COMPUTABLE, apart.agreement());
    assertEquals(apart.kernel(), apart.derived());
    assertTrue(apart.difference().contains("0000:00:1c.0"), apart.difference());
    assertEquals(addresses("00:1c.0", "01:00.0"), apart.notComputable());
  }

  @Test
  void mergeThatOnlyAnUnseenChangeExplainsSaysSo() {
    Snapshot before = aliased().kexec("boot-1").release("6.12.74").snapshot();
    List<IsolationAlert> alerts =
        Judgement.apply(Judgement.apply(HostState.NONE, before).state(), foundCleared().snapshot())
            .alerts();
    Cause cause =
        alerts.stream().filter(alert -> alert.code().isMerge()).findFirst().orElseThrow().cause();

    assertEquals(Cause.Kind.ACS_ENABLED_LATE, cause.kind());
    assertTrue(cause.explanation().contains("ACS of 0000:01:00.2 was off then"), cause::toString);
  }

  @Test
  void explanationTellsWhatMustHaveBeen() {
    Snapshot after = foundCleared().snapshot();
    Explainer alone = new Explainer(after, null, null);
    Explanation told = alone.explain(alone.indexOf(PciAddress.parse("01:00.1")).orElseThrow());
    Explainer informed =
        new Explainer(after, null, aliased().acs("F2", CLEARED).kexec("boot-1").snapshot());
    Explanation known =
        informed.explain(informed.indexOf(PciAddress.parse("01:00.1")).orElseThrow());

    assertEquals(addresses("01:00.0", "01:00.1", "01:00.2"), told.group());
    assertTrue(told.kernelAgrees());
    assertFalse(told.note().isEmpty());
    assertTrue(told.steps().toString().contains("must have been off still"), told::toString);
    assertEquals("", known.note());
    assertTrue(
        known.steps().toString().contains("Control was still 0019, of the boot before"),
        known::toString);
  }

  /** The operator wrote the bit back, or a reset changed it: the group is that of the word then. */
  @Test
  void wordThatALiveUpdateAdoptedIsToldByTheGroups() {
    TestHost repaired =
        twoPorts(OK)
            .boot("boot-2", BootClass.LIVE_UPDATE)
            .life(Preservation.FINISHED, "RP", "A")
            .reportGroup("RP", 5)
            .reportGroup("A", 5)
            .reportGroup("B", 5);
    SnapshotGroups groups = groups(repaired);

    assertEquals(GroupsAgreement.REGISTERS_CHANGED, groups.agreement());
    assertTrue(
        groups
            .difference()
            .contains("0000:00:01.0 (Control 001d, a live update adopted another word)"),
        groups.difference());
    assertFalse(raises(repaired.snapshot(), AlertCode.KERNEL_GROUP_MISMATCH));
    TestHost foundAgain = repaired.life(Preservation.FOUND_AGAIN, "RP", "A");
    assertEquals(GroupsAgreement.UNEXPLAINED, groups(foundAgain).agreement());
  }

  /** Both were cleared by hand: the kernel writes RQ and no adopted port. */
  @Test
  void adoptedPortAndAnotherThatChangedAreToldTogether() {
    TestHost cleared =
        twoPorts(CLEARED)
            .acs("RQ", CLEARED)
            .add("C", "02:00.0", "RQ", ENDPOINT, false, NONE)
            .boot("boot-2", BootClass.LIVE_UPDATE)
            .life(Preservation.ADOPTED, "RP", "A")
            .reportGroup("RP", 5)
            .reportGroup("A", 6)
            .reportGroup("B", 7)
            .reportGroup("RQ", 8)
            .reportGroup("C", 9);
    SnapshotGroups groups = groups(cleared);

    assertEquals(GroupsAgreement.REGISTERS_CHANGED, groups.agreement(), groups.difference());
    assertTrue(
        groups.difference().contains("0000:00:01.0 (Control 0019, a live update adopted another"),
        groups.difference());
    assertTrue(
        groups.difference().contains("0000:00:02.0 (Control 0019, the kernel leaves 001d)"),
        groups.difference());
  }

  /** Q never takes its bits, so its words cannot have changed; RP was cleared by hand. */
  @Test
  void bitsThatAnotherFunctionDoesNotTakeAreNoObstacle() {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, CLEARED)
            .add("RQ", "00:02.0", null, ROOT_PORT, false, OK)
            .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
            .add("Q0", "02:00.0", "RQ", ENDPOINT, true, new AcsRegisters(0x148, 0x5F, 0, 0))
            .add("Q1", "02:00.1", "RQ", ENDPOINT, true, NONE)
            .release("6.12.74")
            .reportGroup("RP", 1)
            .reportGroup("RQ", 2)
            .reportGroup("A", 3)
            .reportGroup("Q0", 4)
            .reportGroup("Q1", 4);
    SnapshotGroups groups = groups(host);

    assertEquals(GroupsAgreement.REGISTERS_CHANGED, groups.agreement(), groups.difference());
    assertTrue(groups.difference().contains("0000:00:01.0 (Control 0019"), groups.difference());
    assertFalse(groups.difference().contains("0000:02:00.0"), groups.difference());
  }
}
