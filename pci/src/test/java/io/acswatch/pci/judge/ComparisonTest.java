package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.NextSteps;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.snapshot.AlteredSnapshot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two snapshots of one host side by side. */
class ComparisonTest {
  private static final DevicePath PLACE_OF_A = new DevicePath("pci0000:00/01.0/00.0/00.0/00.0");

  /** A and B behind the ports of a switch, of which the root port and the second port have ACS. */
  private static TestHost host() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
        .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
        .add("B", "04:00.0", "D2", ENDPOINT, false, NONE);
  }

  private static TestHost owned() {
    return host().owner("A", "vm-a").owner("B", "vm-b");
  }

  private static int index(Comparison comparison, String bdf) {
    List<PciFunction> functions = comparison.after().snapshot().functions();
    for (int i = 0; i < functions.size(); i++) {
      if (functions.get(i).address().equals(PciAddress.parse(bdf))) {
        return i;
      }
    }
    throw new AssertionError(bdf);
  }

  /** A, B and a third device on the root bus with the groups that the digits say, none for 0. */
  private static Snapshot grouped(String groups) {
    TestHost host =
        new TestHost()
            .add("A", "00:02.0", null, ENDPOINT, false, NONE)
            .add("B", "00:03.0", null, ENDPOINT, false, NONE)
            .add("C", "00:04.0", null, ENDPOINT, false, NONE);
    for (int i = 0; i < 3; i++) {
      host.reportGroup("ABC".substring(i, i + 1), groups.charAt(i) - '1');
    }
    return host.snapshot();
  }

  @ParameterizedTest(name = "{0} to {1}: {2}")
  @CsvSource({
    "123, 123, RUNNING",
    "123, 745, RUNNING",
    "122, 311, RUNNING",
    "123, 122, REGROUPING",
    "122, 123, REGROUPING",
    "112, 122, REGROUPING",
    "000, 123, REGROUPING",
    "123, 000, REGROUPING",
    "000, 000, RUNNING",
  })
  void aRunningKernelRegroupedWhereOtherDevicesAreTogether(
      String before, String after, Boundary boundary) {
    assertEquals(boundary, new Comparison(grouped(before), grouped(after)).boundary());
  }

  @Test
  void groupNumbersAboveThoseOfSmallIntegersAreCompared() {
    TestHost then = owned();
    TestHost now = owned();
    for (String name : List.of("RP", "USP", "D1", "D2", "A", "B")) {
      then.reportGroup(name, 1_000 + name.hashCode());
      now.reportGroup(name, 5_000 + name.hashCode());
    }

    assertEquals(Boundary.RUNNING, new Comparison(then.snapshot(), now.snapshot()).boundary());
  }

  @Test
  void aDeviceThatCameIsNoRegrouping() {
    Snapshot now = owned().add("C", "00:04.0", null, ENDPOINT, false, NONE).snapshot();

    assertEquals(Boundary.RUNNING, new Comparison(owned().snapshot(), now).boundary());
  }

  @Test
  void functionsAreMatchedByPlaceWhateverTheirAddress() {
    TestHost after = host().kexec("boot-2").readdress("A", "07:00.0");
    Comparison comparison = new Comparison(owned().snapshot(), after.snapshot());
    int a = index(comparison, "07:00.0");

    assertTrue(comparison.isInBoth(a));
    assertEquals("vm-a", comparison.owner(a));
    assertEquals(
        new AlertDevice(
            PciAddress.parse("07:00.0"),
            PciAddress.parse("03:00.0"),
            PLACE_OF_A,
            "vm-a",
            "",
            comparison.before().groupNumber(4),
            comparison.after().groupNumber(a)),
        comparison.device(a));
  }

  @Test
  void aNewFunctionHasNoPast() {
    Snapshot now =
        owned().add("C", "00:04.0", null, ENDPOINT, false, OK).owner("C", "vm-c").snapshot();
    Comparison comparison = new Comparison(owned().snapshot(), now);
    int c = index(comparison, "00:04.0");

    assertFalse(comparison.isInBoth(c));
    assertFalse(comparison.isOwned(c));
    assertEquals(HostView.NOBODY, comparison.owner(c));
    assertEquals("vm-c", comparison.anyOwner(c));
    assertEquals(
        new AlertDevice(
            PciAddress.parse("00:04.0"),
            null,
            new DevicePath("pci0000:00/04.0"),
            "",
            "",
            null,
            comparison.after().groupNumber(c)),
        comparison.device(c));
    assertTrue(comparison.haveDisjointOwners(c, index(comparison, "03:00.0")));
    Evidence.PortRegisters words = comparison.registersOnTheWay(List.of(c)).get(0);
    assertNull(words.capabilityBefore());
    assertNull(words.controlBefore());
    assertEquals(0x5F, words.capabilityAfter());
    assertEquals(0x1D, words.controlAfter());
  }

  @Test
  void aFunctionThatIsGoneIsNamedAsItWas() {
    Comparison comparison = new Comparison(owned().snapshot(), host().remove("A").snapshot());

    assertEquals(
        new AlertDevice(
            PciAddress.parse("03:00.0"),
            PciAddress.parse("03:00.0"),
            PLACE_OF_A,
            "vm-a",
            "",
            comparison.before().groupNumber(4),
            null),
        comparison.goneDevice(4));
  }

  @Test
  void ownersAreThoseOfBeforeUnlessOthersAreKnownNow() {
    Comparison comparison =
        new Comparison(owned().snapshot(), host().owner("A", "vm-new").snapshot());
    int a = index(comparison, "03:00.0");
    int b = index(comparison, "04:00.0");

    assertEquals("vm-a", comparison.owner(a));
    assertEquals("vm-new", comparison.anyOwner(a));
    assertEquals("vm-b", comparison.anyOwner(b));
    int rootPort = index(comparison, "00:01.0");
    assertEquals(List.of("vm-a", "vm-b"), comparison.vmsAtOrBelow(rootPort));
    assertEquals(List.of("vm-a"), comparison.vmsAtOrBelow(index(comparison, "02:00.0")));
    assertEquals(List.of("vm-b"), comparison.vmsAtOrBelow(b));
    assertEquals(List.of("vm-a", "vm-b", "vm-new"), comparison.allVmsAtOrBelow(rootPort));
  }

  @Test
  void functionsThatOneVmOwnsAmongOthersAreNotDisjoint() {
    Snapshot before = AlteredSnapshot.claimed(owned().snapshot(), "04:00.0", "vm-a");
    Comparison shared = new Comparison(before, host().snapshot());
    Comparison apart = new Comparison(owned().snapshot(), host().snapshot());

    assertFalse(shared.haveDisjointOwners(4, 5));
    assertTrue(apart.haveDisjointOwners(4, 5));
  }

  @ParameterizedTest(name = "{0}: owners last known count {1}")
  @CsvSource({
    "COLD, true",
    "KEXEC_PLAIN, true",
    "LIVE_UPDATE, false",
  })
  void ownersOfADrainedHostAreKnownAcrossABootButNoLiveUpdate(BootClass boot, boolean count) {
    Comparison comparison =
        new Comparison(
            host().snapshot(),
            host().boot("boot-2", boot).snapshot(),
            List.of(new Assignment(PLACE_OF_A, "vm-a")),
            false);

    assertEquals(count ? "vm-a" : HostView.NOBODY, comparison.owner(4));
    assertEquals(count ? Confidence.MEDIUM : Confidence.HIGH, comparison.evidence().confidence());
  }

  @Test
  void ownersOfADrainedHostDoNotCountInTheRunningKernel() {
    Comparison comparison =
        new Comparison(
            host().snapshot(),
            host().snapshot(),
            List.of(new Assignment(PLACE_OF_A, "vm-a")),
            false);

    assertFalse(comparison.isOwned(4));
  }

  @Test
  void theSameComparisonWithinABootDiffersInNothingElse() {
    Comparison comparison =
        new Comparison(
            owned().snapshot(),
            owned().kexec("boot-2").acs("RP", CLEARED).snapshot(),
            List.of(),
            true);

    Comparison within = comparison.within(Boundary.RUNNING);

    assertEquals(Boundary.KEXEC, comparison.boundary());
    assertEquals(Boundary.RUNNING, within.boundary());
    assertEquals(comparison.before(), within.before());
    assertEquals(comparison.after(), within.after());
    assertTrue(within.isStale());
    assertTrue(within.evidence().basis().partial());
    assertEquals("vm-a", within.owner(4));
    assertFalse(new Comparison(owned().snapshot(), owned().snapshot()).isStale());
  }

  @Test
  void wordsOnTheWayBeginAtTheRootAndLeaveOutWhatHasNoAcs() {
    Snapshot before = owned().snapshot();
    Snapshot after = owned().acs("D2", CLEARED).acs("D1", NONE).snapshot();
    Comparison comparison = new Comparison(before, after);

    List<Evidence.PortRegisters> words =
        comparison.registersOnTheWay(
            List.of(index(comparison, "04:00.0"), index(comparison, "03:00.0")));

    assertEquals(
        List.of("0000:00:01.0", "0000:02:00.0", "0000:02:01.0"),
        words.stream().map(w -> w.port().toString()).toList());
    assertEquals(
        new Evidence.PortRegisters(
            PciAddress.parse("02:00.0"),
            new DevicePath("pci0000:00/01.0/00.0/00.0"),
            DOWNSTREAM_PORT,
            0x5F,
            null,
            0x1D,
            null),
        words.get(1));
    assertEquals(0x1D, words.get(2).controlBefore());
    assertEquals(0x19, words.get(2).controlAfter());
  }

  @Test
  void wordsOfSeveralWaysAreToldLevelByLevel() {
    TestHost host =
        owned()
            .add("RP2", "00:10.0", null, ROOT_PORT, false, OK)
            .add("C", "05:00.0", "RP2", ENDPOINT, false, NONE);
    Comparison comparison = new Comparison(host.snapshot(), host.snapshot());

    assertEquals(
        List.of("0000:00:01.0", "0000:00:10.0", "0000:02:00.0"),
        comparison
            .registersOnTheWay(List.of(index(comparison, "03:00.0"), index(comparison, "05:00.0")))
            .stream()
            .map(words -> words.port().toString())
            .toList());
  }

  @Test
  void devicesAreNamedInOrderOfPlace() {
    Comparison comparison = new Comparison(owned().snapshot(), owned().snapshot());

    assertEquals(
        List.of("0000:00:01.0", "0000:03:00.0", "0000:04:00.0"),
        comparison.devices(List.of(5, 0, 4)).stream().map(d -> d.address().toString()).toList());
  }

  @Test
  void anAlertTellsBothSides() {
    Snapshot before = owned().sequence(3).snapshot();
    Snapshot after = owned().kexec("boot-2").sequence(4).snapshot();
    Comparison comparison = new Comparison(before, after);
    List<Evidence.Fact> facts = List.of(new Evidence.Fact("value", "1", "2"));

    assertEquals(
        new IsolationAlert(
            Comparison.fingerprint("host", AlertCode.MODEL_CHANGED, ""),
            0,
            AlertCode.MODEL_CHANGED,
            Severity.WARNING,
            AlertStatus.RAISED,
            "host",
            new IsolationAlert.Interval(
                Boundary.KEXEC,
                new IsolationAlert.Moment(before.boot(), 3_000),
                new IsolationAlert.Moment(after.boot(), 4_000)),
            4_000,
            List.of(),
            List.of(),
            null,
            "It changed",
            NextSteps.of(AlertCode.MODEL_CHANGED),
            Evidence.of(after, Confidence.HIGH, false).with(facts)),
        comparison.alert(AlertCode.MODEL_CHANGED, Severity.WARNING, "It changed", facts));
  }

  /** Consumers match alerts by it, so it must never change. */
  @Test
  void theFingerprintIsOfHostCodeAndPlace() {
    String fingerprint = Comparison.fingerprint("host", AlertCode.ACS_BIT_CLEARED, "place");

    assertEquals("3979ccae8a9d67dc7ff552e50eae3d68", fingerprint);
    assertNotEquals(
        fingerprint, Comparison.fingerprint("host2", AlertCode.ACS_BIT_CLEARED, "place"));
    assertNotEquals(fingerprint, Comparison.fingerprint("host", AlertCode.ACS_BIT_SET, "place"));
    assertNotEquals(
        fingerprint, Comparison.fingerprint("host", AlertCode.ACS_BIT_CLEARED, "place2"));
  }
}
