package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.GroupPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds functions that are gone or new, and an IOMMU that is off. VFs are told of together, by
 * their PF: after a kexec none exists until somebody enables them again.
 */
final class InventoryFindings extends Findings {
  private static final String NO_IOMMU = "noiommu";
  private static final String IDENTITY = "identity";

  private InventoryFindings(Comparison comparison) {
    super(comparison);
  }

  static List<IsolationAlert> of(Comparison comparison) {
    InventoryFindings findings = new InventoryFindings(comparison);
    findings.missing();
    findings.arrived();
    findings.iommuOff();
    return findings.alerts;
  }

  private void missing() {
    Map<DevicePath, List<Integer>> vfsGone = new TreeMap<>();
    for (int i = 0; i < before.size(); i++) {
      DevicePath path = before.function(i).path();
      if (after.indexOf(path) != HostHierarchy.NONE) {
        continue;
      }
      if (path.isVirtualFunction()
          && after.indexOf(path.physicalFunction()) != HostHierarchy.NONE) {
        vfsGone.computeIfAbsent(path.physicalFunction(), unused -> new ArrayList<>()).add(i);
      } else {
        raiseMissing(
            path.text(),
            before.isOwned(i) ? Severity.HIGH : Severity.WARNING,
            List.of(i),
            before.function(i).address() + " is gone " + comparison.boundary().when());
      }
    }
    // Within one boot it is the operator who changes the number of VFs.
    if (comparison.boundary().isBoot()) {
      vfsGone.forEach(this::raiseVfsMissing);
    }
  }

  private void raiseVfsMissing(DevicePath pf, List<Integer> vfs) {
    boolean owned = vfs.stream().anyMatch(before::isOwned);
    raiseMissing(
        pf.text() + "/vf*",
        owned ? Severity.WARNING : Severity.INFO,
        vfs,
        "%d VFs of %s do not exist %s: SR-IOV has not been enabled again"
            .formatted(
                vfs.size(),
                after.function(after.indexOf(pf)).address(),
                comparison.boundary().when()));
  }

  private void raiseMissing(String anchor, Severity severity, List<Integer> gone, String headline) {
    alerts.add(
        comparison.alert(
            AlertCode.DEVICE_MISSING,
            severity,
            anchor,
            Comparison.sorted(gone.stream().map(comparison::goneDevice).toList()),
            vms(gone, before::owner),
            lostBelow(gone.get(0)),
            headline));
  }

  /** A live update leaves a bridge without bus numbers so; nothing below it is found. */
  private @Nullable Cause lostBelow(int beforeIndex) {
    for (DevicePath above = before.function(beforeIndex).path().bridge();
        above != null;
        above = above.bridge()) {
      int bridge = after.indexOf(above);
      if (bridge != HostHierarchy.NONE) {
        PciFunction port = after.function(bridge);
        return port.kernel().preservation().isAdopted() && leadsNowhere(port)
            ? Cause.of(
                Cause.Kind.HIERARCHY_CHANGED,
                ("%s passed through the live update without bus numbers. The kernel gives none to a"
                        + " port that it adopts, so nothing below it is found.")
                    .formatted(port.address()))
            : null;
      }
    }
    return null;
  }

  private boolean leadsNowhere(PciFunction port) {
    return after.atOrBelow(port.path()).count() == 1
        && port.config().secondaryBus() <= port.address().bus();
  }

  private void arrived() {
    Map<String, List<Integer>> arrivals = new TreeMap<>();
    for (int i = 0; i < after.size(); i++) {
      if (comparison.isInBoth(i)) {
        continue;
      }
      DevicePath path = after.function(i).path();
      String anchor = path.isVirtualFunction() ? path.physicalFunction() + "/vf*" : path.text();
      arrivals.computeIfAbsent(anchor, unused -> new ArrayList<>()).add(i);
    }
    arrivals.forEach(this::raiseArrived);
  }

  private void raiseArrived(String anchor, List<Integer> functions) {
    GroupPartition groups = after.groups();
    List<Integer> joined =
        functions.stream()
            .filter(i -> groups != null && after.isEndpoint(i))
            .flatMap(i -> after.groupMembers(groups.groupOf(i)).stream())
            .toList();
    List<String> vmsJoined = vms(joined, comparison::owner);
    boolean virtual = after.function(functions.get(0)).path().isVirtualFunction();
    if (virtual && vmsJoined.isEmpty() && !comparison.boundary().isBoot()) {
      // Within one boot it is the operator who changes the number of VFs: SRIOV_CHANGED tells it.
      return;
    }
    String what =
        functions.size() == 1
            ? after.function(functions.get(0)).address() + " is new "
            : functions.size() + " VFs are new ";
    String joins =
        vmsJoined.isEmpty() ? "" : ", in an IOMMU group of " + String.join(", ", vmsJoined);
    alerts.add(
        comparison.alert(
            AlertCode.DEVICE_NEW,
            vmsJoined.isEmpty() ? Severity.INFO : Severity.HIGH,
            anchor,
            comparison.devices(functions),
            vmsJoined,
            null,
            what + comparison.boundary().when() + joins));
  }

  private void iommuOff() {
    List<Integer> exposed =
        IntStream.range(0, after.size())
            .filter(i -> !owner(i).isEmpty() && isExposed(after.function(i).kernel()))
            .boxed()
            .toList();
    boolean noGroups = after.groups() == null && after.size() > 0;
    if (exposed.isEmpty() && !noGroups) {
      return;
    }
    String options = comparison.optionsChange();
    String headline =
        after.groups() == null
            ? "There are no IOMMU groups: nothing keeps devices apart"
            : "Devices of VMs are not behind the IOMMU";
    alerts.add(
        comparison.alert(
            AlertCode.IOMMU_OFF,
            exposed.isEmpty() ? Severity.WARNING : Severity.CRITICAL,
            "",
            comparison.devices(exposed),
            vms(exposed, this::owner),
            Cause.of(
                Cause.Kind.IOMMU_OFF,
                options.isEmpty() ? "The kernel found or used no IOMMU." : options + "."),
            headline));
  }

  /** The VM that owned a function before; if none did, the one that owns it now. */
  private String owner(int index) {
    return comparison.isOwned(index) ? comparison.owner(index) : after.owner(index);
  }

  /**
   * True if nothing translates the function's requests. Under iommu=pt the default domain of a
   * group is the identity and VFIO still isolates, so that type counts only under another driver.
   */
  private static boolean isExposed(KernelView view) {
    boolean identityUnderHostDriver =
        view.groupType().equals(IDENTITY)
            && !view.driver().isEmpty()
            && !view.driver().contains("vfio");
    return !view.hasGroup() || view.groupType().equals(NO_IOMMU) || identityUnderHostDriver;
  }
}
