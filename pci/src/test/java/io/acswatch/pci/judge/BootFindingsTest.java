package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.LEGACY_ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.snapshot.AlteredSnapshot;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What came about by the boot, and what in the running kernel after it. */
class BootFindingsTest {
  private static final AcsRegisters CLEARED_MORE = new AcsRegisters(0x148, 0x5F, 0x11, 0);
  private static final String PORT_PATH = "pci0000:00/01.0";

  /**
   * A port and three devices of the root bus, grouped by no rule: {@code groups} says for each of
   * A, B and C in which group it is.
   */
  private static TestHost host(String boot, AcsRegisters port, String groups) {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, port)
            .add("A", "00:02.0", null, ENDPOINT, false, NONE)
            .add("B", "00:03.0", null, ENDPOINT, false, NONE)
            .add("C", "00:04.0", null, ENDPOINT, false, NONE)
            .reportGroup("RP", 90);
    for (int i = 0; i < 3; i++) {
      host.reportGroup("ABC".substring(i, i + 1), 91 + groups.charAt(i) - '1');
    }
    return boot.equals("boot-1") ? host : host.kexec(boot);
  }

  private static TestHost apart(String boot) {
    return host(boot, OK, "123");
  }

  private static TestHost owned(TestHost host, String ownerOfA, String ownerOfB) {
    return host.owner("A", ownerOfA).owner("B", ownerOfB);
  }

  private static AlertLife life(Snapshot now, IsolationAlert... open) {
    return new AlertLife(new HostState(null, null, 0, List.of(open)), new HostView(now), false);
  }

  /** Of snapshots of the boot before, of the one just before, and of the new one. */
  private static List<IsolationAlert> found(
      TestHost before, TestHost just, TestHost now, IsolationAlert... open) {
    Snapshot snapshot = now.snapshot();
    return BootFindings.of(
        new Comparison(before.snapshot(), snapshot),
        new Comparison(just.snapshot(), snapshot),
        life(snapshot, open));
  }

  /** Code and boundary of each. */
  private static List<String> told(List<IsolationAlert> alerts) {
    return alerts.stream().map(alert -> alert.code() + " " + alert.interval().boundary()).toList();
  }

  /** An alert that was raised in this boot, or by it. */
  private static IsolationAlert open(
      AlertCode code, Boundary boundary, String boot, String anchor, String... names) {
    Snapshot then = apart(boot).snapshot();
    Comparison comparison = new Comparison(then, then).within(boundary);
    List<Integer> devices =
        List.of(names).stream().map(name -> List.of("RP", "A", "B", "C").indexOf(name)).toList();
    return comparison.alert(
        code, Severity.WARNING, anchor, comparison.devices(devices), List.of(), null, "Told");
  }

  private static IsolationAlert openBit(Boundary boundary, String boot) {
    return open(AlertCode.ACS_BIT_CLEARED, boundary, boot, PORT_PATH, "RP");
  }

  @Test
  void sameSnapshotsAreNoFinding() {
    assertEquals(List.of(), found(apart("boot-1"), apart("boot-2"), apart("boot-2")));
  }

  /** Against the only other snapshot there is, nothing has to be told apart. */
  @Test
  void secondSnapshotOfTheFirstBootIsComparedAsItIs() {
    Snapshot now = host("boot-1", CLEARED, "123").snapshot();
    Comparison comparison = new Comparison(apart("boot-1").snapshot(), now);
    AlertLife life = life(now, openBit(Boundary.REGROUPING, "boot-1"));

    assertEquals(
        List.of("ACS_BIT_CLEARED RUNNING"), told(BootFindings.of(comparison, comparison, life)));
  }

  @Test
  void whatTheSnapshotJustBeforeShowsToo() {
    assertEquals(
        List.of("ACS_BIT_CLEARED KEXEC"),
        told(
            found(
                apart("boot-1"), host("boot-2", CLEARED, "123"), host("boot-2", CLEARED, "123"))));
  }

  @Test
  void whatTheSnapshotJustBeforeDoesNotShowCameAboutInTheRunningKernel() {
    List<IsolationAlert> alerts =
        found(apart("boot-1"), apart("boot-2"), host("boot-2", CLEARED, "123"));

    assertEquals(List.of("ACS_BIT_CLEARED RUNNING"), told(alerts));
    // The same difference, to the boot before.
    assertEquals("boot-1", alerts.get(0).interval().before().boot().id());
  }

  @Test
  void whatDiffersFromTheSnapshotJustBeforeOnly() {
    List<IsolationAlert> alerts =
        found(host("boot-1", CLEARED, "123"), apart("boot-2"), host("boot-2", CLEARED, "123"));

    assertEquals(List.of("ACS_BIT_CLEARED RUNNING"), told(alerts));
    assertEquals("boot-2", alerts.get(0).interval().before().boot().id());
  }

  /** By the words it was raised with, though another bit is lost just now. */
  @ParameterizedTest(name = "raised at {0} of {1}: {2}")
  @CsvSource({
    "KEXEC, boot-2, KEXEC",
    "REGROUPING, boot-2, REGROUPING",
    "REGROUPING, boot-1, KEXEC",
    "KEXEC, boot-1, KEXEC"
  })
  void whatIsOpenKeepsItsBoundary(Boundary raised, String boot, Boundary told) {
    assertEquals(
        List.of("ACS_BIT_CLEARED " + told),
        told(
            found(
                apart("boot-1"),
                host("boot-2", CLEARED, "123"),
                host("boot-2", CLEARED_MORE, "123"),
                openBit(raised, boot))));
  }

  /** The owners of now decide: of the boot before, A and B belonged to two VMs. */
  @Test
  void mergeOfThisBootIsToldByItsOwnersOfNow() {
    assertEquals(
        List.of("GROUP_MERGED_SAME_VM REGROUPING"),
        told(
            found(
                owned(apart("boot-1"), "vm-a", "vm-b"),
                owned(apart("boot-2"), "vm-a", "vm-a"),
                owned(host("boot-2", OK, "113"), "vm-a", "vm-a"))));
  }

  @ParameterizedTest(name = "{0} raised at {1} of {2}: {3}")
  @CsvSource({
    "GROUP_MERGED_SAME_VM, REGROUPING, boot-2, true",
    "GROUP_MERGED_SAME_VM, REGROUPING, boot-1, false",
    "GROUP_MERGED_SAME_VM, KEXEC, boot-2, false",
    "GROUP_SPLIT, REGROUPING, boot-2, false"
  })
  void mergeOfThisBootThatIsOpenIsToldOnce(
      AlertCode code, Boundary raised, String boot, boolean toldAlready) {
    IsolationAlert open = open(code, raised, boot, "pci0000:00/02.0", "A", "B");

    assertEquals(
        toldAlready ? List.of() : List.of("GROUP_MERGED_CROSS_VM KEXEC"),
        told(
            found(
                owned(apart("boot-1"), "vm-a", "vm-b"),
                owned(host("boot-2", OK, "113"), "vm-a", "vm-a"),
                owned(host("boot-2", OK, "113"), "vm-a", "vm-a"),
                open)));
  }

  /** One device in common makes no merge the same. */
  @ParameterizedTest(name = "open merge of {0} and {1}")
  @CsvSource({"B, C", "A, C", "C, RP"})
  void mergeOfOtherDevicesTellsNothingOfThisOne(String first, String second) {
    assertEquals(
        List.of("GROUP_MERGED_CROSS_VM KEXEC"),
        told(
            found(
                owned(apart("boot-1"), "vm-a", "vm-b"),
                owned(host("boot-2", OK, "113"), "vm-a", "vm-a"),
                owned(host("boot-2", OK, "113"), "vm-a", "vm-a"),
                open(
                    AlertCode.GROUP_MERGED_SAME_VM,
                    Boundary.REGROUPING,
                    "boot-2",
                    "pci0000:00/03.0",
                    first,
                    second))));
  }

  @Test
  void splitOfThreeDoesNotTellTheMergeOfTwoOfThem() {
    assertEquals(
        List.of("GROUP_MERGED_UNOWNED KEXEC", "GROUP_SPLIT REGROUPING"),
        told(found(apart("boot-1"), host("boot-2", OK, "111"), host("boot-2", OK, "121"))));
  }

  /** What is no merge is told, though a merge of this boot has its devices. */
  @Test
  void splitByTheBootIsToldBesideAMergeInIt() {
    assertEquals(
        List.of("GROUP_SPLIT KEXEC", "GROUP_MERGED_UNOWNED REGROUPING"),
        told(found(host("boot-1", OK, "111"), apart("boot-2"), host("boot-2", OK, "113"))));
  }

  @Test
  void isolationLostInTheRunningKernelIsToldOfTheSnapshotJustBefore() {
    assertEquals(
        List.of("ACS_BIT_CLEARED RUNNING", "RUNTIME_ISOLATION_LOSS RUNNING"),
        told(
            found(
                below(apart("boot-1")),
                below(apart("boot-2")),
                below(host("boot-2", CLEARED, "123")))));
  }

  private static TestHost below(TestHost host) {
    return host.add("D", "01:00.0", "RP", ENDPOINT, false, NONE)
        .owner("D", "vm-d")
        .reportGroup("D", 99);
  }

  @Test
  void functionThatChangedInTheRunningKernelIsSuspect() {
    TestHost changed = apart("boot-2").add("A", "00:02.0", null, LEGACY_ENDPOINT, false, NONE);

    assertEquals(
        List.of("SPOOF_SUSPECTED RUNNING"), told(found(apart("boot-1"), apart("boot-2"), changed)));
  }

  @Test
  void imageThatIsGoneIsAnUpdateGivenUp() {
    Snapshot now = apart("boot-2").snapshot();
    List<IsolationAlert> alerts =
        BootFindings.of(
            new Comparison(apart("boot-1").snapshot(), now),
            new Comparison(AlteredSnapshot.loaded(now), now),
            life(now));

    assertEquals(List.of("LIVE_UPDATE_ABORTED RUNNING"), told(alerts));
  }
}
