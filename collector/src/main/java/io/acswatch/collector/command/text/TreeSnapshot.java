package io.acswatch.collector.command.text;

import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

final class TreeSnapshot {
  private final Snapshot snapshot;
  private final HostHierarchy hierarchy;
  private final @Nullable GroupPartition groups;
  private final boolean reported;
  private final Map<PciAddress, String> owners;
  private final Map<String, String> ownersOfPlaces = new HashMap<>();
  private final Map<Integer, Set<String>> members = new HashMap<>();
  private final Map<Integer, SortedSet<String>> vms = new HashMap<>();

  /** A snapshot by one of its partitions; {@code reported} if that is the kernel's. */
  TreeSnapshot(Snapshot snapshot, @Nullable GroupPartition groups, boolean reported) {
    this.snapshot = snapshot;
    this.groups = groups;
    this.reported = reported;
    hierarchy = HostHierarchy.of(snapshot.functions());
    owners = snapshot.ownerOfEach();
    for (int i = 0; i < size(); i++) {
      int group = label(i);
      String vm = owner(i);
      if (vm != null) {
        ownersOfPlaces.put(path(i), vm);
      }
      if (group != GroupPartition.NO_GROUP) {
        members.computeIfAbsent(group, unused -> new HashSet<>()).add(path(i));
        if (vm != null) {
          vms.computeIfAbsent(group, unused -> new TreeSet<>()).add(vm);
        }
      }
    }
  }

  private int label(int index) {
    return groups == null ? GroupPartition.NO_GROUP : groups.groupOf(index);
  }

  int size() {
    return snapshot.functions().size();
  }

  PciFunction function(int index) {
    return snapshot.functions().get(index);
  }

  /**
   * The place of a function; with its address if another one of this snapshot is at the same place,
   * as after a rescan that gave a bus new numbers above devices that were in use.
   */
  String path(int index) {
    String place = function(index).path().text();
    return hierarchy.indexOf(function(index).path()) == index
        ? place
        : place + ' ' + function(index).address();
  }

  HostHierarchy hierarchy() {
    return hierarchy;
  }

  @Nullable String owner(int index) {
    return owners.get(function(index).address());
  }

  /** Places of all that is in the group of a function; empty if it has none. */
  Set<String> mates(int index) {
    return members.getOrDefault(label(index), Set.of());
  }

  Set<String> vmsInGroup(int index) {
    return vms.getOrDefault(label(index), new TreeSet<>());
  }

  Set<String> vmsOf(Set<String> places) {
    Set<String> found = new HashSet<>();
    for (String place : places) {
      String vm = ownersOfPlaces.get(place);
      if (vm != null) {
        found.add(vm);
      }
    }
    return found;
  }

  /** What its group is called: the kernel's number, or a number of ours behind a letter. */
  String group(int index) {
    int label = label(index);
    if (label == GroupPartition.NO_GROUP) {
      return "none";
    }
    return reported ? Integer.toString(function(index).kernel().group()) : "L" + label;
  }

  List<String> vms() {
    return snapshot.functions().stream()
        .map(function -> owners.get(function.address()))
        .filter(vm -> vm != null)
        .distinct()
        .toList();
  }
}
