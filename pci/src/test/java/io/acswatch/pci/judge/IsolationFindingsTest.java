package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.CONVENTIONAL;
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
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Where the kernel's groups, those of its rules and those of the hardware disagree. */
class IsolationFindingsTest {
  private static final List<String> NAMES = List.of("RP", "USP", "D1", "D2", "A", "B");

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

  /** The kernel keeps all apart, whatever the registers say by now. */
  private static TestHost keptApart(TestHost host) {
    for (int i = 0; i < NAMES.size(); i++) {
      host.reportGroup(NAMES.get(i), i);
    }
    return host;
  }

  private static List<IsolationAlert> after(TestHost before, TestHost now) {
    HostState state = Judgement.apply(HostState.NONE, before.snapshot()).state();
    return Judgement.apply(state, now.snapshot()).alerts();
  }

  private static IsolationAlert only(List<IsolationAlert> alerts, AlertCode code) {
    List<IsolationAlert> matching = alerts.stream().filter(a -> a.code() == code).toList();
    assertEquals(1, matching.size(), () -> code + " among " + codes(alerts));
    return matching.get(0);
  }

  private static void none(List<IsolationAlert> alerts, AlertCode code) {
    assertTrue(alerts.stream().noneMatch(alert -> alert.code() == code), codes(alerts));
  }

  private static String codes(List<IsolationAlert> alerts) {
    return alerts.stream().map(a -> a.status() + " " + a.code()).collect(Collectors.joining(", "));
  }

  @Test
  void bitLostInTheRunningKernelIsAPendingMergeAndARuntimeLoss() {
    List<IsolationAlert> alerts = after(host(), keptApart(host().acs("RP", CLEARED)));

    IsolationAlert pending = only(alerts, AlertCode.PENDING_MERGE);
    assertEquals(Severity.HIGH, pending.severity());
    assertEquals(List.of("vm-a", "vm-b"), pending.vms());
    assertEquals("0000:00:01.0", pending.cause().register().port().toString());
    assertEquals(List.of("RR"), pending.cause().register().bitNames());
    assertEquals(Severity.HIGH, only(alerts, AlertCode.RUNTIME_ISOLATION_LOSS).severity());
    none(alerts, AlertCode.GROUP_MERGED_CROSS_VM);
  }

  /** Measured: vfio-pci restored such a word as the old kernel went down. */
  @Test
  void wordOfADeviceUnderVfioIsOnlyAWarning() {
    for (String driver : List.of("vfio-pci", "nvme")) {
      TestHost host =
          new TestHost()
              .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
              .add("F0", "01:00.0", "RP", ENDPOINT, true, OK)
              .add("F1", "01:00.1", "RP", ENDPOINT, true, OK)
              .owner("F0", "vm-a")
              .owner("F1", "vm-b")
              .driver(driver);
      HostState state = Judgement.apply(HostState.NONE, host.snapshot()).state();
      host.acs("F0", CLEARED).acs("F1", CLEARED).reportGroup("F0", 1).reportGroup("F1", 2);
      List<IsolationAlert> alerts = Judgement.apply(state, host.snapshot()).alerts();

      assertEquals(
          driver.equals("vfio-pci") ? Severity.WARNING : Severity.HIGH,
          only(alerts, AlertCode.PENDING_MERGE).severity());
      assertEquals(
          2, alerts.stream().filter(a -> a.code() == AlertCode.RUNTIME_ISOLATION_LOSS).count());
    }
  }

  @Test
  void pendingMergeAndRuntimeLossAreResolvedWhenTheBitIsBack() {
    HostState state = Judgement.apply(HostState.NONE, host().snapshot()).state();
    state = Judgement.apply(state, keptApart(host().acs("RP", CLEARED)).snapshot()).state();

    List<IsolationAlert> alerts = Judgement.apply(state, host().snapshot()).alerts();
    assertEquals(AlertStatus.RESOLVED, only(alerts, AlertCode.PENDING_MERGE).status());
    assertEquals(AlertStatus.RESOLVED, only(alerts, AlertCode.RUNTIME_ISOLATION_LOSS).status());
  }

  @Test
  void runtimeLossIsFoundInALaterBootToo() {
    HostState state = Judgement.apply(HostState.NONE, host().snapshot()).state();
    state = Judgement.apply(state, host().kexec("boot-2").snapshot()).state();

    TestHost cleared = keptApart(host().kexec("boot-2").acs("RP", CLEARED));
    only(Judgement.apply(state, cleared.snapshot()).alerts(), AlertCode.RUNTIME_ISOLATION_LOSS);
  }

  /** Against the last snapshot of the boot before, and yet no kexec did it. */
  @Test
  void whatIsLostInALaterBootIsNotOfItsBoundary() {
    HostState state = Judgement.apply(HostState.NONE, host().snapshot()).state();
    state = Judgement.apply(state, host().kexec("boot-2").snapshot()).state();
    TestHost cleared = keptApart(host().kexec("boot-2").acs("RP", CLEARED));
    Judged lost = Judgement.apply(state, cleared.snapshot());

    assertEquals(Boundary.RUNNING, boundary(lost, AlertCode.PENDING_MERGE));
    assertEquals(Boundary.RUNNING, boundary(lost, AlertCode.SILENT_ISOLATION_LOSS));

    Judged other = Judgement.apply(lost.state(), cleared.owner("B", "vm-x").snapshot());
    assertEquals(AlertStatus.UPDATED, only(other.alerts(), AlertCode.PENDING_MERGE).status());
    assertEquals(Boundary.RUNNING, boundary(other, AlertCode.PENDING_MERGE));

    TestHost next = keptApart(host().kexec("boot-3").acs("RP", CLEARED).owner("B", "vm-y"));
    assertEquals(
        Boundary.KEXEC,
        boundary(Judgement.apply(other.state(), next.snapshot()), AlertCode.PENDING_MERGE));
  }

  @Test
  void whatTheFirstSnapshotOfABootShowsIsOfItsBoundary() {
    HostState state = Judgement.apply(HostState.NONE, host().snapshot()).state();
    TestHost cleared = keptApart(host().kexec("boot-2").acs("RP", CLEARED));
    Judged lost = Judgement.apply(state, cleared.snapshot());
    assertEquals(Boundary.KEXEC, boundary(lost, AlertCode.PENDING_MERGE));

    Judged other = Judgement.apply(lost.state(), cleared.owner("B", "vm-x").snapshot());
    assertEquals(Boundary.KEXEC, boundary(other, AlertCode.PENDING_MERGE));
  }

  private static Boundary boundary(Judged judged, AlertCode code) {
    return only(judged.alerts(), code).interval().boundary();
  }

  @Test
  void bitOfAPortAboveNoVmIsNeitherPendingNorALoss() {
    TestHost unowned = host();
    List<IsolationAlert> alerts = after(withoutOwners(OK), keptApart(withoutOwners(CLEARED)));

    none(alerts, AlertCode.PENDING_MERGE);
    none(alerts, AlertCode.RUNTIME_ISOLATION_LOSS);
    none(after(unowned, host()), AlertCode.PENDING_MERGE);
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
  void switchThatTheKernelTrustsAndTheHardwareDoesNotIsASilentLoss() {
    List<IsolationAlert> alerts = after(host(), host().kexec("boot-2").acs("D1", CLEARED));

    IsolationAlert silent = only(alerts, AlertCode.SILENT_ISOLATION_LOSS);
    assertEquals(Severity.HIGH, silent.severity());
    assertEquals(List.of("vm-a", "vm-b"), silent.vms());
    assertEquals("0000:02:00.0", silent.cause().register().port().toString());
    none(after(host(), host().kexec("boot-2")), AlertCode.SILENT_ISOLATION_LOSS);
  }

  @Test
  void oneVmBehindAnOpenSwitchIsNoSilentLoss() {
    List<IsolationAlert> alerts =
        after(
            host().owner("B", "vm-a"),
            host().owner("B", "vm-a").kexec("boot-2").acs("D1", CLEARED));

    none(alerts, AlertCode.SILENT_ISOLATION_LOSS);
  }

  @Test
  void groupsThatTheRulesDoNotExplainAreAMismatch() {
    TestHost odd = host().kexec("boot-2").reportGroup("A", 40).reportGroup("D1", 40);

    assertEquals(
        Severity.INFO, only(after(host(), odd), AlertCode.KERNEL_GROUP_MISMATCH).severity());
    none(after(host(), host().kexec("boot-2")), AlertCode.KERNEL_GROUP_MISMATCH);
  }

  @Test
  void mismatchTellsBothGroupsOfTheFirstFunctionThatDiffers() {
    TestHost odd = host().kexec("boot-2").reportGroup("A", 40).reportGroup("D1", 40);
    IsolationAlert mismatch = only(after(host(), odd), AlertCode.KERNEL_GROUP_MISMATCH);

    assertEquals(
        "The kernel's groups are not those of model legacy-early-acs (kernel 6.12.74)",
        mismatch.headline());
    assertEquals("0000:02:00.0", mismatch.devices().get(0).address().toString());
    assertEquals(
        List.of(
            new Evidence.Fact("model", "", "legacy-early-acs"),
            new Evidence.Fact("kernel's group of 0000:02:00.0", "", "0000:02:00.0 0000:03:00.0"),
            new Evidence.Fact("derived group of 0000:02:00.0", "", "0000:02:00.0")),
        mismatch.evidence().facts());
  }

  @Test
  void causeOfAPendingMergeIsTheChangeOrElseTheStateOfThePort() {
    Cause changed =
        only(after(host(), keptApart(host().acs("RP", CLEARED))), AlertCode.PENDING_MERGE).cause();
    assertEquals(Cause.Kind.ACS_CONTROL_CHANGED, changed.kind());
    assertEquals(
        "0000:00:01.0 does not isolate any more: Capability 005f, Control 0019.",
        changed.explanation());

    Snapshot first = keptApart(host().acs("RP", CLEARED)).snapshot();
    Cause found =
        only(Judgement.apply(HostState.NONE, first).alerts(), AlertCode.PENDING_MERGE).cause();
    assertEquals(Cause.Kind.ACS_NOT_ENFORCED, found.kind());
    assertEquals(null, found.register());
  }

  @Test
  void switchWithoutAcsIsASilentLossByItsFirstPort() {
    TestHost open = host().acs("D1", NONE).acs("D2", NONE);
    IsolationAlert silent = only(after(host(), open.kexec("2")), AlertCode.SILENT_ISOLATION_LOSS);

    assertEquals(Cause.Kind.ACS_NOT_ENFORCED, silent.cause().kind());
    assertEquals(
        "0000:02:00.0 leaves a way around the IOMMU: it has no ACS capability.",
        silent.cause().explanation());
  }

  @Test
  void openPortWithAcsIsNamedBeforeOneWithout() {
    TestHost open = host().acs("D1", NONE).acs("D2", CLEARED);
    IsolationAlert silent = only(after(host(), open.kexec("2")), AlertCode.SILENT_ISOLATION_LOSS);

    assertEquals(
        "0000:02:01.0 leaves a way around the IOMMU: Capability 005f, Control 0019.",
        silent.cause().explanation());
  }

  @Test
  void ownersOfBeforeCountWhereNobodyOwnsNow() {
    TestHost before = host();
    TestHost drained = keptApart(withoutOwners(CLEARED));

    assertEquals(
        List.of("vm-a", "vm-b"), only(after(before, drained), AlertCode.PENDING_MERGE).vms());
    TestHost other = keptApart(host().owner("A", "vm-x").acs("RP", CLEARED));
    assertEquals(
        List.of("vm-b", "vm-x"), only(after(before, other), AlertCode.PENDING_MERGE).vms());
  }

  @Test
  void pendingMergeThatHangsOnUnreadBytesIsAWarning() {
    TestHost unread = keptApart(host().acs("RP", CLEARED)).unread("USP");

    assertEquals(Severity.WARNING, only(after(host(), unread), AlertCode.PENDING_MERGE).severity());
  }

  @Test
  void separationWithoutACapabilityIsAnOverride() {
    TestHost claimed = keptApart(host().acs("RP", NONE)).kexec("boot-2");
    List<IsolationAlert> alerts = after(keptApart(host().acs("RP", NONE)), claimed);
    HostState first =
        Judgement.apply(HostState.NONE, keptApart(host().acs("RP", NONE)).snapshot()).state();

    assertEquals(1, first.open().stream().filter(this::isOverride).count());
    none(alerts, AlertCode.KERNEL_GROUP_MISMATCH);
  }

  private boolean isOverride(IsolationAlert alert) {
    return alert.code() == AlertCode.ACS_OVERRIDE_ACTIVE;
  }

  @Test
  void overrideOnTheCommandLineIsHigh() {
    TestHost override =
        host()
            .kexec("boot-2")
            .commandLine("intel_iommu=on pcie_acs_override=downstream,multifunction");
    List<IsolationAlert> alerts = after(host(), override);

    assertEquals(Severity.HIGH, only(alerts, AlertCode.ACS_OVERRIDE_ACTIVE).severity());
    only(alerts, AlertCode.ACS_CMDLINE_CHANGED);
    only(alerts, AlertCode.MODEL_CHANGED);
  }

  @Test
  void commandLineThatSaysNothingOfAcsIsNoNews() {
    TestHost quiet = host().kexec("boot-2").commandLine("intel_iommu=on quiet debug");

    none(after(host(), quiet), AlertCode.ACS_CMDLINE_CHANGED);
    only(
        after(host(), host().kexec("boot-2").commandLine("intel_iommu=on pci=noats")),
        AlertCode.ACS_CMDLINE_CHANGED);
  }

  @Test
  void anotherModelIsInformationAndTheRegressedOneHigh() {
    assertEquals(
        Severity.INFO,
        only(after(host(), host().kexec("boot-2").release("7.0.13")), AlertCode.MODEL_CHANGED)
            .severity());
    assertEquals(
        Severity.HIGH,
        only(after(host(), host().kexec("boot-2").release("6.12.76")), AlertCode.MODEL_CHANGED)
            .severity());
    none(after(host(), host().kexec("boot-2").release("6.12.83")), AlertCode.MODEL_CHANGED);
  }

  @Test
  void directTranslationMattersOnlyWithAtsBelow() {
    AcsRegisters direct = new AcsRegisters(0x148, 0x5F, 0x5D, 0);

    none(after(host(), host().kexec("boot-2").acs("D1", direct)), AlertCode.DT_WITH_ATS);
    IsolationAlert found =
        only(
            after(host(), host().kexec("boot-2").acs("D1", direct).ats("A")),
            AlertCode.DT_WITH_ATS);
    assertEquals(Severity.WARNING, found.severity());
    assertEquals(List.of("vm-a"), found.vms());
  }

  @Test
  void untrustedDeviceWithAtsMattersWhereTranslationBlockingIsOff() {
    TestHost untrusted = host().kexec("boot-2").ats("A").removable("A");

    only(after(host(), untrusted), AlertCode.TB_OFF_UNTRUSTED);
    AcsRegisters blocking = new AcsRegisters(0x148, 0x5F, 0x1F, 0);
    none(after(host(), untrusted.acs("D1", blocking)), AlertCode.TB_OFF_UNTRUSTED);
    none(after(host(), host().kexec("boot-2").ats("A")), AlertCode.TB_OFF_UNTRUSTED);
  }

  @Test
  void egressControlWithAClearBitWeakensRedirectAndOpensTheSwitch() {
    AcsRegisters egress = new AcsRegisters(0x148, 0x083F, 0x3D, 0);
    List<IsolationAlert> alerts =
        after(host(), host().kexec("boot-2").acs("D1", egress).egressOpen("D1"));

    only(alerts, AlertCode.EC_WEAKENS_RR);
    only(alerts, AlertCode.SILENT_ISOLATION_LOSS);
    none(after(host(), host().kexec("boot-2").acs("D1", egress)), AlertCode.EC_WEAKENS_RR);
  }

  @Test
  void deviceThatNobodyOwnsIsNobodysNeighbour() {
    TestHost before = withoutOwners(OK).owner("A", "vm-a");
    TestHost pending = keptApart(withoutOwners(CLEARED).owner("A", "vm-a"));

    none(after(before, pending), AlertCode.PENDING_MERGE);
  }

  /** Both are open, and the one on the root bus is later by its address and place. */
  @Test
  void openPortNearestTheRootIsNamed() {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, true, NONE)
            .add("RQ", "00:01.1", null, ROOT_PORT, true, CLEARED)
            .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
            .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, CLEARED)
            .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
            .add("B", "04:00.0", "RQ", ENDPOINT, false, NONE)
            .owner("A", "vm-a")
            .owner("B", "vm-b")
            .reportGroup("B", 90);

    assertEquals(
        "0000:00:01.1 does not isolate any more: Capability 005f, Control 0019.",
        only(Judgement.apply(HostState.NONE, host.snapshot()).alerts(), AlertCode.PENDING_MERGE)
            .cause()
            .explanation());
  }

  @Test
  void portThatIsolatesIsNotNamedForOneThatDoesNot() {
    String way = " leaves a way around the IOMMU: ";
    AcsRegisters egress = new AcsRegisters(0x148, 0x083F, 0x3D, 0);

    assertEquals(
        "0000:02:01.0" + way + "Capability 005f, Control 0019.", silent(host().acs("D2", CLEARED)));
    assertEquals(
        "0000:02:01.0" + way + "Capability 083f, Control 003d.",
        silent(host().acs("D2", egress).egressOpen("D2")));
    assertEquals(
        "0000:02:01.0" + way + "it has no ACS capability.", silent(host().acs("D2", NONE)));
  }

  @Test
  void conventionalBusIsASilentLossWithoutAPortToName() {
    TestHost host =
        new TestHost()
            .add("PB", "00:01.0", null, PCIE_TO_PCI_BRIDGE, false, NONE)
            .add("A", "01:00.0", "PB", CONVENTIONAL, false, NONE)
            .add("B", "01:01.0", "PB", CONVENTIONAL, false, NONE)
            .owner("A", "vm-a")
            .owner("B", "vm-b")
            .reportGroup("A", 90)
            .reportGroup("B", 91);
    List<IsolationAlert> alerts = Judgement.apply(HostState.NONE, host.snapshot()).alerts();

    assertEquals(null, only(alerts, AlertCode.SILENT_ISOLATION_LOSS).cause());
  }

  private static String silent(TestHost open) {
    return only(after(host(), open.kexec("boot-2")), AlertCode.SILENT_ISOLATION_LOSS)
        .cause()
        .explanation();
  }

  @Test
  void portThatCannotBlockTranslatedRequestsIsNotBlamedForIt() {
    AcsRegisters cannot = new AcsRegisters(0x148, 0x5D, 0x1D, 0);
    TestHost untrusted = host().acs("D1", cannot).kexec("boot-2").ats("A").removable("A");

    none(after(host(), untrusted), AlertCode.TB_OFF_UNTRUSTED);
  }
}
