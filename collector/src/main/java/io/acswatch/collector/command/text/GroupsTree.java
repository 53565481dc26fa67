package io.acswatch.collector.command.text;

import io.acswatch.cli.Ink;
import io.acswatch.cli.Ink.Style;
import io.acswatch.collector.command.text.DeviceTree.Node;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.AlertText;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tree of one snapshot, with the groups that its kernel reports (or, without any, those
 * derived), and a note at each function that the hardware keeps in another company.
 */
public final class GroupsTree {
  /** So many siblings alike in a row become one row. */
  private static final int RUN = 5;

  private final TreeSnapshot side;
  private final TreeSnapshot strict;
  private final Set<PciAddress> assumed;
  private final Set<PciAddress> unread;
  private final boolean isReported;
  private final @Nullable TreeSnapshot derived;
  private final Rows rows;

  private GroupsTree(Snapshot snapshot, SnapshotGroups groups, Ink ink, boolean lines) {
    GroupPartition kernel = groups.kernel();
    side = new TreeSnapshot(snapshot, kernel == null ? groups.derived() : kernel, kernel != null);
    assumed = Set.copyOf(groups.assumed());
    unread = Set.copyOf(groups.unreadGroups());
    isReported = kernel != null;
    strict = new TreeSnapshot(snapshot, groups.strict(), false);
    derived = kernel == null ? null : new TreeSnapshot(snapshot, groups.derived(), false);
    rows = new Rows(ink, lines, side.vms());
  }

  public static String of(Snapshot snapshot, SnapshotGroups groups, Ink ink, boolean lines) {
    GroupsTree tree = new GroupsTree(snapshot, groups, ink, lines);
    for (Node root : DeviceTree.of(null, tree.side)) {
      tree.rows.row("").word(Style.BOLD, AlertText.printable(root.path));
      tree.below(root, "");
    }
    return tree.rows.text();
  }

  private void below(Node node, String lead) {
    List<Node> children = node.children;
    for (int i = 0; i < children.size(); ) {
      int end = i + 1;
      while (end < children.size() && areAlike(children.get(i), children.get(end))) {
        end++;
      }
      int shown = end - i >= RUN ? end : i + 1;
      boolean last = shown == children.size();
      rows.row(lead, last);
      if (end - i >= RUN) {
        run(children.subList(i, end));
      } else {
        function(children.get(i));
        below(children.get(i), rows.leadBelow(lead, last));
      }
      i = shown;
    }
  }

  /** True for leaves of which one row tells all: nobody's, alone in their groups, of one kind. */
  private boolean areAlike(Node one, Node other) {
    return isPlain(one)
        && isPlain(other)
        && kind(one).equals(kind(other))
        && driver(one).equals(driver(other));
  }

  private boolean isPlain(Node node) {
    return node.children.isEmpty()
        && (isReported || !unread.contains(side.function(node.after).address()))
        && side.owner(node.after) == null
        && side.mates(node.after).size() == 1
        && note(node.after).isEmpty()
        && side.function(node.after).config().acs() == null;
  }

  private void run(List<Node> alike) {
    Node first = alike.get(0);
    Node last = alike.get(alike.size() - 1);
    rows.word(Style.PLAIN, FunctionText.address(side.function(first.after)))
        .word(Style.DIM, " to ")
        .word(Style.PLAIN, FunctionText.address(side.function(last.after)))
        .word(Style.DIM, "  %d times %s%s".formatted(alike.size(), kind(first), driver(first)))
        .group(
            Style.DIM,
            "groups %s to %s, each alone"
                .formatted(side.group(first.after), side.group(last.after)));
  }

  private void function(Node node) {
    int index = node.after;
    PciFunction function = side.function(index);
    rows.word(Style.PLAIN, FunctionText.address(function) + "  ");
    String vm = side.owner(index);
    if (vm != null) {
      rows.vm(vm);
    }
    rows.word(Style.DIM, kind(node) + driver(node));
    boolean notRead = !function.config().capabilitiesKnown();
    rows.acs(notRead ? Style.NOTICE : Style.PLAIN, FunctionText.bits(function));
    boolean cross = side.vmsInGroup(index).size() > 1;
    String group = side.group(index);
    boolean isUnknown = !isReported && unread.contains(function.address());
    String text = isUnknown ? "group ?" : group.equals("none") ? "no group" : "group " + group;
    Style style = !isUnknown && side.mates(index).size() > 1 ? Style.BOLD : Style.DIM;
    rows.group(style, text, cross, note(index));
  }

  /** Says with how many another partition puts a function, if not with its group mates. */
  private String note(int index) {
    Set<String> mates = side.mates(index);
    if (mates.isEmpty() || unread.contains(side.function(index).address())) {
      return "";
    }
    StringBuilder note = new StringBuilder();
    if (derived != null && !derived.mates(index).equals(mates)) {
      note.append(", derived: ").append(company(derived.mates(index)));
    }
    if (!strict.mates(index).equals(mates)) {
      boolean shown = !assumed.contains(side.function(index).address());
      note.append(shown ? ", strict: " : ", assumed: ").append(company(strict.mates(index)));
    }
    return note.toString();
  }

  private static String company(Set<String> mates) {
    return mates.size() <= 1 ? "alone" : "with %d others".formatted(mates.size() - 1);
  }

  private String kind(Node node) {
    return FunctionText.kind(side.function(node.after), side.hierarchy().type(node.after));
  }

  private String driver(Node node) {
    PciFunction function = side.function(node.after);
    String driver = function.kernel().driver();
    return driver.isEmpty() || function.isBridge() ? "" : ", " + Rows.shortened(driver);
  }
}
