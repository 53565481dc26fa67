package io.acswatch.collector.command.text;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.groups.Ungrouped;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The partitions of a snapshot for people: the groups the kernel reports (or, without any, those
 * derived), with a line under each function that another partition puts together with others.
 */
public final class GroupsText {
  private final Snapshot snapshot;
  private final SnapshotGroups groups;
  private final StringBuilder text = new StringBuilder();

  private GroupsText(Snapshot snapshot, SnapshotGroups groups) {
    this.snapshot = snapshot;
    this.groups = groups;
  }

  public static String of(String source, Snapshot snapshot, SnapshotGroups groups) {
    GroupsText text = new GroupsText(snapshot, groups);
    text.appendHeading(source);
    GroupPartition kernel = groups.kernel();
    GroupPartition shown = kernel == null ? groups.derived() : kernel;
    text.appendGroups(shown, kernel != null);
    text.appendUngrouped(shown);
    return text.text.toString();
  }

  /** What is above groups and tree: host, kernel, how the partitions agree. */
  public static String heading(String source, Snapshot snapshot, SnapshotGroups groups) {
    GroupsText text = new GroupsText(snapshot, groups);
    text.appendHeading(source);
    return text.text.toString();
  }

  private void appendHeading(String source) {
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
    text.append(shown.equals(groups.strict()) ? ", the same\n" : ", not the same\n");
    if (groups.orderMatters()) {
      text.append(
          "  the kernel's order is not known, and derived would be another in another order\n");
    }
    appendNote("isolation unknown, not all bytes were read", groups.unknown());
    appendNote("isolation not to be computed from registers", groups.notComputable());
    text.append('\n');
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
      text.append(addresses.stream().sorted().map(Object::toString).collect(joined()));
      text.append('\n');
    }
  }

  private void appendGroups(GroupPartition shown, boolean reported) {
    List<List<Integer>> ordered = new ArrayList<>();
    for (List<Integer> members : shown.members()) {
      ordered.add(members.stream().sorted(Comparator.comparing(this::address)).toList());
    }
    ordered.sort(Comparator.comparing(group -> address(group.get(0))));
    for (List<Integer> members : ordered) {
      PciFunction first = function(members.get(0));
      if (reported) {
        text.append("group ").append(first.kernel().group());
        text.append("  ").append(first.kernel().groupType()).append('\n');
      } else {
        text.append("group (derived)\n");
      }
      for (int member : members) {
        appendFunction(member);
        if (reported) {
          appendDifference("derived", member, members, groups.derived());
        }
        appendDifference("strict", member, members, groups.strict());
      }
    }
  }

  private void appendFunction(int index) {
    PciFunction function = function(index);
    AcsRegisters acs = function.config().acs();
    String words =
        acs == null
            ? function.config().capabilitiesKnown()
                ? "-"
                : "unknown (" + function.config().status() + ")"
            : "%04x control %s".formatted(acs.capability(), AcsText.word(acs.control()));
    String driver = function.kernel().driver().isEmpty() ? "-" : function.kernel().driver();
    text.append(
        "    %s  %-32s %-20s %-14s ACS %s%n"
            .formatted(
                function.address(),
                function.path(),
                function.config().claimedType().label(),
                driver,
                words));
  }

  /** Says with whom another partition puts a function, if not with its group mates. */
  private void appendDifference(
      String name, int index, List<Integer> mates, GroupPartition partition) {
    if (partition.groupOf(index) == GroupPartition.NO_GROUP) {
      return;
    }
    Set<Integer> others = new TreeSet<>(Comparator.comparing(this::address));
    for (int i = 0; i < partition.size(); i++) {
      if (i == index || partition.together(i, index)) {
        others.add(i);
      }
    }
    if (!others.equals(Set.copyOf(mates))) {
      others.remove(index);
      text.append("      ! ").append(name).append(": ");
      text.append(
          others.isEmpty()
              ? "alone"
              : "with " + others.stream().map(i -> address(i).toString()).collect(joined()));
      text.append('\n');
    }
  }

  private void appendUngrouped(GroupPartition shown) {
    List<Integer> ungrouped = new ArrayList<>();
    for (int i = 0; i < shown.size(); i++) {
      if (shown.groupOf(i) == GroupPartition.NO_GROUP) {
        ungrouped.add(i);
      }
    }
    if (!ungrouped.isEmpty()) {
      ungrouped.sort(Comparator.comparing(this::address));
      text.append("no group\n");
      HostView view = new HostView(snapshot);
      for (int index : ungrouped) {
        appendFunction(index);
        String reason = Ungrouped.reason(view, index);
        text.append(reason.isEmpty() ? "" : "      ! " + reason + "\n");
      }
    }
  }

  private PciFunction function(int index) {
    return snapshot.functions().get(index);
  }

  private PciAddress address(int index) {
    return function(index).address();
  }

  private static java.util.stream.Collector<CharSequence, ?, String> joined() {
    return Collectors.joining(" ");
  }
}
