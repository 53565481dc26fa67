package io.acswatch.collector.command.text;

import io.acswatch.pci.groups.GroupsAgreement;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.groups.Ungrouped;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What stands above the tree of groups: host, kernel, how the partitions agree. */
public final class GroupsText {
  private final SnapshotGroups groups;
  private final boolean isListed;
  private final StringBuilder text = new StringBuilder();

  private GroupsText(SnapshotGroups groups, boolean isListed) {
    this.groups = groups;
    this.isListed = isListed;
  }

  /**
   * Lines for people, with an empty one at the end.
   *
   * @param isListed if the kernel had groups they would be here
   */
  public static String of(
      String source, Snapshot snapshot, SnapshotGroups groups, boolean isListed) {
    GroupsText text = new GroupsText(groups, isListed);
    text.append(source, snapshot);
    return text.text.toString();
  }

  private void append(String source, Snapshot snapshot) {
    GroupPartition kernel = groups.kernel();
    GroupPartition shown = kernel == null ? groups.derived() : kernel;
    text.append(source).append('\n');
    text.append("  host ").append(snapshot.host().isEmpty() ? "-" : snapshot.host());
    text.append("  kernel ").append(snapshot.boot().kernelRelease());
    text.append("  model ").append(groups.model().label());
    text.append(" (").append(groups.modelReason()).append(")\n");
    int unread = groups.unreadGroups().size();
    if (snapshot.functions().isEmpty()) {
      text.append("  no function is in it\n");
      return;
    }
    if (kernel == null) {
      text.append(
          isListed ? "  kernel reports no groups; " : "  the kernel's groups are not shown; ");
      text.append("derived: ");
      text.append(
          unread > 0
              ? "unknown of %d functions of %d\n".formatted(unread, snapshot.functions().size())
              : shown.groupCount() + " groups, if an IOMMU served every function\n");
    } else {
      text.append("  kernel: ").append(kernel.groupCount()).append(" groups; derived: ");
      text.append(derived()).append('\n');
    }
    // Below stands of which functions not all bytes were read.
    if (!groups.difference().isEmpty() && groups.agreement() != GroupsAgreement.UNREAD) {
      text.append(new ConsoleText().wrapped("    ", groups.difference()));
    }
    boolean isOpen = unread > 0;
    if (!isOpen) {
      text.append("  strict: ").append(groups.strict().groupCount());
      text.append(shown.equals(groups.strict()) ? ", the same" : ", not the same");
      text.append(
          groups.assumed().isEmpty()
              ? "\n"
              : "; of %d functions it is assumed that they are kept apart, no register shows it\n"
                  .formatted(groups.assumed().size()));
    }
    if (groups.orderMatters() && !isOpen) {
      text.append(
          "  the kernel's order is not known, and derived would be another in another order\n");
    }
    if (groups.unknown().size() == snapshot.functions().size() && !groups.unknown().isEmpty()) {
      text.append("  isolation unknown, not all bytes were read: all functions\n");
    } else {
      appendNote("isolation unknown, not all bytes were read", groups.unknown());
    }
    appendNote("isolation not to be computed from registers", groups.notComputable());
    appendUngrouped(snapshot, shown);
    text.append('\n');
  }

  private void appendUngrouped(Snapshot snapshot, GroupPartition shown) {
    HostView view = new HostView(snapshot);
    Map<String, List<PciAddress>> without = new TreeMap<>();
    for (int i = 0; i < shown.size(); i++) {
      String reason = shown.groupOf(i) == GroupPartition.NO_GROUP ? Ungrouped.reason(view, i) : "";
      without.computeIfAbsent(reason, unused -> new ArrayList<>()).add(view.function(i).address());
    }
    without.remove("");
    without.forEach((reason, addresses) -> appendNote("no group (" + reason + ")", addresses));
  }

  private String derived() {
    int count = groups.derived().groupCount();
    int unread = groups.unreadGroups().size();
    if (unread > 0) {
      return "unknown of %d functions".formatted(unread);
    }
    return switch (groups.agreement()) {
      case SAME, NOT_REPORTED -> count + ", the same";
      case OTHER_RULES, NOT_COMPUTABLE -> "not to be computed";
      case UNREAD -> count + ", not the same, for not all bytes were read";
      case REGISTERS_CHANGED -> count + ", NOT THE SAME ANY MORE";
      case UNEXPLAINED -> count + ", NOT THE SAME";
    };
  }

  private void appendNote(String what, List<PciAddress> addresses) {
    if (!addresses.isEmpty()) {
      text.append("  ").append(what).append(": ");
      text.append(
          addresses.stream().sorted().map(Object::toString).collect(Collectors.joining(" ")));
      text.append('\n');
    }
  }
}
