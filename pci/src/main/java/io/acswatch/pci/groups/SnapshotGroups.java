package io.acswatch.pci.groups;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of one snapshot: what the kernel reports, what its rules make of the registers,
 * what the hardware isolates. Indices are those of {@link Snapshot#functions()}.
 *
 * @param kernel groups the kernel reports; null if it reports none
 * @param derived groups that follow from the registers. Where the kernel reports groups, functions
 *     it gave none are left out: no IOMMU serves them. Where it reports none, these are the groups
 *     there would be if an IOMMU served every function. Where the kernel's cannot be computed and
 *     may be so, they are the kernel's
 * @param strict groups by what the hardware keeps apart
 * @param assumed functions that {@code strict} keeps apart by assumption: no register shows it
 * @param unknown functions whose isolation depends on bytes that were not read; taken as not
 *     isolated
 * @param unreadGroups functions whose group hangs on such bytes; {@code derived} and {@code strict}
 *     say nothing of them
 * @param notComputable functions whose isolation depends on what no configuration space shows;
 *     taken as not isolated
 * @param orderMatters the kernel's order is not known, and {@code derived} would be another in
 *     another order
 * @param difference what a difference comes of, or why there is no telling, in sentences; empty if
 *     there is nothing to tell
 */
public record SnapshotGroups(
    GroupingModel model,
    String modelReason,
    @Nullable GroupPartition kernel,
    GroupPartition derived,
    GroupPartition strict,
    List<PciAddress> assumed,
    List<PciAddress> unknown,
    List<PciAddress> unreadGroups,
    List<PciAddress> notComputable,
    boolean orderMatters,
    GroupsAgreement agreement,
    String difference) {
  public SnapshotGroups {
    assumed = List.copyOf(assumed);
    unknown = List.copyOf(unknown);
    unreadGroups = List.copyOf(unreadGroups);
    notComputable = List.copyOf(notComputable);
  }

  /** Derives the partitions of a snapshot; {@code chosen} overrules the model of its kernel. */
  public static SnapshotGroups of(Snapshot snapshot, @Nullable GroupingModel chosen) {
    return of(snapshot, chosen, null);
  }

  /**
   * Derives the partitions of a snapshot.
   *
   * @param chosen overrules the model of its kernel; null for that model
   * @param before the last snapshot of the boot before: where ACS is switched on late, the words a
   *     kexec found decide; null if unknown
   */
  public static SnapshotGroups of(
      Snapshot snapshot, @Nullable GroupingModel chosen, @Nullable Snapshot before) {
    return SnapshotGrouping.groups(snapshot, chosen, before);
  }
}
