package io.acswatch.collector.command.text;

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
  private final StringBuilder text = new StringBuilder();

  private GroupsText(SnapshotGroups groups) {
    this.groups = groups;
  }

  /** Lines for people, with an empty one at the end. */
  public static String of(String source, Snapshot snapshot, SnapshotGroups groups) {
    GroupsText text = new GroupsText(groups);
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
    if (kernel == null) {
      text.append("  kernel reports no groups; derived: ");
      text.append(shown.groupCount()).append(" groups, if an IOMMU served every function\n");
    } else {
      text.append("  kernel: ").append(kernel.groupCount()).append(" groups; derived: ");
      text.append(derived()).append('\n');
    }
    if (!groups.difference().isEmpty()) {
      text.append(new ConsoleText().wrapped("    ", groups.difference()));
    }
    text.append("  strict: ").append(groups.strict().groupCount());
    text.append(shown.equals(groups.strict()) ? ", the same" : ", not the same");
    text.append(
        groups.assumed().isEmpty()
            ? "\n"
            : "; of %d functions it is assumed that they are kept apart, no register shows it\n"
                .formatted(groups.assumed().size()));
    if (groups.orderMatters()) {
      text.append(
          "  the kernel's order is not known, and derived would be another in another order\n");
    }
    appendNote("isolation unknown, not all bytes were read", groups.unknown());
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
