package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.snapshot.AlteredFunction;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions that are gone or new, and an IOMMU that is off. */
class InventoryFindingsTest {
  private static TestHost host(String boot) {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
        .add("PF", "00:02.0", null, ENDPOINT, false, NONE)
        .kexec(boot);
  }

  private static TestHost withVfs(TestHost host) {
    return host.vf("V0", "00:02.1", "PF").vf("V1", "00:02.2", "PF");
  }

  private static List<IsolationAlert> found(TestHost before, TestHost after) {
    return InventoryFindings.of(new Comparison(before.snapshot(), after.snapshot()));
  }

  private static IsolationAlert only(
      AlertCode code, String anchor, Severity severity, List<IsolationAlert> alerts) {
    assertEquals(List.of(code), alerts.stream().map(IsolationAlert::code).toList());
    IsolationAlert alert = alerts.get(0);
    assertEquals(severity, alert.severity());
    assertEquals(Comparison.fingerprint("host", code, anchor), alert.fingerprint());
    return alert;
  }

  private static List<String> addresses(IsolationAlert alert) {
    return alert.devices().stream().map(device -> device.address().toString()).toList();
  }

  private static TestHost owned(TestHost host, String name, String vm) {
    return vm.isEmpty() ? host : host.owner(name, vm);
  }

  private static List<String> listOf(String vm) {
    return vm.isEmpty() ? List.of() : List.of(vm);
  }

  @Test
  void sameFunctionsAreNoFinding() {
    assertEquals(List.of(), found(withVfs(host("boot-1")), withVfs(host("boot-2"))));
  }

  @ParameterizedTest(name = "owner {0}, boot {1}")
  @CsvSource({
    "'', boot-2, WARNING, after a kexec",
    "vm-a, boot-2, HIGH, after a kexec",
    "vm-a, boot-1, HIGH, in the running kernel"
  })
  void functionThatIsGone(String vm, String boot, Severity severity, String when) {
    List<IsolationAlert> alerts = found(owned(host("boot-1"), "A", vm), host(boot).remove("A"));

    IsolationAlert gone = only(AlertCode.DEVICE_MISSING, "pci0000:00/01.0/00.0", severity, alerts);
    assertEquals("0000:01:00.0 is gone " + when, gone.headline());
    assertEquals(List.of("0000:01:00.0"), addresses(gone));
    assertEquals(listOf(vm), gone.vms());
  }

  @ParameterizedTest(name = "owner {0}")
  @CsvSource({"'', INFO", "vm-b, WARNING"})
  void vfsThatAreGoneAreToldByTheirPf(String vm, Severity severity) {
    List<IsolationAlert> alerts = found(owned(withVfs(host("boot-1")), "V1", vm), host("boot-2"));

    IsolationAlert gone = only(AlertCode.DEVICE_MISSING, "pci0000:00/02.0/vf*", severity, alerts);
    assertEquals(
        "2 VFs of 0000:00:02.0 do not exist after a kexec: SR-IOV has not been enabled again",
        gone.headline());
    assertEquals(List.of("0000:00:02.1", "0000:00:02.2"), addresses(gone));
    assertEquals(listOf(vm), gone.vms());
  }

  @Test
  void vfsThatComeOrGoInTheRunningKernelAreTheOperators() {
    assertEquals(List.of(), found(withVfs(host("boot-1")), host("boot-1")));
    assertEquals(List.of(), found(host("boot-1"), withVfs(host("boot-1"))));
  }

  @Test
  void vfsWhosePfIsGoneTooAreToldOneByOne() {
    TestHost after = host("boot-2").remove("PF");
    List<String> headlines =
        found(withVfs(host("boot-1")), after).stream().map(IsolationAlert::headline).toList();

    assertEquals(
        List.of(
            "0000:00:02.0 is gone after a kexec",
            "0000:00:02.1 is gone after a kexec",
            "0000:00:02.2 is gone after a kexec"),
        headlines);
  }

  @ParameterizedTest(name = "boot {0}")
  @CsvSource({"boot-1, in the running kernel", "boot-2, after a kexec"})
  void functionThatIsNew(String boot, String when) {
    List<IsolationAlert> alerts = found(host("boot-1").remove("A"), host(boot));

    IsolationAlert arrived =
        only(AlertCode.DEVICE_NEW, "pci0000:00/01.0/00.0", Severity.INFO, alerts);
    assertEquals("0000:01:00.0 is new " + when, arrived.headline());
    assertEquals(List.of("0000:01:00.0"), addresses(arrived));
    assertEquals(List.of(), arrived.vms());
  }

  @Test
  void vfsThatAreNewAfterABootAreToldByTheirPf() {
    List<IsolationAlert> alerts = found(host("boot-1"), withVfs(host("boot-2")));

    IsolationAlert arrived =
        only(AlertCode.DEVICE_NEW, "pci0000:00/02.0/vf*", Severity.INFO, alerts);
    assertEquals("2 VFs are new after a kexec", arrived.headline());
    assertEquals(List.of("0000:00:02.1", "0000:00:02.2"), addresses(arrived));
  }

  @ParameterizedTest(name = "boot {0}")
  @CsvSource({"boot-1, in the running kernel", "boot-2, after a kexec"})
  void newFunctionInTheGroupOfAVmIsHigh(String boot, String when) {
    TestHost before = host("boot-1").owner("A", "vm-a");
    TestHost after =
        host(boot).add("N", "01:01.0", "RP", ENDPOINT, false, NONE).reportGroup("N", 90);
    after.reportGroup("A", 90);
    List<IsolationAlert> alerts = found(before, after);

    IsolationAlert arrived =
        only(AlertCode.DEVICE_NEW, "pci0000:00/01.0/01.0", Severity.HIGH, alerts);
    assertEquals("0000:01:01.0 is new " + when + ", in an IOMMU group of vm-a", arrived.headline());
    assertEquals(List.of("vm-a"), arrived.vms());
  }

  @Test
  void newVfInTheGroupOfAVmIsToldInTheRunningKernelToo() {
    TestHost before = withVfs(host("boot-1")).remove("V1").owner("V0", "vm-v");
    TestHost after = withVfs(host("boot-1")).reportGroup("V0", 90).reportGroup("V1", 90);
    IsolationAlert arrived =
        only(AlertCode.DEVICE_NEW, "pci0000:00/02.0/vf*", Severity.HIGH, found(before, after));

    assertEquals(
        "0000:00:02.2 is new in the running kernel, in an IOMMU group of vm-v", arrived.headline());
  }

  @Test
  void newPortInTheGroupOfAVmTakesNoPartInIt() {
    TestHost before = host("boot-1").owner("A", "vm-a");
    TestHost after = host("boot-2").add("P", "00:03.0", null, ROOT_PORT, false, OK);
    after.reportGroup("P", 90).reportGroup("A", 90);

    only(AlertCode.DEVICE_NEW, "pci0000:00/03.0", Severity.INFO, found(before, after));
  }

  @ParameterizedTest(name = "owner {0}, command line: {1}")
  @CsvSource({
    "'', intel_iommu=on, WARNING, The kernel found or used no IOMMU.",
    "vm-a, intel_iommu=off, CRITICAL,"
        + " 'The kernel command line changed: intel_iommu=off came, intel_iommu=on went.'"
  })
  void noGroupsAtAllMeanThatNothingKeepsDevicesApart(
      String vm, String commandLine, Severity severity, String explanation) {
    TestHost after = host("boot-2").withoutIommu().commandLine(commandLine);
    List<IsolationAlert> alerts = found(owned(host("boot-1"), "A", vm), after);

    IsolationAlert off = only(AlertCode.IOMMU_OFF, "", severity, alerts);
    assertEquals("There are no IOMMU groups: nothing keeps devices apart", off.headline());
    assertEquals(Cause.Kind.IOMMU_OFF, off.cause().kind());
    assertEquals(explanation, off.cause().explanation());
    assertEquals(listOf(vm), off.vms());
    assertEquals(vm.isEmpty() ? List.of() : List.of("0000:01:00.0"), addresses(off));
  }

  @Test
  void hostWithoutFunctionsHasNoIommuToMiss() {
    TestHost nothing = new TestHost().kexec("boot-2");

    assertEquals(List.of(), found(new TestHost(), nothing));
  }

  /** Under iommu=pt the group's default domain is the identity, and VFIO still isolates. */
  @ParameterizedTest(name = "{0} under {1}")
  @CsvSource({
    "DMA-FQ, nvme, false",
    "noiommu, vfio-pci, true",
    "identity, nvme, true",
    "identity, vfio-pci, false",
    "identity, '', false",
  })
  void deviceOfAVmThatNothingTranslates(String type, String driver, boolean exposed) {
    assertExposed(exposed, f -> f.group(type, driver));
  }

  @Test
  void deviceOfAVmWithoutAGroupIsExposed() {
    assertExposed(true, AlteredFunction::ungrouped);
  }

  private static void assertExposed(boolean exposed, UnaryOperator<AlteredFunction> change) {
    Snapshot unowned = host("boot-1").snapshot();
    Snapshot owned = host("boot-1").owner("A", "vm-a").snapshot();
    Snapshot after = host("boot-2").owner("A", "vm-x").snapshot();
    // The owner of before counts, and the one of now where there was none.
    assertEquals(exposed ? List.of("vm-a") : List.of(), vmsExposed(owned, after, change));
    assertEquals(exposed ? List.of("vm-x") : List.of(), vmsExposed(unowned, after, change));
    assertEquals(List.of(), vmsExposed(unowned, host("boot-2").snapshot(), change));
  }

  private static List<String> vmsExposed(
      Snapshot before, Snapshot after, UnaryOperator<AlteredFunction> change) {
    List<IsolationAlert> alerts =
        InventoryFindings.of(new Comparison(before, AlteredFunction.in(after, "01:00.0", change)));
    if (alerts.isEmpty()) {
      return List.of();
    }
    IsolationAlert off = only(AlertCode.IOMMU_OFF, "", Severity.CRITICAL, alerts);
    assertEquals("Devices of VMs are not behind the IOMMU", off.headline());
    assertEquals(List.of("0000:01:00.0"), addresses(off));
    return off.vms();
  }
}
