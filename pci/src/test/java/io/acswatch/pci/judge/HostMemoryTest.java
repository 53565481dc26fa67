package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.AlteredSnapshot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is remembered of a host: owners, alerts that wait or end, what its log said. */
class HostMemoryTest {
  private static final Assignment B_OF_VM_B =
      new Assignment(new DevicePath("pci0000:00/01.0/00.0"), "vm-b");
  private static final Assignment A_OF_VM_A =
      new Assignment(new DevicePath("pci0000:00/02.0"), "vm-a");

  /** The kernel found A before B, whose place comes first. */
  private static TestHost host() {
    return new TestHost()
        .add("A", "00:02.0", null, ENDPOINT, false, NONE)
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("B", "01:00.0", "RP", ENDPOINT, false, NONE);
  }

  private static HostState state(TestHost last, Assignment... remembered) {
    return new HostState(
        null, last.snapshot(), 0, List.of(), List.of(), List.of(remembered), BootHistory.NONE);
  }

  private static List<Assignment> remembered(HostState state, TestHost now) {
    Snapshot last = state.current();
    Snapshot snapshot = now.snapshot();
    return Judgement.intendedOwners(
        state,
        new Comparison(last == null ? snapshot : last, snapshot, state.intendedOwners(), false));
  }

  @Test
  void ownersAreRememberedInOrderOfPlaceWhenAHostIsDrained() {
    assertEquals(
        List.of(B_OF_VM_B, A_OF_VM_A),
        remembered(state(host().owner("A", "vm-a").owner("B", "vm-b")), host()));
  }

  @Test
  void ownersStayRememberedWhileNobodyClaimsAnything() {
    assertEquals(List.of(A_OF_VM_A), remembered(state(host(), A_OF_VM_A), host()));
  }

  @Test
  void nothingIsRememberedOnceSomebodyClaimsSomething() {
    assertEquals(List.of(), remembered(state(host(), A_OF_VM_A), host().owner("B", "vm-b")));
  }

  @Test
  void ownersBeforeABootStayRememberedAfterIt() {
    TestHost after = host().kexec("boot-2").owner("B", "vm-b");
    assertEquals(List.of(A_OF_VM_A), remembered(state(host(), A_OF_VM_A), after));
    assertEquals(List.of(), remembered(state(host().owner("B", "vm-b"), A_OF_VM_A), after));
  }

  @Test
  void nothingIsRememberedOfAHostSeenForTheFirstTime() {
    assertEquals(List.of(), remembered(HostState.NONE, host()));
  }

  private static IsolationAlert alert(String anchor) {
    Snapshot snapshot = host().snapshot();
    return new Comparison(snapshot, snapshot)
        .alert(AlertCode.DEVICE_NEW, Severity.INFO, anchor, List.of(), List.of(), null, "New");
  }

  @Test
  void aHostTakenOutOfServiceIsForgottenButForItsRevision() {
    IsolationAlert first = alert("one").with(AlertStatus.RAISED, 4);
    IsolationAlert second = alert("two").with(AlertStatus.UPDATED, 6);
    HostState state =
        new HostState(host().snapshot(), host().snapshot(), 6, List.of(first, second));

    Judged judged = Judgement.retire(state, 9_000);

    assertEquals(
        List.of(first.with(AlertStatus.RESOLVED, 7), second.with(AlertStatus.RESOLVED, 8)),
        judged.alerts());
    assertEquals(
        new HostState(null, null, 8, List.of()).with(BootHistory.forgottenAt(9_000)),
        judged.state());
  }

  /** Two snapshots, 30 seconds. */
  @ParameterizedTest(name = "{1} times since {0}, now {2}: {3}")
  @CsvSource({
    "10000, 2, 40000, true",
    "10000, 2, 39999, false",
    "10000, 1, 90000, false",
    "0, 2, 10, true",
    "10, 2, 0, true",
    "0, 1, 0, false",
  })
  void whatLastsIsOverAfterItsTime(long since, int seen, long now, boolean over) {
    PendingFinding pending =
        new PendingFinding(AlertCode.CONFIG_TORN, A_OF_VM_A.path(), since, seen);

    assertEquals(over, new TimeLimits(2, 30_000, 0).isOver(pending, now));
  }

  @Test
  void doubledGraceIsTwiceAsLongAndASnapshotMore() {
    assertEquals(new TimeLimits(3, 60_000, 7), new TimeLimits(2, 30_000, 7).doubled());
  }

  @ParameterizedTest(name = "taken at {0}, then at {1}: stale {2}")
  @CsvSource({
    "1000, 4801000, false",
    "1000, 4801001, true",
    "0, 9999999, false",
    "9999999, 0, false",
  })
  void aSnapshotOfMoreThanEightyMinutesIsStale(long before, long after, boolean stale) {
    assertEquals(
        stale,
        TimeLimits.DEFAULT.isStale(
            AlteredSnapshot.at(host().snapshot(), before),
            AlteredSnapshot.at(host().snapshot(), after)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "COLD, COLD_BOOT",
    "KEXEC_PLAIN, KEXEC",
    "CRASH_KEXEC, KEXEC",
    "KEXEC_KHO, KEXEC_HANDOVER",
    "LIVE_UPDATE, LIVE_UPDATE",
    "UNKNOWN, BOOT",
  })
  void whatLiesBetweenIsTheClassOfTheBootAfter(BootClass bootClass, Boundary boundary) {
    Snapshot after = host().boot("boot-2", bootClass).snapshot();

    assertEquals(boundary, Boundary.between(host().snapshot(), after));
    assertEquals(Boundary.RUNNING, Boundary.between(after, after));
  }

  @Test
  void theLogTellsTheLifeOfAFunction() {
    assertEquals(
        Map.of(
            PciAddress.parse("0000:03:00.0"),
            Preservation.FINISHED,
            PciAddress.parse("10000:01:1f.7"),
            Preservation.ASKED),
        Preservation.ofLog(
            List.of(
                "dmesg: pci 0000:03:00.0: will be preserved across next Live Update",
                "dmesg: pci 10000:01:1f.7: will be preserved across next Live Update",
                "dmesg: pci 0000:03:00.0: is finished participating in Live Update",
                "dmesg: pci 0000:03:00.0: enabling device",
                "dmesg: it will be preserved across next Live Update")));
  }

  @Test
  void aSnapshotHasGroupsIfTheKernelReportsAny() {
    assertTrue(host().snapshot().hasReportedGroups());
    assertFalse(host().withoutIommu().snapshot().hasReportedGroups());
  }
}
