package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.iommu.GroupPartition;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Finds claims of owners that contradict each other, or the kernel. */
final class OwnershipFindings extends Findings {
  private OwnershipFindings(Comparison comparison) {
    super(comparison);
  }

  static List<IsolationAlert> of(Comparison comparison) {
    OwnershipFindings findings = new OwnershipFindings(comparison);
    if (findings.after.hasOwners()) {
      findings.conflicts();
      GroupPartition reported = findings.after.groups();
      if (reported != null) {
        reported.sharing().forEach(findings::shared);
      }
    }
    return findings.alerts;
  }

  private void conflicts() {
    for (int i = 0; i < after.size(); i++) {
      if (after.claims(i).size() > 1) {
        String address = after.function(i).address().toString();
        alerts.add(
            comparison.alert(
                AlertCode.OWNERSHIP_CONFLICT,
                Severity.WARNING,
                i,
                after.claims(i),
                null,
                "%s is claimed by %s at one time"
                    .formatted(address, String.join(" and ", after.claims(i)))));
      }
    }
  }

  private void shared(List<Integer> members) {
    List<Integer> owned =
        members.stream().filter(i -> after.isEndpoint(i) && after.isOwned(i)).toList();
    List<Set<String>> claims = owned.stream().map(after::claims).distinct().toList();
    boolean disjoint =
        claims.stream().anyMatch(a -> claims.stream().anyMatch(b -> Collections.disjoint(a, b)));
    if (!disjoint) {
      return;
    }
    TreeSet<String> vms = new TreeSet<>();
    owned.forEach(i -> vms.addAll(after.claims(i)));
    List<AlertDevice> devices = comparison.devices(owned);
    IsolationAlert alert =
        comparison.alert(
            AlertCode.CROSS_VM_SHARED_GROUP,
            Severity.HIGH,
            devices.get(0).path().text(),
            devices,
            vms,
            null,
            "Devices that %s claim are in one IOMMU group, which the kernel gives to one owner only"
                .formatted(String.join(" and ", vms)));
    alerts.add(alert.with(comparison.registersOnTheWay(owned), comparison.devices(members)));
  }
}
