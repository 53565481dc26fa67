package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.snapshot.AlteredSnapshot;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Claims of owners that contradict each other, or the kernel. */
class OwnershipFindingsTest {
  private static final String A = "01:00.0";
  private static final String B = "01:01.0";
  private static final String A_PATH = "pci0000:00/01.0/00.0";

  /** Two devices that are in one group with the port above them, and one that is not. */
  private static TestHost host() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, CLEARED)
        .add("A", A, "RP", ENDPOINT, false, NONE)
        .add("B", B, "RP", ENDPOINT, false, NONE)
        .add("C", "00:02.0", null, ENDPOINT, false, NONE)
        .reportGroup("RP", 90)
        .reportGroup("A", 90)
        .reportGroup("B", 90);
  }

  private static List<IsolationAlert> found(Snapshot after) {
    return OwnershipFindings.of(new Comparison(after, after));
  }

  private static List<String> addresses(List<AlertDevice> devices) {
    return devices.stream().map(device -> device.address().toString()).toList();
  }

  @Test
  void functionThatTwoVmsClaimIsAConflict() {
    Snapshot after = AlteredSnapshot.claimed(host().owner("A", "vm-b").snapshot(), A, "vm-a");
    List<IsolationAlert> alerts = found(after);

    assertEquals(1, alerts.size());
    IsolationAlert alert = alerts.get(0);
    assertEquals(AlertCode.OWNERSHIP_CONFLICT, alert.code());
    assertEquals(Severity.WARNING, alert.severity());
    assertEquals("0000:01:00.0 is claimed by vm-a and vm-b at one time", alert.headline());
    assertEquals(Comparison.fingerprint("host", alert.code(), A_PATH), alert.fingerprint());
    assertEquals(List.of("0000:01:00.0"), addresses(alert.devices()));
    assertEquals(List.of("vm-a", "vm-b"), alert.vms());
  }

  @Test
  void claimMadeTwiceIsNoConflict() {
    Snapshot after = AlteredSnapshot.claimed(host().owner("A", "vm-a").snapshot(), A, "vm-a");

    assertEquals(List.of(), found(after));
  }

  @Test
  void groupOfTwoVmsIsGivenToOneOnly() {
    List<IsolationAlert> alerts =
        found(host().owner("A", "vm-b").owner("B", "vm-a").owner("C", "vm-c").snapshot());

    assertEquals(1, alerts.size());
    IsolationAlert alert = alerts.get(0);
    assertEquals(AlertCode.CROSS_VM_SHARED_GROUP, alert.code());
    assertEquals(Severity.HIGH, alert.severity());
    assertEquals(
        "Devices that vm-a and vm-b claim are in one IOMMU group, which the kernel gives to one"
            + " owner only",
        alert.headline());
    assertEquals(Comparison.fingerprint("host", alert.code(), A_PATH), alert.fingerprint());
    assertEquals(List.of("vm-a", "vm-b"), alert.vms());
    assertEquals(List.of("0000:01:00.0", "0000:01:01.0"), addresses(alert.devices()));
    assertEquals(
        List.of("0000:00:01.0"),
        alert.evidence().ports().stream().map(w -> w.port().toString()).toList());
    assertEquals(
        List.of("0000:00:01.0", "0000:01:00.0", "0000:01:01.0"),
        addresses(alert.evidence().members()));
  }

  @ParameterizedTest(name = "{0} and {1}")
  @CsvSource({"vm-a, vm-a", "vm-a, ''", "'', ''"})
  void groupOfOneVmAtMostIsItsOwn(String ownerOfA, String ownerOfB) {
    assertEquals(List.of(), found(owned(owned(host(), "A", ownerOfA), "B", ownerOfB).snapshot()));
  }

  private static TestHost owned(TestHost host, String name, String vm) {
    return vm.isEmpty() ? host : host.owner(name, vm);
  }

  /** One VM that owns both may have the group, whoever else claims one of them. */
  @Test
  void vmThatClaimsAllOfAGroupMayHaveIt() {
    Snapshot shared = host().owner("A", "vm-a").owner("B", "vm-a").snapshot();
    List<AlertCode> codes =
        found(AlteredSnapshot.claimed(shared, B, "vm-b")).stream()
            .map(IsolationAlert::code)
            .toList();

    assertEquals(List.of(AlertCode.OWNERSHIP_CONFLICT), codes);
  }

  @Test
  void claimOnAPortTakesNoPartInAGroup() {
    assertEquals(List.of(), found(host().owner("RP", "vm-p").owner("A", "vm-a").snapshot()));
  }

  @Test
  void withoutReportedGroupsOnlyConflictsAreTold() {
    Snapshot bare = host().owner("A", "vm-a").owner("B", "vm-b").bareSnapshot();
    List<IsolationAlert> alerts = found(AlteredSnapshot.claimed(bare, A, "vm-c"));

    assertEquals(
        List.of(AlertCode.OWNERSHIP_CONFLICT), alerts.stream().map(IsolationAlert::code).toList());
  }

  @Test
  void claimOnAFunctionThatIsNotThereIsNone() {
    TestHost apart = host().acs("RP", OK);

    assertEquals(List.of(), found(AlteredSnapshot.claimed(apart.snapshot(), "0f:00.0", "vm-a")));
  }
}
