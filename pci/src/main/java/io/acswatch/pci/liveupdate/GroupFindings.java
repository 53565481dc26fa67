package io.acswatch.pci.liveupdate;

import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.iommu.GroupPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * Finds endpoints that came to share a group and endpoints that ceased to, by the groups the kernel
 * reports. Only functions that are in a group on both sides count; numbers of groups never do.
 */
final class GroupFindings {
  private final Comparison comparison;
  private final HostView before;
  private final HostView after;
  private final CauseFinder causes;
  private final List<IsolationAlert> alerts = new ArrayList<>();

  private GroupFindings(Comparison comparison) {
    this.comparison = comparison;
    before = comparison.before();
    after = comparison.after();
    causes = new CauseFinder(comparison);
  }

  static List<IsolationAlert> of(Comparison comparison) {
    GroupFindings findings = new GroupFindings(comparison);
    GroupPartition then = findings.before.groups();
    GroupPartition now = findings.after.groups();
    if (then != null && now != null) {
      findings.merges(then, now);
      findings.splits(then, now);
    }
    return findings.alerts;
  }

  private void merges(GroupPartition then, GroupPartition now) {
    byGroup(now, then)
        .forEach(
            (group, endpoints) -> {
              if (groupsOf(endpoints, then, true).size() > 1) {
                judgeMerge(group, endpoints, then);
              }
            });
  }

  private void splits(GroupPartition then, GroupPartition now) {
    byGroup(then, now)
        .forEach(
            (group, endpoints) -> {
              if (groupsOf(endpoints, now, false).size() > 1) {
                split(endpoints);
              }
            });
  }

  /** Endpoints that are grouped on both sides, by their group in {@code key}. */
  private Map<Integer, List<Integer>> byGroup(GroupPartition key, GroupPartition other) {
    Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
    boolean keyIsNow = key == after.groups();
    for (int i = 0; i < after.size(); i++) {
      if (!comparison.isInBoth(i) || !after.isEndpoint(i)) {
        continue;
      }
      int inKey = key.groupOf(keyIsNow ? i : comparison.beforeOf(i));
      int inOther = other.groupOf(keyIsNow ? comparison.beforeOf(i) : i);
      if (inKey != GroupPartition.NO_GROUP && inOther != GroupPartition.NO_GROUP) {
        groups.computeIfAbsent(inKey, unused -> new ArrayList<>()).add(i);
      }
    }
    return groups;
  }

  private Collection<Integer> groupsOf(
      List<Integer> endpoints, GroupPartition partition, boolean isBefore) {
    TreeSet<Integer> groups = new TreeSet<>();
    for (int i : endpoints) {
      groups.add(partition.groupOf(isBefore ? comparison.beforeOf(i) : i));
    }
    return groups;
  }

  private void judgeMerge(int group, List<Integer> endpoints, GroupPartition then) {
    List<Integer> owned = endpoints.stream().filter(comparison::isOwned).toList();
    boolean crossVm =
        anyPair(owned, then, (a, b) -> !comparison.owner(a).equals(comparison.owner(b)));
    boolean vmHost =
        anyPair(endpoints, then, (a, b) -> comparison.isOwned(a) != comparison.isOwned(b));
    if (crossVm) {
      raise(AlertCode.GROUP_MERGED_CROSS_VM, Severity.CRITICAL, group, owned);
    }
    if (vmHost) {
      raise(AlertCode.GROUP_MERGED_VM_HOST, Severity.HIGH, group, endpoints);
    }
    if (!crossVm && !vmHost) {
      boolean sameVm = !owned.isEmpty();
      raise(
          sameVm ? AlertCode.GROUP_MERGED_SAME_VM : AlertCode.GROUP_MERGED_UNOWNED,
          sameVm ? Severity.WARNING : Severity.INFO,
          group,
          endpoints);
    }
  }

  /** True if a pair of endpoints that were in different groups satisfies {@code condition}. */
  private boolean anyPair(
      List<Integer> endpoints, GroupPartition then, BiPredicate<Integer, Integer> condition) {
    for (int a : endpoints) {
      for (int b : endpoints) {
        boolean apart =
            then.groupOf(comparison.beforeOf(a)) != then.groupOf(comparison.beforeOf(b));
        if (apart && condition.test(a, b)) {
          return true;
        }
      }
    }
    return false;
  }

  private void raise(AlertCode code, Severity severity, int group, List<Integer> endpoints) {
    // After firmware the VMs are down anyway: a matter for planning.
    Severity effective =
        comparison.boundary() == Boundary.COLD_BOOT ? severity.lowered() : severity;
    List<String> vms = vms(endpoints);
    alerts.add(
        comparison.alert(
            code,
            effective,
            lowestPlace(after.groupMembers(group)),
            comparison.devices(endpoints),
            vms,
            causes.find(endpoints, true),
            headline(code, vms, endpoints)));
  }

  private String headline(AlertCode code, List<String> vms, List<Integer> endpoints) {
    String when = Headlines.after(comparison.boundary());
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
      default ->
          "%d devices that no VM owns came to share one IOMMU group%s %s"
              .formatted(endpoints.size(), where, when);
    };
  }

  private void split(List<Integer> endpoints) {
    alerts.add(
        comparison.alert(
            AlertCode.GROUP_SPLIT,
            Severity.INFO,
            lowestPlace(endpoints),
            comparison.devices(endpoints),
            vms(endpoints),
            causes.find(endpoints, false),
            "%d devices that shared one IOMMU group are apart %s"
                .formatted(endpoints.size(), Headlines.after(comparison.boundary()))));
  }

  private List<String> vms(List<Integer> endpoints) {
    TreeSet<String> vms = new TreeSet<>();
    endpoints.stream().filter(comparison::isOwned).map(comparison::owner).forEach(vms::add);
    return List.copyOf(vms);
  }

  private String lowestPlace(Collection<Integer> members) {
    return members.stream()
        .map(i -> after.function(i).path())
        .min(DevicePath::compareTo)
        .orElseThrow()
        .text();
  }
}
