package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.NextSteps;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.AcsVerdict;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.Confidence;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Finds endpoints that now share a group and endpoints that no longer do, by the groups that the
 * kernel reports. Only functions with a group on both sides count; group numbers never do.
 */
final class GroupFindings extends Findings {
  private final CauseFinder causes;

  private GroupFindings(Comparison comparison) {
    super(comparison);
    causes = new CauseFinder(comparison);
  }

  static List<IsolationAlert> of(Comparison comparison) {
    GroupFindings findings = new GroupFindings(comparison);
    GroupPartition then = findings.before.groups();
    GroupPartition now = findings.after.groups();
    if (then != null && now != null && comparison.isRegrouped()) {
      findings
          .byGroup(now, then)
          .forEach((group, endpoints) -> findings.judgeMerge(group, endpoints, then));
      findings.byGroup(then, now).forEach((group, endpoints) -> findings.split(endpoints));
    }
    return findings.alerts;
  }

  /** Endpoints in one group of {@code key} and several of {@code other}, by the one. */
  private Map<Integer, List<Integer>> byGroup(GroupPartition key, GroupPartition other) {
    Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
    Set<Integer> several = new HashSet<>();
    boolean keyIsNow = key == after.groups();
    for (int i = 0; i < after.size(); i++) {
      if (!comparison.isInBoth(i) || !after.isEndpoint(i)) {
        continue;
      }
      int inKey = key.groupOf(keyIsNow ? i : comparison.beforeOf(i));
      int inOther = other.groupOf(keyIsNow ? comparison.beforeOf(i) : i);
      if (inKey != GroupPartition.NO_GROUP && inOther != GroupPartition.NO_GROUP) {
        List<Integer> sharing = groups.computeIfAbsent(inKey, unused -> new ArrayList<>());
        sharing.add(i);
        int first = sharing.get(0);
        if (inOther != other.groupOf(keyIsNow ? comparison.beforeOf(first) : first)) {
          several.add(inKey);
        }
      }
    }
    groups.keySet().retainAll(several);
    return groups;
  }

  private void judgeMerge(int group, List<Integer> endpoints, GroupPartition then) {
    List<Integer> owned = endpoints.stream().filter(comparison::isOwned).toList();
    boolean crossVm = anyPair(owned, then, comparison::claims, comparison::haveDisjointOwners);
    boolean vmHost =
        anyPair(
            endpoints,
            then,
            comparison::isOwned,
            (a, b) -> comparison.isOwned(a) != comparison.isOwned(b));
    if (crossVm) {
      raise(AlertCode.GROUP_MERGED_CROSS_VM, Severity.CRITICAL, group, owned);
    }
    if (vmHost) {
      raise(AlertCode.GROUP_MERGED_VM_HOST, Severity.HIGH, group, endpoints);
    }
    if (!crossVm && !vmHost) {
      if (!owned.isEmpty()) {
        raise(AlertCode.GROUP_MERGED_SAME_VM, Severity.WARNING, group, endpoints);
      } else if (anyPair(endpoints, then, this::wasHeld, (a, b) -> wasHeld(a) && wasHeld(b))) {
        raise(AlertCode.OWNERSHIP_UNKNOWN, Severity.CRITICAL, group, endpoints);
      } else {
        boolean pool = endpoints.stream().anyMatch(i -> before.isUnderVfio(comparison.beforeOf(i)));
        Severity severity = pool ? Severity.WARNING : Severity.INFO;
        raise(AlertCode.GROUP_MERGED_UNOWNED, severity, group, endpoints);
      }
    }
  }

  private boolean wasHeld(int index) {
    return before.isHeld(comparison.beforeOf(index));
  }

  /** Endpoints that are alike to a condition: one of them, and the groups that they were in. */
  private record Alike(int example, Set<Integer> groups) {
    boolean wasApartFrom(Alike other) {
      return groups.size() > 1 || !groups.equals(other.groups);
    }
  }

  /**
   * True if a pair of endpoints that were in different groups satisfies {@code condition}, which
   * depends on nothing but {@code kind}: a group may have thousands of endpoints.
   */
  private boolean anyPair(
      List<Integer> endpoints,
      GroupPartition then,
      Function<Integer, Object> kind,
      BiPredicate<Integer, Integer> condition) {
    Map<Object, Alike> kinds = new LinkedHashMap<>();
    for (int i : endpoints) {
      kinds
          .computeIfAbsent(kind.apply(i), unused -> new Alike(i, new HashSet<>()))
          .groups
          .add(then.groupOf(comparison.beforeOf(i)));
    }
    return kinds.values().stream()
        .anyMatch(
            a ->
                kinds.values().stream()
                    .filter(a::wasApartFrom)
                    .anyMatch(b -> condition.test(a.example, b.example)));
  }

  private void raise(AlertCode code, Severity severity, int group, List<Integer> endpoints) {
    // After firmware the VMs are down, so this is less urgent, unless one started by itself.
    boolean planning =
        comparison.boundary() == Boundary.COLD_BOOT
            && endpoints.stream().noneMatch(i -> after.isHeld(i) && after.isOwned(i));
    Severity effective = planning ? severity.lowered() : severity;
    List<String> vms = vms(endpoints, comparison::owner);
    Cause cause = causes.find(endpoints, true);
    IsolationAlert alert =
        comparison.alert(
            code,
            effective,
            lowestPlace(after.groupMembers(group)),
            comparison.devices(endpoints),
            vms,
            cause,
            headline(code, vms, endpoints));
    Evidence evidence =
        comparison
            .evidence()
            .with(
                comparison.registersOnTheWay(endpoints),
                comparison.devices(after.groupMembers(group)))
            .with(preservation(endpoints));
    IsolationAlert proved =
        alert.with(code == AlertCode.OWNERSHIP_UNKNOWN ? evidence.with(Confidence.LOW) : evidence);
    alerts.add(
        causes.isOfAdoptedPort(cause)
            ? proved.withNextStep(NextSteps.afterLiveUpdate(code))
            : proved);
  }

  /** What the logs said about these devices and about live update. */
  private List<Evidence.Fact> preservation(List<Integer> endpoints) {
    List<Evidence.Fact> facts = new ArrayList<>();
    for (int i : endpoints) {
      Preservation then = then(i).kernel().preservation();
      Preservation now = after.function(i).kernel().preservation();
      if (then != Preservation.NONE || now != Preservation.NONE) {
        String name = "kernel log of " + after.function(i).address();
        // Later changes in this boot are no news about the merge.
        String log = now.wasAdopted() ? Preservation.ADOPTED.logged() : now.logged();
        facts.add(new Evidence.Fact(name, then.logged(), log));
      }
    }
    return facts;
  }

  private String headline(AlertCode code, List<String> vms, List<Integer> endpoints) {
    String when = comparison.boundary().when();
    String host = after.snapshot().host();
    String where = host.isEmpty() ? "" : " on " + host;
    return switch (code) {
      case GROUP_MERGED_CROSS_VM ->
          "Devices of %d VMs share one IOMMU group%s %s: %s"
              .formatted(vms.size(), where, when, String.join(", ", vms));
      case GROUP_MERGED_VM_HOST ->
          "Devices of %s share an IOMMU group with devices of the host%s %s"
              .formatted(String.join(", ", vms), where, when);
      case GROUP_MERGED_SAME_VM ->
          "Devices of VM %s that were apart share one IOMMU group%s %s"
              .formatted(String.join(", ", vms), where, when);
      case OWNERSHIP_UNKNOWN ->
          "%d devices that VMs hold share one IOMMU group%s %s; no source of owners says which VMs"
              .formatted(endpoints.size(), where, when);
      default ->
          "%d devices that no VM owns came to share one IOMMU group%s %s"
              .formatted(endpoints.size(), where, when);
    };
  }

  private void split(List<Integer> endpoints) {
    IsolationAlert alert =
        comparison.alert(
            AlertCode.GROUP_SPLIT,
            wereTogetherForSafety(endpoints) ? Severity.WARNING : Severity.INFO,
            lowestPlace(endpoints),
            comparison.devices(endpoints),
            vms(endpoints, comparison::owner),
            causes.find(endpoints, false),
            "%d devices that shared one IOMMU group are apart %s"
                .formatted(endpoints.size(), comparison.boundary().when()));
    alerts.add(alert.with(comparison.registersOnTheWay(endpoints), List.of()));
  }

  /** True if a port without the capability kept them together; no register can replace it. */
  private boolean wereTogetherForSafety(List<Integer> endpoints) {
    return endpoints.stream()
        .map(comparison::beforeOf)
        .flatMapToInt(i -> before.hierarchy().upwards(i).skip(1))
        .anyMatch(
            i ->
                before.verdict(i) == AcsVerdict.NOT_ENFORCED
                    && before.function(i).config().acs() == null);
  }

  private String lowestPlace(Collection<Integer> members) {
    return members.stream()
        .map(i -> after.function(i).path())
        .min(DevicePath::compareTo)
        .orElseThrow()
        .text();
  }
}
