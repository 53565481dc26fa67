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
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When an alert is raised, how grave it is, and what closes it. */
class AlertConditionsTest {
  /** A switch below one root port; A belongs to vm-a, B to {@code ownerOfB}. */
  private static TestHost host(String ownerOfB, AcsRegisters rootPort) {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, rootPort)
            .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
            .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, OK)
            .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, OK)
            .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
            .add("B", "04:00.0", "D2", ENDPOINT, false, NONE);
    return ownerOfB.isEmpty() ? host : host.owner("A", "vm-a").owner("B", ownerOfB);
  }

  private static TestHost host() {
    return host("vm-b", OK);
  }

  /** Alerts of this code that the last of these snapshots raises or changes. */
  private static List<IsolationAlert> last(AlertCode code, Snapshot... snapshots) {
    HostState state = HostState.NONE;
    List<IsolationAlert> alerts = List.of();
    for (Snapshot snapshot : snapshots) {
      Judged judged = Judgement.apply(state, snapshot);
      state = judged.state();
      alerts = judged.alerts();
    }
    return alerts.stream().filter(alert -> alert.code() == code).toList();
  }

  private static String status(AlertCode code, Snapshot... snapshots) {
    return String.join(
        ",", last(code, snapshots).stream().map(alert -> alert.status().name()).toList());
  }

  private static String severity(AlertCode code, Snapshot... snapshots) {
    return String.join(
        ",", last(code, snapshots).stream().map(alert -> alert.severity().name()).toList());
  }

  /** The snapshot with other facts or another view of the function at this place. */
  private static Snapshot with(Snapshot snapshot, String place, UnaryOperator<PciFunction> change) {
    List<PciFunction> functions =
        snapshot.functions().stream()
            .map(f -> f.path().text().equals(place) ? change.apply(f) : f)
            .toList();
    assertFalse(functions.equals(snapshot.functions()), place);
    return snapshot.withFunctions(functions);
  }

  private static UnaryOperator<PciFunction> facts(
      boolean egressOpen, boolean atsEnabled, ReadStatus status) {
    return f -> {
      ConfigFacts c = f.config();
      ConfigFacts changed =
          new ConfigFacts(
              status,
              c.lengthBytes(),
              new ConfigFacts.Header(c.header().type(), 0, 0, 0, false, 0, 0),
              c.claimedType(),
              status == ReadStatus.COMPLETE ? c.acs() : null,
              new ConfigFacts.Features(egressOpen, atsEnabled, false, 0, 0, 0),
              0);
      return new PciFunction(f.address(), f.path(), f.ids(), changed, f.kernel());
    };
  }

  private static final String D1 = "pci0000:00/01.0/00.0/00.0";
  private static final String A = D1 + "/00.0";
  private static final String B = "pci0000:00/01.0/00.0/01.0/00.0";

  @Test
  void directTranslationWithAtsBelowIsAWarning() {
    AcsRegisters direct = new AcsRegisters(0x148, 0x5F, 0x5D, 0);
    Snapshot after = host().kexec("boot-2").acs("D1", direct).snapshot();
    UnaryOperator<PciFunction> ats = facts(false, true, ReadStatus.COMPLETE);

    assertEquals("WARNING", severity(AlertCode.DT_WITH_ATS, with(after, A, ats)));
    assertEquals("WARNING", severity(AlertCode.DT_WITH_ATS, with(after, D1, ats)));
    assertEquals("", severity(AlertCode.DT_WITH_ATS, with(after, B, ats)));
    assertEquals("", severity(AlertCode.DT_WITH_ATS, with(host().snapshot(), A, ats)));
  }

  @Test
  void egressControlThatLeavesAWayOpenWeakensRedirect() {
    UnaryOperator<PciFunction> open = facts(true, false, ReadStatus.COMPLETE);
    Snapshot redirecting = host().snapshot();
    Snapshot direct = host().acs("D1", CLEARED).snapshot();

    assertEquals("WARNING", severity(AlertCode.EC_WEAKENS_RR, with(redirecting, D1, open)));
    assertEquals("", severity(AlertCode.EC_WEAKENS_RR, with(direct, D1, open)));
    assertEquals("", severity(AlertCode.EC_WEAKENS_RR, redirecting));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"vm-a, GROUP_MERGED_SAME_VM", "'', GROUP_MERGED_UNOWNED"})
  void mergeWithoutASecondVmStaysOpenUntilItHeals(String ownerOfB, AlertCode code) {
    Snapshot before = host(ownerOfB, OK).snapshot();
    Snapshot merged = host(ownerOfB, CLEARED).kexec("boot-2").snapshot();
    Snapshot still = host(ownerOfB, CLEARED).kexec("boot-3").snapshot();
    Snapshot healed = host(ownerOfB, OK).kexec("boot-4").snapshot();

    assertEquals("RAISED", status(code, before, merged));
    assertEquals("", status(code, before, merged, still));
    assertEquals("RESOLVED", status(code, before, merged, still, healed));
  }

  @Test
  void lostCapabilityIsResolvedWhenItIsBack() {
    Snapshot lost = host().kexec("boot-2").acs("D1", NONE).snapshot();
    Snapshot still = host().kexec("boot-3").acs("D1", NONE).snapshot();
    Snapshot back = host().kexec("boot-4").snapshot();
    AlertCode code = AlertCode.ACS_CAP_DROPPED;

    assertEquals("RAISED", status(code, host().snapshot(), lost));
    assertEquals("", status(code, host().snapshot(), lost, still));
    assertEquals("RESOLVED", status(code, host().snapshot(), lost, still, back));
  }

  @Test
  void capabilityThatWasNotReadIsNotLost() {
    Snapshot unread =
        with(
            host().kexec("boot-2").snapshot(),
            D1,
            facts(false, false, ReadStatus.TRUNCATED_UNPRIVILEGED));

    assertEquals("", status(AlertCode.ACS_CAP_DROPPED, host().snapshot(), unread));
    assertEquals("", status(AlertCode.ACS_CAP_DROPPED, unread, host().kexec("b").snapshot()));
  }

  @Test
  void clearedBitIsResolvedWhenItIsBackAndNotWhenItWasNotRead() {
    Snapshot before = host().snapshot();
    Snapshot cleared = host().kexec("boot-2").acs("D1", CLEARED).snapshot();
    Snapshot unread =
        with(
            host().kexec("boot-3").snapshot(),
            D1,
            facts(false, false, ReadStatus.TRUNCATED_UNPRIVILEGED));
    Snapshot back = host().kexec("boot-4").snapshot();
    AlertCode code = AlertCode.ACS_BIT_CLEARED;

    assertEquals("RAISED", status(code, before, cleared));
    assertEquals("", status(code, before, cleared, unread));
    assertEquals("RESOLVED", status(code, before, cleared, unread, back));
    assertEquals(
        "RESOLVED", status(code, before, cleared, host().kexec("boot-3").remove("A").snapshot()));
  }

  @Test
  void bitThatIsNotDemandedIsInformation() {
    AcsRegisters blocking = new AcsRegisters(0x148, 0x5F, 0x1F, 0);
    Snapshot before = host().acs("D1", blocking).snapshot();
    Snapshot after = host().kexec("boot-2").snapshot();

    assertEquals("INFO", severity(AlertCode.ACS_BIT_CLEARED, before, after));
    assertEquals(
        "INFO",
        severity(
            AlertCode.ACS_BIT_SET,
            host().snapshot(),
            host().kexec("boot-2").acs("D1", blocking).snapshot()));
  }

  @Test
  void bitThatOpensAWayIsAWarning() {
    AcsRegisters direct = new AcsRegisters(0x148, 0x5F, 0x5D, 0);
    List<IsolationAlert> alerts =
        last(
            AlertCode.ACS_BIT_SET,
            host().snapshot(),
            host().kexec("boot-2").acs("D1", direct).snapshot());

    assertEquals(Severity.WARNING, alerts.get(0).severity());
    assertTrue(alerts.get(0).headline().contains("gained ACS Control DT"), alerts::toString);
  }

  @Test
  void missingDeviceIsResolvedWhenItIsBack() {
    Snapshot gone = host().kexec("boot-2").remove("B").snapshot();
    Snapshot still = host().kexec("boot-3").remove("B").snapshot();
    Snapshot back = host().kexec("boot-4").snapshot();
    AlertCode code = AlertCode.DEVICE_MISSING;

    assertEquals("RAISED", status(code, host().snapshot(), gone));
    assertEquals("", status(code, host().snapshot(), gone, still));
    assertEquals("RESOLVED", status(code, host().snapshot(), gone, still, back));
  }

  @Test
  void missingIommuIsResolvedWhenItIsBack() {
    Snapshot off = host().kexec("boot-2").withoutIommu().snapshot();
    Snapshot partly = host().kexec("boot-3").reportGroup("A", -1).snapshot();
    Snapshot back = host().kexec("boot-4").snapshot();
    AlertCode code = AlertCode.IOMMU_OFF;

    assertEquals("RAISED", status(code, host().snapshot(), off));
    assertEquals("UPDATED", status(code, host().snapshot(), off, partly));
    assertEquals("RESOLVED", status(code, host().snapshot(), off, partly, back));
  }

  @ParameterizedTest(name = "{0} under {1}: {2}")
  @CsvSource({
    "noiommu, vfio-pci, CRITICAL",
    "identity, nvme, CRITICAL",
    "identity, vfio-pci, ''",
    "identity, '', ''",
    "DMA-FQ, nvme, ''"
  })
  void deviceOfAVmIsExposedByItsGroupTypeAndDriver(String type, String driver, String severity) {
    Snapshot after =
        with(
            host().kexec("boot-2").snapshot(),
            A,
            f ->
                new PciFunction(
                    f.address(),
                    f.path(),
                    f.ids(),
                    f.config(),
                    new KernelView(
                        f.kernel().group(),
                        type,
                        driver,
                        KernelView.Sriov.NONE,
                        false,
                        false,
                        Preservation.NONE)));

    assertEquals(severity, severity(AlertCode.IOMMU_OFF, host().snapshot(), after));
  }

  @Test
  void snapshotWithoutASequenceNumberIsNeverStale() {
    Snapshot numbered = host().sequence(5).snapshot();
    Snapshot unnumbered = host().sequence(0).acs("D1", CLEARED).snapshot();
    Snapshot older = host().sequence(4).acs("D1", CLEARED).snapshot();

    assertEquals("RAISED", status(AlertCode.ACS_BIT_CLEARED, numbered, unnumbered));
    assertEquals("", status(AlertCode.ACS_BIT_CLEARED, numbered, older));
  }

  @Test
  void mismatchNamesTheFirstFunctionInAnotherGroup() {
    List<IsolationAlert> alerts =
        last(AlertCode.KERNEL_GROUP_MISMATCH, host().reportGroup("B", 4).snapshot());

    assertEquals(1, alerts.size());
    assertEquals("0000:03:00.0", alerts.get(0).devices().get(0).address().toString());
  }

  @Test
  void mismatchIsToldOnceInABootAndNotWhereBytesAreMissing() {
    Snapshot wrong = host().reportGroup("B", 4).snapshot();
    Snapshot unread =
        with(
            wrong,
            D1,
            f ->
                new PciFunction(
                    f.address(),
                    f.path(),
                    f.ids(),
                    ConfigFacts.unread(ReadStatus.UNREADABLE, 0),
                    f.kernel()));

    assertEquals("", status(AlertCode.KERNEL_GROUP_MISMATCH, wrong, wrong));
    assertEquals("", status(AlertCode.KERNEL_GROUP_MISMATCH, unread));
  }

  @Test
  void mismatchThatNoWordsOfTheBootBeforeExplainIsOneUnderAnyModel() {
    TestHost wrong = host().reportGroup("B", 4).kexec("boot-2");

    for (String release : List.of("6.12.74", "7.0.0")) {
      assertEquals(
          "RAISED",
          status(AlertCode.KERNEL_GROUP_MISMATCH, wrong.release(release).snapshot()),
          release);
    }
  }

  /** A snapshot is taken each second of the clock that its number says. */
  @ParameterizedTest(name = "seen at 1 s, then in boot {0} at {1} s: {2}")
  @CsvSource({"boot-2, 4900, RAISED", "boot-2, 4700, ''", "boot-1, 4900, ''"})
  void snapshotBeforeABootIsOldAfterAWhile(String boot, long seconds, String status) {
    Snapshot before = host().kexec("boot-1").sequence(1).snapshot();
    Snapshot after = host().kexec(boot).sequence(seconds).snapshot();

    assertEquals(status, status(AlertCode.STALE_BEFORE, before, after));
  }

  private static TestHost three(String bootId, int groupOfA, int groupOfB, int groupOfC) {
    return new TestHost()
        .add("A", "00:04.0", null, ENDPOINT, false, NONE)
        .add("B", "00:05.0", null, ENDPOINT, false, NONE)
        .add("C", "00:06.0", null, ENDPOINT, false, NONE)
        .owner("A", "vm-a")
        .owner("B", "vm-b")
        .owner("C", "vm-c")
        .reportGroup("A", groupOfA)
        .reportGroup("B", groupOfB)
        .reportGroup("C", groupOfC)
        .kexec(bootId);
  }

  @Test
  void mergeThatGrowsTowardsALowerPlaceIsTheSameAlert() {
    AlertCode code = AlertCode.GROUP_MERGED_CROSS_VM;
    Snapshot before = three("boot-1", 1, 2, 3).snapshot();
    Snapshot two = three("boot-2", 1, 9, 9).snapshot();
    Snapshot all = three("boot-3", 9, 9, 9).snapshot();
    IsolationAlert first = last(code, before, two).get(0);
    List<IsolationAlert> grown = last(code, before, two, all);

    assertEquals(1, grown.size());
    assertEquals(AlertStatus.UPDATED, grown.get(0).status());
    assertEquals(first.fingerprint(), grown.get(0).fingerprint());
    assertEquals(List.of("vm-a", "vm-b", "vm-c"), grown.get(0).vms());
    assertTrue(grown.get(0).revision() > first.revision(), grown::toString);
  }
}
