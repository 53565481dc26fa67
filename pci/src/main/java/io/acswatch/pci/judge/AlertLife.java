package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns findings into raised, updated and resolved alerts. A finding stays open as long as it
 * holds, even if later comparisons do not find it again because both their sides show it.
 */
final class AlertLife {
  private final HostView now;
  private final boolean newBoot;
  private final boolean unrelated;
  private final boolean contested;
  private final Map<String, IsolationAlert> open = new TreeMap<>();
  private final List<IsolationAlert> changes = new ArrayList<>();

  /** Asked of each pair of alerts, of which a host may have thousands. */
  private final Map<IsolationAlert, Set<DevicePath>> placesOf = new IdentityHashMap<>();

  private int revision;

  AlertLife(HostState state, HostView now, boolean newBoot) {
    this.now = now;
    this.newBoot = newBoot;
    unrelated = state.current() == null && !state.history().boots().isEmpty();
    contested = state.history().isContested();
    revision = state.revision();
    state.open().forEach(alert -> open.put(alert.fingerprint(), alert));
  }

  void apply(List<IsolationAlert> findings) {
    Set<String> found = new HashSet<>();
    List<IsolationAlert> ordered = new ArrayList<>(findings);
    ordered.sort(
        Comparator.comparing(IsolationAlert::severity)
            .reversed()
            .thenComparing(IsolationAlert::code)
            .thenComparing(AlertLife::firstPlace)
            .thenComparing(IsolationAlert::fingerprint));
    for (IsolationAlert finding : ordered) {
      String fingerprint = fingerprintInUse(finding);
      if (finding.code() == AlertCode.CROSS_VM_SHARED_GROUP && isToldAsMerge(finding, ordered)) {
        continue;
      }
      if (found.add(fingerprint)) {
        raiseOrUpdate(finding, fingerprint);
      }
    }
    for (IsolationAlert alert : List.copyOf(open.values())) {
      if (!found.contains(alert.fingerprint()) && !stillHolds(alert)) {
        open.remove(alert.fingerprint());
        changes.add(ended(alert));
      }
    }
  }

  /** Raises a finding, and leaves all other alerts as they are. */
  void add(IsolationAlert finding) {
    raiseOrUpdate(finding, finding.fingerprint());
  }

  /** A merge says everything that a shared group says, and why. */
  private boolean isToldAsMerge(IsolationAlert shared, List<IsolationAlert> findings) {
    return findings.stream().anyMatch(merge -> coversAll(merge, shared))
        || open.values().stream().anyMatch(merge -> coversAll(merge, shared) && stillHolds(merge));
  }

  private boolean coversAll(IsolationAlert merge, IsolationAlert shared) {
    return merge.code() == AlertCode.GROUP_MERGED_CROSS_VM
        && places(merge).containsAll(places(shared));
  }

  private IsolationAlert ended(IsolationAlert alert) {
    IsolationAlert resolved =
        alert.with(alert.fingerprint(), raisedAt(alert), AlertStatus.RESOLVED, ++revision);
    Evidence evidence = alert.evidence();
    return evidence == null
        ? resolved
        : resolved.with(evidence.observedBy(Evidence.Observed.of(now.snapshot())));
  }

  @Nullable IsolationAlert openFor(IsolationAlert finding) {
    return open.get(fingerprintInUse(finding));
  }

  /** A group that grew is the same finding, and keeps its first fingerprint. */
  private String fingerprintInUse(IsolationAlert finding) {
    if (open.containsKey(finding.fingerprint()) || !finding.code().isMerge()) {
      return finding.fingerprint();
    }
    Set<DevicePath> places = places(finding);
    for (IsolationAlert alert : open.values()) {
      if (alert.code() == finding.code() && places(alert).stream().anyMatch(places::contains)) {
        return alert.fingerprint();
      }
    }
    return finding.fingerprint();
  }

  private static String firstPlace(IsolationAlert alert) {
    return alert.devices().isEmpty() ? "" : alert.devices().get(0).path().text();
  }

  private Set<DevicePath> places(IsolationAlert alert) {
    return placesOf.computeIfAbsent(
        alert,
        unused -> {
          Set<DevicePath> places = new HashSet<>();
          alert.devices().forEach(device -> places.add(device.path()));
          return places;
        });
  }

  private void raiseOrUpdate(IsolationAlert finding, String fingerprint) {
    IsolationAlert earlier = open.get(fingerprint);
    if (earlier != null && saysTheSame(earlier, finding)) {
      return;
    }
    IsolationAlert alert =
        earlier == null
            ? finding.with(AlertStatus.RAISED, ++revision)
            : finding.with(fingerprint, raisedAt(earlier), AlertStatus.UPDATED, ++revision);
    open.put(fingerprint, alert);
    changes.add(alert);
  }

  private long raisedAt(IsolationAlert alert) {
    return TimeLimits.notAfter(now.snapshot().takenAtMillis(), alert.raisedAtMillis());
  }

  /** Times, boots and group numbers may differ. */
  private boolean saysTheSame(IsolationAlert a, IsolationAlert b) {
    return a.severity() == b.severity()
        && a.vms().equals(b.vms())
        && Objects.equals(a.cause(), b.cause())
        && facts(a).equals(facts(b))
        && places(a).equals(places(b));
  }

  /** An alert of a version without evidence says no less for that. */
  private static List<Evidence.Fact> facts(IsolationAlert alert) {
    return alert.evidence() == null ? List.of() : alert.evidence().facts();
  }

  private boolean stillHolds(IsolationAlert alert) {
    if (alert.code() == AlertCode.HOST_ID_CONFLICT) {
      return contested;
    }
    if (unrelated) {
      return false; // it is of another machine
    }
    if (alert.code().lifetime() == AlertCode.Lifetime.EVENT) {
      return !newBoot && !UpdateFindings.isMissed(alert);
    }
    return switch (alert.code()) {
      case GROUP_MERGED_CROSS_VM, GROUP_MERGED_VM_HOST -> ownersStillShare(alert.devices());
      case GROUP_MERGED_SAME_VM, GROUP_MERGED_UNOWNED, OWNERSHIP_UNKNOWN ->
          anyTwoStillShare(alert.devices());
      case ACS_BIT_CLEARED -> bitsStillClear(alert);
      case RUNTIME_ISOLATION_LOSS ->
          alert.devices().stream().anyMatch(device -> stillOpen(device.path()));
      case ACS_CAP_DROPPED -> alert.devices().stream().allMatch(this::stillWithoutAcs);
      case DEVICE_MISSING ->
          alert.devices().stream()
              .anyMatch(device -> now.indexOf(device.path()) == HostHierarchy.NONE);
      case IOMMU_OFF -> now.groups() == null || alert.devices().stream().anyMatch(this::isBare);
      default -> false;
    };
  }

  private boolean ownersStillShare(List<AlertDevice> devices) {
    return devices.stream()
        .anyMatch(a -> devices.stream().anyMatch(b -> !a.owner().equals(b.owner()) && share(a, b)));
  }

  private boolean anyTwoStillShare(List<AlertDevice> devices) {
    return devices.stream()
        .anyMatch(a -> devices.stream().anyMatch(b -> !a.equals(b) && share(a, b)));
  }

  /** Two devices that shared a group before are no merge, and do not keep one open. */
  private boolean share(AlertDevice a, AlertDevice b) {
    if (a.groupBefore() != null && a.groupBefore().equals(b.groupBefore())) {
      return false;
    }
    int first = now.indexOf(a.path());
    int second = now.indexOf(b.path());
    return now.groups() != null
        && first != HostHierarchy.NONE
        && second != HostHierarchy.NONE
        && now.groups().together(first, second);
  }

  private boolean bitsStillClear(IsolationAlert alert) {
    Cause cause = alert.cause();
    if (cause == null || cause.register() == null) {
      return false;
    }
    int index = now.indexOf(cause.register().path());
    if (index == HostHierarchy.NONE) {
      return false;
    }
    var acs = now.function(index).config().acs();
    // Bytes that were not read cannot show that the bit is back.
    return acs == null || (cause.register().lost() & ~acs.control()) != 0;
  }

  private boolean stillOpen(DevicePath path) {
    int index = now.indexOf(path);
    return index != HostHierarchy.NONE && !now.verdict(index).isEnforced();
  }

  private boolean stillWithoutAcs(AlertDevice device) {
    int index = now.indexOf(device.path());
    return index != HostHierarchy.NONE && now.function(index).config().acs() == null;
  }

  private boolean isBare(AlertDevice device) {
    int index = now.indexOf(device.path());
    return index != HostHierarchy.NONE && !now.function(index).kernel().hasGroup();
  }

  int revision() {
    return revision;
  }

  List<IsolationAlert> open() {
    return List.copyOf(open.values());
  }

  List<IsolationAlert> changes() {
    return changes;
  }
}
