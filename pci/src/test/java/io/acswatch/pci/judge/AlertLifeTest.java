package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.snapshot.AlteredSnapshot;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of an open alert when another snapshot is judged. */
class AlertLifeTest {
  private static final String PLACE_A = "pci0000:00/01.0/00.0";
  private static final String PLACE_B = "pci0000:00/02.0/00.0";
  private static final String PLACE_C = "pci0000:00/03.0/00.0";
  private static final String NOWHERE = "pci0000:00/09.0";

  /** A, B and C, each below a root port; groups as given. */
  private static TestHost host(int groupOfA, int groupOfB, int groupOfC) {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
        .add("RQ", "00:02.0", null, ROOT_PORT, false, OK)
        .add("B", "02:00.0", "RQ", ENDPOINT, false, NONE)
        .add("RR", "00:03.0", null, ROOT_PORT, false, OK)
        .add("C", "03:00.0", "RR", ENDPOINT, false, NONE)
        .reportGroup("RP", 21)
        .reportGroup("RQ", 22)
        .reportGroup("RR", 23)
        .reportGroup("A", groupOfA)
        .reportGroup("B", groupOfB)
        .reportGroup("C", groupOfC);
  }

  private static AlertDevice device(String place, String owner, Integer groupBefore) {
    return new AlertDevice(
        PciAddress.parse("01:00.0"), null, new DevicePath(place), owner, "", groupBefore, 1);
  }

  private static IsolationAlert alert(AlertCode code, Cause cause, AlertDevice... devices) {
    Snapshot any = host(1, 2, 3).snapshot();
    return new IsolationAlert(
        "ffffffffffffffffffffffffffffffff",
        7,
        code,
        Severity.WARNING,
        AlertStatus.RAISED,
        "host",
        IsolationAlert.Interval.between(Boundary.KEXEC, any, any),
        0,
        List.of(devices),
        List.of(),
        cause,
        "headline",
        "next",
        null);
  }

  /** True if an open alert stays open when this snapshot of its boot is judged. */
  private static boolean stays(IsolationAlert open, TestHost now) {
    HostState state = new HostState(null, null, 7, List.of(open));
    AlertLife life = new AlertLife(state, new HostView(now.snapshot()), false);
    life.apply(List.of());
    return !life.open().isEmpty();
  }

  private static Cause lost(String place, int before, int after) {
    RegisterChange change =
        new RegisterChange(
            PciAddress.parse("00:01.0"),
            new DevicePath(place),
            PortType.ROOT_PORT,
            0x14E,
            before,
            after);
    return new Cause(Cause.Kind.ACS_CONTROL_CHANGED, change, List.of(), "lost");
  }

  @Test
  void clearedBitStaysOpenUntilItIsBack() {
    IsolationAlert cleared = alert(AlertCode.ACS_BIT_CLEARED, lost("pci0000:00/01.0", 0x1D, 0x19));

    assertTrue(stays(cleared, host(1, 2, 3).acs("RP", CLEARED)));
    assertTrue(!stays(cleared, host(1, 2, 3)));
    assertTrue(stays(cleared, host(1, 2, 3).acs("RP", NONE)), "unread bytes show no bit");
  }

  @Test
  void clearedBitOfAPortThatIsGoneOrWasNotNamedEnds() {
    TestHost now = host(1, 2, 3).acs("RP", CLEARED);

    assertTrue(!stays(alert(AlertCode.ACS_BIT_CLEARED, lost(NOWHERE, 0x1D, 0x19)), now));
    assertTrue(!stays(alert(AlertCode.ACS_BIT_CLEARED, null), now));
    Cause unregistered = Cause.of(Cause.Kind.UNEXPLAINED, "unknown");
    assertTrue(!stays(alert(AlertCode.ACS_BIT_CLEARED, unregistered), now));
  }

  @Test
  void isolationLossStaysOpenWhileAnyOfItsPortsIsOpen() {
    AlertDevice port = device("pci0000:00/01.0", "", 1);
    AlertDevice whole = device("pci0000:00/02.0", "", 2);
    AlertDevice gone = device(NOWHERE, "", 3);
    AlertCode code = AlertCode.RUNTIME_ISOLATION_LOSS;

    assertTrue(stays(alert(code, null, whole, port), host(1, 2, 3).acs("RP", CLEARED)));
    assertTrue(!stays(alert(code, null, whole, port), host(1, 2, 3)));
    assertTrue(!stays(alert(code, null, gone), host(1, 2, 3)));
  }

  @ParameterizedTest
  @EnumSource(names = {"GROUP_MERGED_SAME_VM", "GROUP_MERGED_UNOWNED", "OWNERSHIP_UNKNOWN"})
  void mergeStaysOpenWhileAnyTwoShare(AlertCode code) {
    IsolationAlert merge =
        alert(code, null, device(PLACE_A, "", 1), device(PLACE_B, "", 2), device(PLACE_C, "", 3));

    assertTrue(stays(merge, host(9, 8, 9)));
    assertTrue(stays(merge, host(9, 9, 8)));
    assertTrue(!stays(merge, host(7, 8, 9)));
    assertTrue(!stays(merge, host(7, 8, 9).withoutIommu()));
  }

  @Test
  void deviceWithoutAGroupBeforeDoesNotShareWithItself() {
    IsolationAlert merge =
        alert(
            AlertCode.GROUP_MERGED_UNOWNED,
            null,
            device(PLACE_A, "", null),
            device(PLACE_B, "", null));

    assertTrue(stays(merge, host(9, 9, 8)));
    assertTrue(!stays(merge, host(7, 8, 9)));
  }

  @Test
  void twoThatHadSharedBeforeKeepNoMergeOpen() {
    IsolationAlert merge =
        alert(
            AlertCode.GROUP_MERGED_UNOWNED,
            null,
            device(PLACE_A, "", 1),
            device(PLACE_B, "", 1),
            device(PLACE_C, "", 3));

    assertTrue(!stays(merge, host(9, 9, 8)));
    assertTrue(stays(merge, host(9, 8, 9)));
  }

  @Test
  void mergeOfVmsStaysOpenWhileTwoOwnersShare() {
    IsolationAlert merge =
        alert(
            AlertCode.GROUP_MERGED_CROSS_VM,
            null,
            device(PLACE_A, "vm1", 1),
            device(PLACE_B, "vm1", 2),
            device(PLACE_C, "vm2", 3));

    assertTrue(stays(merge, host(9, 8, 9)));
    assertTrue(!stays(merge, host(9, 9, 8)), "one VM with itself");
  }

  @Test
  void missingDeviceStaysMissingUntilAllAreBack() {
    IsolationAlert missing =
        alert(AlertCode.DEVICE_MISSING, null, device(PLACE_A, "", 1), device(NOWHERE, "", 2));

    assertTrue(stays(missing, host(1, 2, 3)));
    assertTrue(
        !stays(alert(AlertCode.DEVICE_MISSING, null, device(PLACE_A, "", 1)), host(1, 2, 3)));
  }

  @Test
  void droppedCapabilityStaysOpenWhileNoneHasIt() {
    AlertDevice port = device("pci0000:00/01.0", "", 1);

    assertTrue(stays(alert(AlertCode.ACS_CAP_DROPPED, null, port), host(1, 2, 3).acs("RP", NONE)));
    assertTrue(!stays(alert(AlertCode.ACS_CAP_DROPPED, null, port), host(1, 2, 3)));
    assertTrue(
        !stays(alert(AlertCode.ACS_CAP_DROPPED, null, device(NOWHERE, "", 1)), host(1, 2, 3)));
  }

  @Test
  void missingIommuStaysOpenWhileADeviceHasNoGroup() {
    AlertDevice a = device(PLACE_A, "vm1", 1);
    AlertDevice gone = device(NOWHERE, "vm2", 2);
    AlertCode code = AlertCode.IOMMU_OFF;

    assertTrue(stays(alert(code, null, a), host(1, 2, 3).withoutIommu()));
    assertTrue(stays(alert(code, null, gone, a), host(-1, 2, 3)));
    assertTrue(!stays(alert(code, null, a), host(1, 2, 3)));
    assertTrue(!stays(alert(code, null, gone), host(1, 2, 3)));
  }

  private static List<IsolationAlert> judged(Snapshot... snapshots) {
    HostState state = HostState.NONE;
    List<IsolationAlert> alerts = List.of();
    for (Snapshot snapshot : snapshots) {
      Judged judged = Judgement.apply(state, snapshot);
      state = judged.state();
      alerts = judged.alerts();
    }
    return alerts;
  }

  private static String told(AlertCode code, Snapshot... snapshots) {
    return judged(snapshots).stream()
        .filter(alert -> alert.code() == code)
        .map(alert -> alert.status() + " " + String.join(",", alert.vms()))
        .collect(Collectors.joining("; "));
  }

  private static TestHost owned(int a, int b, int c) {
    return host(a, b, c).owner("A", "vm1").owner("B", "vm2").owner("C", "vm3");
  }

  @Test
  void sharedGroupIsToldOnceAndAsAMergeWhereItIsOne() {
    Snapshot apart = owned(1, 2, 3).sequence(1).snapshot();
    Snapshot merged = owned(9, 9, 3).kexec("2").sequence(1).snapshot();
    Snapshot still = owned(9, 9, 3).kexec("2").after("1").sequence(2).snapshot();
    AlertCode shared = AlertCode.CROSS_VM_SHARED_GROUP;

    assertEquals("RAISED vm1,vm2", told(AlertCode.GROUP_MERGED_CROSS_VM, apart, merged));
    assertEquals("", told(shared, apart, merged));
    assertEquals("", told(shared, apart, merged, still));
    assertEquals("RAISED vm1,vm2", told(shared, merged));
  }

  @Test
  void mergeOfSomeDoesNotHideAGroupThatOthersShare() {
    TestHost before = owned(1, 2, 8).add("D", "00:04.0", null, ENDPOINT, false, NONE);
    TestHost after = owned(9, 9, 8).add("D", "00:04.0", null, ENDPOINT, false, NONE).kexec("2");
    before.owner("D", "vm4").reportGroup("D", 8);
    after.owner("D", "vm4").reportGroup("D", 8);
    List<IsolationAlert> first = judged(before.snapshot());
    String second = told(AlertCode.CROSS_VM_SHARED_GROUP, after.snapshot());

    assertTrue(first.stream().anyMatch(alert -> alert.code() == AlertCode.CROSS_VM_SHARED_GROUP));
    assertEquals("RAISED vm1,vm2; RAISED vm3,vm4", second);
    assertEquals("", told(AlertCode.CROSS_VM_SHARED_GROUP, before.snapshot(), after.snapshot()));
    Snapshot nowShared =
        owned(9, 9, 7)
            .add("D", "00:04.0", null, ENDPOINT, false, NONE)
            .owner("D", "vm4")
            .reportGroup("D", 7)
            .kexec("2")
            .sequence(2)
            .snapshot();
    Snapshot mergedOnly =
        owned(9, 9, 7)
            .add("D", "00:04.0", null, ENDPOINT, false, NONE)
            .reportGroup("D", 7)
            .kexec("2")
            .sequence(1)
            .snapshot();
    Snapshot start =
        owned(1, 2, 7)
            .add("D", "00:04.0", null, ENDPOINT, false, NONE)
            .reportGroup("D", 7)
            .sequence(1)
            .snapshot();
    assertEquals(
        "RAISED vm3,vm4",
        told(AlertCode.CROSS_VM_SHARED_GROUP, start, mergedOnly, nowShared),
        "owned by two now, beside a merge that is open");
  }

  @Test
  void endOfAnAlertIsTheNextRevisionAndNamesTheSnapshotThatEndedIt() {
    Snapshot apart = owned(1, 2, 3).sequence(1).snapshot();
    Snapshot merged = owned(9, 9, 3).kexec("2").sequence(1).snapshot();
    Snapshot apartAgain = owned(1, 2, 3).kexec("3").sequence(5).snapshot();
    IsolationAlert raised = of(AlertCode.GROUP_MERGED_CROSS_VM, judged(apart, merged));
    IsolationAlert ended = of(AlertCode.GROUP_MERGED_CROSS_VM, judged(apart, merged, apartAgain));

    assertEquals(AlertStatus.RESOLVED, ended.status());
    assertTrue(ended.revision() > raised.revision());
    assertEquals("3", ended.evidence().observed().bootId());
    assertEquals(5, ended.evidence().observed().sequence());
  }

  /** By the times of snapshots, so that judging them again gives the same. */
  @Test
  void keepsTheTimeAtWhichItCameUpUntilItEnds() {
    Snapshot apart = owned(1, 2, 3).sequence(1).snapshot();
    Snapshot merged = owned(9, 9, 3).kexec("2").sequence(2).snapshot();
    Snapshot grown = owned(9, 9, 9).kexec("3").sequence(3).snapshot();
    Snapshot apartAgain = owned(1, 2, 3).kexec("4").sequence(4).snapshot();
    Snapshot mergedAgain = owned(9, 9, 3).kexec("5").sequence(5).snapshot();

    assertEquals("RAISED 2000", life(apart, merged));
    assertEquals("UPDATED 2000", life(apart, merged, grown));
    assertEquals("RESOLVED 2000", life(apart, merged, grown, apartAgain));
    assertEquals("RAISED 5000", life(apart, merged, grown, apartAgain, mergedAgain));
  }

  @Test
  void didNotComeUpLaterThanASnapshotThatStillShowsIt() {
    Snapshot apart = owned(1, 2, 3).sequence(1).snapshot();
    Snapshot fromTheFuture =
        AlteredSnapshot.at(owned(9, 9, 3).kexec("2").sequence(2).snapshot(), 9_000_000);
    Snapshot grown = owned(9, 9, 9).kexec("3").after("2").sequence(3).snapshot();
    Snapshot apartAgain = owned(1, 2, 3).kexec("4").after("2").sequence(4).snapshot();

    assertEquals("RAISED 9000000", life(apart, fromTheFuture));
    assertEquals("UPDATED 3000", life(apart, fromTheFuture, grown));
    assertEquals("RESOLVED 4000", life(apart, fromTheFuture, apartAgain));
    assertEquals("UPDATED 9000000", life(apart, fromTheFuture, AlteredSnapshot.at(grown, 0)));
  }

  private static String life(Snapshot... snapshots) {
    IsolationAlert last = of(AlertCode.GROUP_MERGED_CROSS_VM, judged(snapshots));
    return last.status() + " " + last.raisedAtMillis();
  }

  @Test
  void alertOfAVersionWithoutEvidenceEndsWithoutIt() {
    IsolationAlert old = alert(AlertCode.DEVICE_MISSING, null, device(PLACE_A, "", 1));
    HostState state = new HostState(null, null, 7, List.of(old));
    AlertLife life = new AlertLife(state, new HostView(host(1, 2, 3).snapshot()), false);
    life.apply(List.of());

    assertEquals(1, life.changes().size());
    assertEquals(8, life.changes().get(0).revision());
    assertEquals(null, life.changes().get(0).evidence());
  }

  private static IsolationAlert of(AlertCode code, List<IsolationAlert> alerts) {
    return alerts.stream().filter(alert -> alert.code() == code).findFirst().orElseThrow();
  }

  /** An open alert of one of these facts, and a finding of the other. */
  @ParameterizedTest(name = "{0}, then {1}: {2}")
  @CsvSource({"x, x, 0", "x, y, 1", "none, x, 1", "x, none, 1", "none, none, 0"})
  void newFactsAreAnUpdate(String before, String after, int changes) {
    HostState state = new HostState(null, null, 7, List.of(withFact(before)));
    AlertLife life = new AlertLife(state, new HostView(host(1, 2, 3).snapshot()), false);
    life.apply(List.of(withFact(after)));

    assertEquals(changes, life.changes().size());
  }

  private static IsolationAlert withFact(String value) {
    IsolationAlert alert = alert(AlertCode.SPOOF_SUSPECTED, null, device(PLACE_A, "", 1));
    Evidence evidence = Evidence.of(host(1, 2, 3).snapshot(), Confidence.HIGH, false);
    return value.equals("none")
        ? alert
        : alert.with(evidence.with(List.of(Evidence.Fact.now("fact", value))));
  }

  @Test
  void alertsOfOneKindComeInOrderOfPlace() {
    HostState state = new HostState(null, null, 7, List.of());
    AlertLife life = new AlertLife(state, new HostView(host(1, 2, 3).snapshot()), false);
    List<IsolationAlert> findings = new ArrayList<>();
    // Fingerprints rise where places fall.
    for (String place : List.of(PLACE_C, PLACE_B, PLACE_A)) {
      IsolationAlert alert = alert(AlertCode.DEVICE_NEW, null, device(place, "", 1));
      findings.add(alert.with("%032x".formatted(findings.size()), 0, AlertStatus.RAISED, 0));
    }
    findings.add(alert(AlertCode.DEVICE_NEW, null).with("f".repeat(32), 0, AlertStatus.RAISED, 0));
    life.apply(findings);

    assertEquals(
        List.of("", PLACE_A, PLACE_B, PLACE_C),
        life.changes().stream()
            .map(a -> a.devices().isEmpty() ? "" : a.devices().get(0).path().text())
            .toList());
  }
}
