package io.acswatch.pci.liveupdate;

import io.acswatch.pci.capture.OwnershipClaim;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.iommu.AcsVerdict;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.KernelVersion;
import io.acswatch.pci.iommu.ModelChoice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One snapshot with what a comparison asks of it: hierarchy, owners, groups, verdicts. */
final class HostView {
  /** Owner of a function that no VM claims. */
  static final String NOBODY = "";

  private final Snapshot snapshot;
  private final HostHierarchy hierarchy;
  private final ModelChoice choice;
  private final AcsRules rules;
  private final @Nullable GroupPartition groups;
  private final Map<PciAddress, String> owners = new HashMap<>();

  HostView(Snapshot snapshot) {
    this.snapshot = snapshot;
    hierarchy = HostHierarchy.of(snapshot.functions());
    choice = ModelChoice.of(snapshot.boot(), null);
    rules = new AcsRules(hierarchy, choice);
    groups = SnapshotGroups.reported(snapshot);
    for (OwnershipClaim claim : snapshot.owners()) {
      owners.putIfAbsent(claim.address(), claim.vm());
    }
  }

  Snapshot snapshot() {
    return snapshot;
  }

  HostHierarchy hierarchy() {
    return hierarchy;
  }

  KernelVersion kernel() {
    return choice.kernel();
  }

  /** The rules its kernel groups by. */
  ModelChoice choice() {
    return choice;
  }

  /** Groups the kernel reports; null if it reports none. */
  @Nullable GroupPartition groups() {
    return groups;
  }

  int size() {
    return hierarchy.size();
  }

  PciFunction function(int index) {
    return hierarchy.function(index);
  }

  int indexOf(DevicePath path) {
    return hierarchy.indexOf(path);
  }

  AcsVerdict verdict(int index) {
    return rules.verdict(index);
  }

  /** The VM that owns a function, the first claim if there are several; {@link #NOBODY} if none. */
  String owner(int index) {
    return owners.getOrDefault(function(index).address(), NOBODY);
  }

  boolean isOwned(int index) {
    return !owner(index).equals(NOBODY);
  }

  boolean hasOwners() {
    return !owners.isEmpty();
  }

  /** Functions of one group; empty for {@link GroupPartition#NO_GROUP}. */
  List<Integer> groupMembers(int group) {
    return groups == null || group == GroupPartition.NO_GROUP
        ? List.of()
        : groups.members().get(group);
  }

  /** True if the function is no bridge; the host bridge and the chipset count as bridges. */
  boolean isEndpoint(int index) {
    return !function(index).isBridge();
  }

  @Nullable Integer groupNumber(int index) {
    int number = function(index).kernel().group();
    return number == KernelView.NO_GROUP ? null : number;
  }
}
