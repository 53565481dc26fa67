package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.groups.GroupsAgreement;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.preflight.Preflight;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is said of live updates that a kernel with the PCI series went through. RR of root port 02.0
 * had been cleared by hand before the jump, so the last capture of the boot before shows it.
 */
class LiveUpdateCapturesTest {
  private static final Map<String, String> VMS =
      Map.of("03:00.0", "vmA", "04:00.0", "vmB", "06:00.0", "vmC", "08:00.0", "vmC");

  private static Snapshot snapshot(String name) throws IOException {
    return Snapshot.of(TestCaptures.read("update-" + name + ".cap"));
  }

  private static Snapshot before() throws IOException {
    List<OwnershipClaim> claims =
        VMS.entrySet().stream()
            .map(vm -> new OwnershipClaim(PciAddress.parse(vm.getKey()), vm.getValue(), "test"))
            .toList();
    return Snapshot.of(TestCaptures.read("update-runtime.cap").withOwners(claims));
  }

  private static List<IsolationAlert> raised(String after, AlertCode code) throws IOException {
    return DiffCommand.alerts(before(), snapshot(after)).stream()
        .filter(alert -> alert.code() == code && alert.status() != AlertStatus.RESOLVED)
        .toList();
  }

  /** Also after the operator wrote the bit back, which separates nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"adopted", "repaired"})
  void mergeNamesThePortWhoseWordWasAdopted(String after) throws IOException {
    List<IsolationAlert> merges = raised(after, AlertCode.GROUP_MERGED_CROSS_VM);

    assertEquals(1, merges.size());
    Cause cause = merges.get(0).cause();
    assertEquals(Cause.Kind.ACS_CONTROL_ADOPTED, cause.kind());
    assertEquals(
        "Root port 0000:00:02.0 had lost RR before the live update, which adopted its word 0019.",
        cause.explanation());
    assertTrue(
        merges.get(0).nextStep().contains("VFIO_DEVICE_BIND_IOMMUFD with EPERM"),
        merges.get(0).nextStep());
    assertEquals(List.of(), raised(after, AlertCode.PRESERVATION_REFUSED));
  }

  @Test
  void removeAndRescanOfThePortSeparatesThem() throws IOException {
    assertEquals(List.of(), raised("rescanned", AlertCode.GROUP_MERGED_CROSS_VM));
  }

  @ParameterizedTest
  @ValueSource(strings = {"runtime", "adopted", "repaired", "rescanned", "without"})
  void groupsOfEachAreExplained(String name) throws IOException {
    GroupsAgreement expected =
        switch (name) {
          // Written since: by hand, and back to what it was before a live update adopted another.
          case "runtime", "repaired" -> GroupsAgreement.REGISTERS_CHANGED;
          default -> GroupsAgreement.SAME;
        };

    assertEquals(expected, SnapshotGroups.of(snapshot(name), null).agreement());
  }

  @Test
  void kernelThatAdoptsNothingLosesEachDeviceWhichIsToldOnceForEach() throws IOException {
    List<IsolationAlert> lost = raised("without", AlertCode.PRESERVATION_REFUSED);

    assertEquals(BootClass.KEXEC_PLAIN, snapshot("without").bootClass());
    assertEquals(4, lost.size());
    assertTrue(lost.stream().allMatch(alert -> alert.severity() == Severity.HIGH));
    assertEquals(List.of(), raised("without", AlertCode.GROUP_MERGED_CROSS_VM));
  }

  @Test
  void bothWereForetold() throws IOException {
    Preflight.Result merged =
        Preflight.of(
            before(),
            Preflight.Mode.LIVE_UPDATE,
            null,
            null,
            null,
            List.of(),
            Preflight.ability(before(), null, null));
    Preflight.Result refused =
        Preflight.of(
            before(),
            Preflight.Mode.LIVE_UPDATE,
            "7.3.4",
            "intel_iommu=on",
            null,
            List.of(),
            Preflight.ability(before(), "7.3.4", null));

    assertEquals(Preflight.Outcome.NO_GO, merged.outcome());
    assertTrue(
        merged.findings().stream().anyMatch(a -> a.code() == AlertCode.GROUP_MERGED_CROSS_VM));
    assertEquals(Preflight.Outcome.NO_GO, refused.outcome());
    assertEquals(
        4,
        refused.findings().stream()
            .filter(a -> a.code() == AlertCode.PRESERVATION_REFUSED)
            .filter(a -> a.severity() == Severity.HIGH)
            .count());
    assertTrue(
        refused.findings().stream().noneMatch(a -> a.code() == AlertCode.GROUP_MERGED_CROSS_VM));
  }
}
