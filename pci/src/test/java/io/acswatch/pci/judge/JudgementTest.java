package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.PCIE_TO_PCI_BRIDGE;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.snapshot.AlteredSnapshot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JudgementTest {
  /** A switch below one root port; A belongs to vm-a, B to vm-b. */
  private static TestHost host() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
        .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
        .add("B", "04:00.0", "D2", ENDPOINT, false, NONE)
        .owner("A", "vm-a")
        .owner("B", "vm-b");
  }

  private static HostState stateAfter(TestHost... hosts) {
    HostState state = HostState.NONE;
    for (TestHost host : hosts) {
      state = Judgement.apply(state, host.snapshot()).state();
    }
    return state;
  }

  private static List<IsolationAlert> judge(HostState state, TestHost host) {
    return Judgement.apply(state, host.snapshot()).alerts();
  }

  private static List<IsolationAlert> afterKexec(UnaryOperator<TestHost> change) {
    return judge(stateAfter(host()), change.apply(host().kexec("boot-2")));
  }

  private static IsolationAlert only(List<IsolationAlert> alerts, AlertCode code) {
    List<IsolationAlert> matching = alerts.stream().filter(a -> a.code() == code).toList();
    assertEquals(1, matching.size(), () -> code + " among " + codes(alerts));
    return matching.get(0);
  }

  private static String codes(List<IsolationAlert> alerts) {
    return alerts.stream()
        .map(a -> a.status() + " " + a.code() + " " + a.severity())
        .collect(Collectors.joining(", "));
  }

  @Test
  void firstSnapshotRaisesNothing() {
    assertEquals("", codes(judge(HostState.NONE, host())));
  }

  @Test
  void deviceGivenToAVmSinceTheBootIsExposedAtTheFirstSightNotTheSecond() {
    HostState before = stateAfter(host());
    TestHost after =
        host().kexec("boot-2").add("C", "00:04.0", null, ENDPOINT, false, NONE).owner("C", "vm-c");
    Snapshot snapshot = after.reportGroup("C", -1).snapshot();
    Judged first = Judgement.apply(before, snapshot);

    assertEquals(List.of("vm-c"), only(first.alerts(), AlertCode.IOMMU_OFF).vms());
    assertEquals("", codes(Judgement.apply(first.state(), snapshot).alerts()));
  }

  @Test
  void kexecThatChangesNothingRaisesNothing() {
    assertEquals("", codes(afterKexec(host -> host)));
  }

  @Test
  void lostBitOnASharedPortIsACriticalMergeOfTwoVms() {
    List<IsolationAlert> alerts = afterKexec(host -> host.acs("RP", CLEARED));

    IsolationAlert merge = only(alerts, AlertCode.GROUP_MERGED_CROSS_VM);
    assertEquals(Severity.CRITICAL, merge.severity());
    assertEquals(List.of("vm-a", "vm-b"), merge.vms());
    assertEquals(
        List.of("0000:03:00.0", "0000:04:00.0"),
        merge.devices().stream().map(device -> device.address().toString()).toList());
    Cause cause = present(merge.cause());
    assertEquals(Cause.Kind.ACS_CONTROL_CHANGED, cause.kind());
    RegisterChange register = present(cause.register());
    assertEquals("0000:00:01.0", register.port().toString());
    assertEquals(0x148 + 6, register.registerOffset());
    assertEquals(0x1D, register.before());
    assertEquals(0x19, register.after());
    assertEquals(List.of("RR"), register.bitNames());
    assertEquals(Severity.WARNING, only(alerts, AlertCode.ACS_BIT_CLEARED).severity());
  }

  private static <T> T present(@Nullable T value) {
    return Objects.requireNonNull(value);
  }

  @Test
  void lostBitBelowWhichNoTwoVmsMeetIsNoMerge() {
    List<IsolationAlert> alerts = afterKexec(host -> host.acs("D1", CLEARED));

    assertTrue(alerts.stream().noneMatch(alert -> alert.code().isMerge()), codes(alerts));
    assertEquals(List.of("vm-a"), only(alerts, AlertCode.ACS_BIT_CLEARED).vms());
  }

  @Test
  void functionsOfOneSlotExplainAMergeWithoutACommonPort() {
    TestHost before = rootPorts(OK);
    List<IsolationAlert> alerts = judge(stateAfter(before), rootPorts(CLEARED).kexec("boot-2"));

    Cause cause = only(alerts, AlertCode.GROUP_MERGED_CROSS_VM).cause();
    assertEquals(Cause.Kind.ACS_CONTROL_CHANGED, cause.kind());
    assertEquals("0000:00:01.0", cause.register().port().toString());
    assertEquals(1, cause.alsoChanged().size());
    assertEquals("0000:00:01.1", cause.alsoChanged().get(0).port().toString());
  }

  private static TestHost rootPorts(AcsRegisters acs) {
    return new TestHost()
        .add("RP0", "00:01.0", null, ROOT_PORT, true, acs)
        .add("RP1", "00:01.1", null, ROOT_PORT, true, acs)
        .add("A", "01:00.0", "RP0", ENDPOINT, false, NONE)
        .add("B", "02:00.0", "RP1", ENDPOINT, false, NONE)
        .owner("A", "vm-a")
        .owner("B", "vm-b");
  }

  @Test
  void ownersAreThoseOfBeforeEvenIfTheVmsNeverCameUp() {
    TestHost after =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, CLEARED)
            .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
            .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, OK)
            .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, OK)
            .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
            .add("B", "04:00.0", "D2", ENDPOINT, false, NONE)
            .kexec("boot-2");

    only(judge(stateAfter(host()), after), AlertCode.GROUP_MERGED_CROSS_VM);
  }

  @Test
  void mergeOfAVmWithTheHostIsHigh() {
    TestHost before = host().owner("B", "vm-b");
    TestHost unowned =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
            .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, OK)
            .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, OK)
            .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
            .add("B", "04:00.0", "D2", ENDPOINT, false, NONE)
            .owner("A", "vm-a");
    List<IsolationAlert> alerts =
        judge(stateAfter(unowned), before.acs("RP", CLEARED).kexec("boot-2"));

    assertEquals(Severity.HIGH, only(alerts, AlertCode.GROUP_MERGED_VM_HOST).severity());
    assertTrue(alerts.stream().noneMatch(a -> a.code() == AlertCode.GROUP_MERGED_CROSS_VM));
  }

  @Test
  void mergeWithinOneVmIsAWarningAndWithoutVmsInformation() {
    HostState oneVm = stateAfter(host().owner("B", "vm-a"));
    assertEquals(
        Severity.WARNING,
        only(
                judge(oneVm, host().acs("RP", CLEARED).kexec("boot-2")),
                AlertCode.GROUP_MERGED_SAME_VM)
            .severity());

    HostState noVm = stateAfter(withoutOwners(OK));
    assertEquals(
        Severity.INFO,
        only(judge(noVm, withoutOwners(CLEARED).kexec("boot-2")), AlertCode.GROUP_MERGED_UNOWNED)
            .severity());
  }

  private static TestHost withoutOwners(AcsRegisters acs) {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, acs)
        .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
        .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
        .add("B", "04:00.0", "D2", ENDPOINT, false, NONE);
  }

  @Test
  void devicesAreMatchedByPlaceNotByAddress() {
    // After the kexec A has the address B had, and the other way round.
    List<IsolationAlert> alerts =
        afterKexec(host -> host.readdress("A", "04:00.0").readdress("B", "03:00.0"));

    assertEquals("RAISED BUS_RENUMBERED WARNING", codes(alerts));
  }

  @Test
  void renumberedGroupsAreNoNews() {
    TestHost after = host().kexec("boot-2");
    int number = 70;
    for (String name : List.of("RP", "USP", "D1", "D2", "A", "B")) {
      after.reportGroup(name, number--);
    }
    assertEquals("", codes(judge(stateAfter(host()), after)));
  }

  @Test
  void splitIsInformationWithTheBitsThatCameBack() {
    List<IsolationAlert> alerts =
        judge(stateAfter(host().acs("RP", CLEARED)), host().kexec("boot-2"));

    IsolationAlert split = only(alerts, AlertCode.GROUP_SPLIT);
    assertEquals(Severity.INFO, split.severity());
    assertEquals(List.of("RR"), split.cause().register().bitNames());
    only(alerts, AlertCode.ACS_BIT_SET);
  }

  @Test
  void lostCapabilityIsHighAndExplainsTheMerge() {
    List<IsolationAlert> alerts = afterKexec(host -> host.acs("RP", NONE));

    assertEquals(Severity.HIGH, only(alerts, AlertCode.ACS_CAP_DROPPED).severity());
    assertEquals(
        Cause.Kind.ACS_CAPABILITY_GONE,
        only(alerts, AlertCode.GROUP_MERGED_CROSS_VM).cause().kind());
  }

  @Test
  void anotherCapabilityWordExplainsTheMerge() {
    AcsRegisters before = new AcsRegisters(0x148, 0x1B, 0x19, 0);
    AcsRegisters after = new AcsRegisters(0x148, 0x5F, 0x19, 0);
    List<IsolationAlert> alerts =
        judge(stateAfter(host().acs("RP", before)), host().acs("RP", after).kexec("boot-2"));

    Cause cause = only(alerts, AlertCode.GROUP_MERGED_CROSS_VM).cause();
    assertEquals(Cause.Kind.ACS_CAPABILITY_CHANGED, cause.kind());
    assertEquals(0x148 + 4, cause.register().registerOffset());
  }

  @Test
  void anotherKernelExplainsAMergeWithoutARegister() {
    // 17cb:0111 counts as isolated without ACS in 6.12.95 and no more in 6.16.
    PciIds quirked = new PciIds(0x17CB, 0x0111, 0x060400);
    UnaryOperator<TestHost> withQuirk =
        host -> host.add("RP", "00:01.0", null, ROOT_PORT, false, NONE, quirked);
    List<IsolationAlert> alerts =
        judge(
            stateAfter(withQuirk.apply(host()).release("6.12.95")),
            withQuirk.apply(host()).release("6.16.12").kexec("boot-2"));

    Cause cause = only(alerts, AlertCode.GROUP_MERGED_CROSS_VM).cause();
    assertEquals(Cause.Kind.KERNEL_CHANGED, cause.kind());
    assertTrue(cause.explanation().contains("0000:00:01.0"), cause.explanation());
  }

  @Test
  void commandLineExplainsAMergeWithoutARegisterOrAnotherKernel() {
    TestHost after =
        host().kexec("boot-2").commandLine("intel_iommu=on pci=noats").reportGroup("B", 4);
    Cause cause = only(judge(stateAfter(host()), after), AlertCode.GROUP_MERGED_CROSS_VM).cause();

    assertEquals(Cause.Kind.COMMAND_LINE_CHANGED, cause.kind());
    assertTrue(cause.explanation().contains("pci=noats came"), cause.explanation());
  }

  @Test
  void bridgeOfAnotherKindExplainsAMerge() {
    PciIds other = new PciIds(0x8086, 0x9999, 0x060400);
    List<IsolationAlert> alerts =
        judge(
            stateAfter(host().acs("RP", OK)),
            host()
                .add("RP", "00:01.0", null, PCIE_TO_PCI_BRIDGE, false, NONE, other)
                .kexec("boot-2"));

    Cause.Kind kind = only(alerts, AlertCode.GROUP_MERGED_CROSS_VM).cause().kind();
    assertTrue(
        kind == Cause.Kind.HIERARCHY_CHANGED || kind == Cause.Kind.ACS_CAPABILITY_GONE,
        kind.toString());
  }

  @Test
  void whatNothingExplainsIsSaidToBeUnexplained() {
    TestHost after = host().kexec("boot-2").reportGroup("B", 4);

    assertEquals(
        Cause.Kind.UNEXPLAINED,
        only(judge(stateAfter(host()), after), AlertCode.GROUP_MERGED_CROSS_VM).cause().kind());
  }

  @Test
  void lateEnablingIsExplainedByTheWordTheBootFound() {
    TestHost cleared = host().release("7.0.13").acs("RP", CLEARED);
    // Groups are those of the boot before; the word was cleared at run time.
    for (String name : List.of("RP", "USP", "D1", "D2", "A", "B")) {
      cleared.reportGroup(name, name.hashCode() & 0xFFFF);
    }
    TestHost after = host().release("7.0.13").kexec("boot-2").reportGroup("B", 4);
    Cause cause = only(judge(stateAfter(cleared), after), AlertCode.GROUP_MERGED_CROSS_VM).cause();

    assertEquals(Cause.Kind.ACS_ENABLED_LATE, cause.kind());
    assertEquals("0000:00:01.0", cause.register().port().toString());
  }

  @Test
  void missingDeviceOfAVmIsHighAnotherAWarning() {
    List<IsolationAlert> alerts = afterKexec(host -> host.remove("A").remove("D1"));

    assertEquals("RAISED DEVICE_MISSING HIGH, RAISED DEVICE_MISSING WARNING", codes(alerts));
    assertEquals(List.of("vm-a"), alerts.get(0).vms());
  }

  @Test
  void vfsThatKexecTookAwayAreToldOfTogether() {
    TestHost before =
        host()
            .vf("V0", "03:00.1", "A")
            .vf("V1", "03:00.2", "A")
            .owner("V0", "vm-c")
            .owner("V1", "vm-d");
    IsolationAlert missing =
        only(judge(stateAfter(before), host().kexec("boot-2")), AlertCode.DEVICE_MISSING);

    assertEquals(Severity.WARNING, missing.severity());
    assertEquals(List.of("vm-c", "vm-d"), missing.vms());
    assertTrue(missing.headline().contains("SR-IOV"), missing.headline());
  }

  @Test
  void vfsTakenAwayWithinABootAreTheOperatorsBusiness() {
    TestHost before = host().vf("V0", "03:00.1", "A");

    assertEquals("", codes(judge(stateAfter(before), host())));
  }

  @Test
  void newDeviceIsInformationUnlessItJoinsAVm() {
    List<IsolationAlert> apart =
        afterKexec(host -> host.add("X", "05:00.0", null, ENDPOINT, false, NONE));
    assertEquals("RAISED DEVICE_NEW INFO", codes(apart));

    List<IsolationAlert> joined =
        judge(
            stateAfter(host()),
            host()
                .kexec("boot-2")
                .add("A2", "03:00.1", "D1", ENDPOINT, true, NONE)
                .reportGroup("A2", 4));
    assertEquals(Severity.HIGH, only(joined, AlertCode.DEVICE_NEW).severity());
    assertEquals(List.of("vm-a"), only(joined, AlertCode.DEVICE_NEW).vms());
  }

  @Test
  void iommuOffIsCriticalWithVmsAndAWarningWithout() {
    List<IsolationAlert> alerts =
        afterKexec(host -> host.withoutIommu().commandLine("intel_iommu=off"));
    IsolationAlert off = only(alerts, AlertCode.IOMMU_OFF);
    assertEquals(Severity.CRITICAL, off.severity());
    assertTrue(off.cause().explanation().contains("intel_iommu=off came"));
    assertTrue(alerts.stream().noneMatch(alert -> alert.code().isMerge()), codes(alerts));

    List<IsolationAlert> unowned =
        judge(stateAfter(withoutOwners(OK)), withoutOwners(OK).withoutIommu().kexec("boot-2"));
    assertEquals("RAISED IOMMU_OFF WARNING", codes(unowned));
  }

  @Test
  void coldBootLowersAMergeByOneStep() {
    List<IsolationAlert> alerts =
        afterKexec(host -> host.acs("RP", CLEARED).boot("boot-2", BootClass.COLD));

    assertEquals(Severity.HIGH, only(alerts, AlertCode.GROUP_MERGED_CROSS_VM).severity());
  }

  @Test
  void crashKernelIsNoBoundary() {
    HostState state = stateAfter(host());
    Judged judged =
        Judgement.apply(
            state, host().acs("RP", CLEARED).boot("boot-2", BootClass.CRASH_KEXEC).snapshot());

    assertEquals(state, judged.state());
    assertEquals(List.of(), judged.alerts());
  }

  @Test
  void sameSnapshotTwiceRaisesNothingTwice() {
    HostState state = stateAfter(host(), host().acs("RP", CLEARED).kexec("boot-2"));

    assertEquals("", codes(judge(state, host().acs("RP", CLEARED).kexec("boot-2"))));
  }

  @Test
  void regroupingWithinABootIsJudgedLikeOneAcrossBoots() {
    TestHost regrouped = host().acs("RP", CLEARED);
    List<IsolationAlert> alerts = judge(stateAfter(host()), regrouped);

    IsolationAlert merge = only(alerts, AlertCode.GROUP_MERGED_CROSS_VM);
    assertEquals(Boundary.REGROUPING, merge.interval().boundary());
    assertEquals(Severity.CRITICAL, merge.severity());
  }

  @Test
  void regroupingIsFoundEvenIfTheBootBeforeHadItToo() {
    // vm-a and vm-b shared a group before the kexec, were apart after it and share one again.
    TestHost together = host().acs("RP", CLEARED);
    HostState state = stateAfter(together, host().kexec("boot-2"));

    List<IsolationAlert> alerts = judge(state, host().acs("RP", CLEARED).kexec("boot-2"));
    only(alerts, AlertCode.GROUP_MERGED_CROSS_VM);
  }

  @Test
  void mergeStaysOpenOverFurtherBootsAndIsResolvedWhenItHeals() {
    HostState merged = stateAfter(host(), host().acs("RP", CLEARED).kexec("boot-2"));
    IsolationAlert raised = only(merged.open(), AlertCode.GROUP_MERGED_CROSS_VM);

    Judged stillMerged =
        Judgement.apply(merged, host().acs("RP", CLEARED).kexec("boot-3").snapshot());
    assertEquals("", codes(stillMerged.alerts()));
    only(stillMerged.state().open(), AlertCode.GROUP_MERGED_CROSS_VM);

    Judged healed = Judgement.apply(stillMerged.state(), host().kexec("boot-4").snapshot());
    IsolationAlert resolved = only(healed.alerts(), AlertCode.GROUP_MERGED_CROSS_VM);
    assertEquals(AlertStatus.RESOLVED, resolved.status());
    assertEquals(raised.fingerprint(), resolved.fingerprint());
    assertTrue(resolved.revision() > raised.revision());
    assertTrue(healed.state().open().stream().noneMatch(alert -> alert.code().isMerge()));
  }

  @Test
  void growingGroupIsAnUpdateOfTheSameAlert() {
    TestHost three =
        host()
            .add("D3", "02:02.0", "USP", DOWNSTREAM_PORT, false, OK)
            .add("C", "05:00.0", "D3", ENDPOINT, false, NONE)
            .owner("C", "vm-c");
    HostState before = stateAfter(three);
    three.kexec("boot-2").reportGroup("A", 50).reportGroup("B", 50);
    HostState state = Judgement.apply(before, three.snapshot()).state();
    IsolationAlert raised = only(state.open(), AlertCode.GROUP_MERGED_CROSS_VM);
    assertEquals(List.of("vm-a", "vm-b"), raised.vms());

    IsolationAlert updated =
        only(judge(state, three.reportGroup("C", 50)), AlertCode.GROUP_MERGED_CROSS_VM);
    assertEquals(AlertStatus.UPDATED, updated.status());
    assertEquals(raised.fingerprint(), updated.fingerprint());
    assertEquals(List.of("vm-a", "vm-b", "vm-c"), updated.vms());
  }

  @Test
  void eventsAreClosedByTheNextBoot() {
    TestHost more = host().add("X", "05:00.0", null, ENDPOINT, false, NONE).kexec("boot-2");
    HostState state = stateAfter(host(), more);
    only(state.open(), AlertCode.DEVICE_NEW);

    assertEquals("RESOLVED DEVICE_NEW INFO", codes(judge(state, more.kexec("boot-3"))));
  }

  @Test
  void olderAndRepeatedSequenceNumbersChangeNothing() {
    HostState state = stateAfter(host().sequence(1), host().sequence(5));

    for (long sequence : new long[] {3, 5}) {
      Judged judged =
          Judgement.apply(state, host().acs("RP", CLEARED).sequence(sequence).snapshot());
      assertEquals(state, judged.state());
    }
  }

  @Test
  void stragglerFromTheBootBeforeChangesNothing() {
    HostState state = stateAfter(host().sequence(1), host().kexec("boot-2").sequence(1));

    assertEquals(
        state, Judgement.apply(state, host().acs("RP", CLEARED).sequence(9).snapshot()).state());
  }

  @Test
  void fingerprintsKnowNeitherTimesNorNumbers() {
    IsolationAlert first =
        only(afterKexec(host -> host.acs("RP", CLEARED)), AlertCode.GROUP_MERGED_CROSS_VM);
    TestHost later = host().acs("RP", CLEARED).kexec("boot-7").sequence(44);
    for (String name : List.of("RP", "USP", "D1", "D2", "A", "B")) {
      later.reportGroup(name, 33);
    }
    IsolationAlert second = only(judge(stateAfter(host()), later), AlertCode.GROUP_MERGED_CROSS_VM);

    assertEquals(first.fingerprint(), second.fingerprint());
  }

  @Test
  void repetitionIsTheSameFactsAtAnotherTime() {
    HostState state = stateAfter(host().sequence(1));

    assertTrue(Judgement.isRepetition(state, host().sequence(2).snapshot()));
    assertTrue(!Judgement.isRepetition(state, host().sequence(700).snapshot()), "10 minutes on");
    assertTrue(!Judgement.isRepetition(state, host().sequence(601).snapshot()), "10 minutes on");
    assertTrue(Judgement.isRepetition(state, host().sequence(600).snapshot()), "a second less");
    assertTrue(!Judgement.isRepetition(state, host().acs("RP", CLEARED).snapshot()));
    assertTrue(!Judgement.isRepetition(state, host().kexec("boot-2").snapshot()));
    HostState ahead = stateAfter(host().sequence(700));
    Snapshot now = AlteredSnapshot.at(host().sequence(701).snapshot(), 1_000);
    assertTrue(!Judgement.isRepetition(ahead, now), "of a clock that was set back");
  }

  /** Compared to the first snapshot and to the last, a merge is one finding: that of the first. */
  @Test
  void mergeWithinABootIsRaisedOnceWithTheWordsItBeganWith() {
    AcsRegisters less = new AcsRegisters(0x148, 0x5F, 0x11, 0);
    TestHost drifted = host().sequence(2).acs("RP", CLEARED);
    List<String> names = List.of("RP", "USP", "D1", "D2", "A", "B");
    names.forEach(name -> drifted.reportGroup(name, names.indexOf(name)));
    HostState state = stateAfter(host().sequence(1), drifted);
    TestHost regrouped = host().sequence(3).acs("RP", less);
    List<IsolationAlert> merges =
        judge(state, regrouped).stream()
            .filter(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM)
            .toList();

    assertEquals(1, merges.size(), codes(merges));
    assertEquals(AlertStatus.RAISED, merges.get(0).status());
    assertEquals(0x1D, present(present(merges.get(0).cause()).register()).before());
    assertEquals(1_000, merges.get(0).interval().before().takenAtMillis());
  }
}
