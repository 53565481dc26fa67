package io.acswatch.pci.judge;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All that is remembered of one host between two observations.
 *
 * @param baseline the last snapshot of the boot before; of a host seen in one boot only, its first
 *     snapshot; null before the first
 * @param current the last snapshot; null before the first
 * @param revision number of the last alert of this host, 0 before the first
 * @param open alerts that are raised and not resolved, in order of fingerprint
 * @param pending findings that wait whether they last, in order of code and place
 * @param intendedOwners who owned what when owners were last known, in order of place; empty while
 *     {@code current} names owners itself, unless {@code baseline} is of a host drained for the
 *     boot
 * @param history the boots that were seen, as they were when the last one began
 */
public record HostState(
    @Nullable Snapshot baseline,
    @Nullable Snapshot current,
    int revision,
    List<IsolationAlert> open,
    List<PendingFinding> pending,
    List<Assignment> intendedOwners,
    BootHistory history) {
  public static final HostState NONE = new HostState(null, null, 0, List.of());

  public HostState {
    open = List.copyOf(open);
    pending = List.copyOf(pending);
    intendedOwners = List.copyOf(intendedOwners);
  }

  /** A state in which nothing waits and no owners need to be remembered. */
  public HostState(
      @Nullable Snapshot baseline,
      @Nullable Snapshot current,
      int revision,
      List<IsolationAlert> open) {
    this(baseline, current, revision, open, List.of(), List.of(), BootHistory.NONE);
  }

  /** The boots that were seen, up to date with the last snapshots. */
  public BootHistory boots() {
    return history.upTo(baseline, current);
  }

  HostState with(BootHistory boots) {
    return new HostState(baseline, current, revision, open, pending, intendedOwners, boots);
  }

  /** The same open alerts of a host whose snapshots say nothing about the next one. */
  HostState apart() {
    return new HostState(null, null, revision, open, List.of(), List.of(), history);
  }

  /**
   * The VMs that are expected back, by the address of their function now: nobody owns it now, and
   * the VM owned it before the boot, or before the host was drained for that. Alerts count such a
   * function as that VM's. Another device in its place is nobody's.
   */
  public Map<PciAddress, String> awaited() {
    Map<PciAddress, String> awaited = new TreeMap<>();
    if (baseline == null || current == null) {
      return awaited;
    }
    Map<PciAddress, String> now = current.ownerOfEach();
    HostView before = new HostView(baseline, intendedOwners);
    for (PciFunction function : current.functions()) {
      int i = before.indexOf(function.path());
      if (i != HostHierarchy.NONE
          && before.isOwned(i)
          && before.function(i).ids().equals(function.ids())
          && !now.containsKey(function.address())) {
        awaited.put(function.address(), before.owner(i));
      }
    }
    return awaited;
  }

  /** True from when a heartbeat named an unknown snapshot, until the next whole one. */
  public boolean missesSnapshot() {
    return open.stream().anyMatch(UpdateFindings::isMissed);
  }

  public Set<String> vms() {
    Set<String> vms = new TreeSet<>();
    if (current != null) {
      current.owners().forEach(claim -> vms.add(claim.vm()));
    }
    boolean allAreBack =
        intendedOwners.isEmpty()
            && (baseline == null
                || baseline.owners().stream().allMatch(claim -> vms.contains(claim.vm())));
    if (!allAreBack) {
      vms.addAll(awaited().values());
    }
    return vms;
  }
}
