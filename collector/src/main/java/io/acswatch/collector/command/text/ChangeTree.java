package io.acswatch.collector.command.text;

import io.acswatch.cli.Ink;
import io.acswatch.cli.Ink.Style;
import io.acswatch.collector.command.text.DeviceTree.Node;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tree of two snapshots, as far as something is not as it was: a function that came, went or
 * moved, ACS bits that were lost or gained, a group with other members.
 */
public final class ChangeTree {
  private final TreeSnapshot before;
  private final TreeSnapshot after;
  private final Rows rows;
  private final Map<Node, Boolean> told = new HashMap<>();

  private ChangeTree(Snapshot before, Snapshot after, Ink ink, boolean lines) {
    SnapshotGroups then = SnapshotGroups.of(before, null);
    SnapshotGroups now = SnapshotGroups.of(after, null, before);
    boolean reported = then.kernel() != null || now.kernel() != null;
    this.before = side(before, then, reported);
    this.after = side(after, now, reported);
    Stream<String> vms = Stream.concat(this.before.vms().stream(), this.after.vms().stream());
    rows = new Rows(ink, lines, vms.distinct().toList());
  }

  private static TreeSnapshot side(Snapshot snapshot, SnapshotGroups groups, boolean reported) {
    GroupPartition shown = reported ? groups.kernel() : groups.derived();
    return new TreeSnapshot(snapshot, shown, reported);
  }

  /** The tree as text; empty if all is as it was. */
  public static String of(Snapshot before, Snapshot after, Ink ink, boolean lines) {
    ChangeTree tree = new ChangeTree(before, after, ink, lines);
    boolean any = false;
    int unchanged = 0;
    for (Node root : DeviceTree.of(tree.before, tree.after)) {
      if (tree.isTold(root)) {
        any = true;
        tree.rows.row("").word(Style.BOLD, Rows.shortened(root.path));
        tree.below(root, "");
      } else {
        unchanged += size(root);
      }
    }
    if (!any) {
      return "";
    }
    if (unchanged > 0) {
      tree.rows.row("").word(Style.DIM, "other root buses: " + asBefore(unchanged));
    }
    return tree.rows.text();
  }

  private void below(Node node, String lead) {
    List<Node> shown = node.children.stream().filter(this::isTold).toList();
    int unchanged =
        node.children.stream().filter(child -> !isTold(child)).mapToInt(ChangeTree::size).sum();
    for (int i = 0; i < shown.size(); i++) {
      boolean last = i == shown.size() - 1 && unchanged == 0;
      rows.row(lead, last);
      function(shown.get(i));
      below(shown.get(i), rows.leadBelow(lead, last));
    }
    if (unchanged > 0) {
      rows.row(lead, true).word(Style.DIM, asBefore(unchanged));
    }
  }

  private static String asBefore(int functions) {
    return "%d %s as before".formatted(functions, functions == 1 ? "function" : "functions");
  }

  private static int size(Node node) {
    return (node.function == null ? 0 : 1)
        + node.children.stream().mapToInt(ChangeTree::size).sum();
  }

  private boolean isTold(Node node) {
    Boolean known = told.get(node);
    if (known == null) {
      known = isChanged(node);
      for (Node child : node.children) {
        known |= isTold(child);
      }
      told.put(node, known);
    }
    return known;
  }

  private boolean isChanged(Node node) {
    if (node.function == null) {
      return false;
    }
    if (node.before == Node.NONE || node.after == Node.NONE) {
      return true;
    }
    return !before.mates(node.before).equals(after.mates(node.after))
        || !word(before.function(node.before)).equals(word(after.function(node.after)))
        || isMoved(node);
  }

  private boolean isMoved(Node node) {
    return !before.function(node.before).address().equals(after.function(node.after).address());
  }

  /** Its ACS registers as text; no two that differ have the same. */
  private static String word(PciFunction function) {
    AcsRegisters acs = function.config().acs();
    return acs == null
        ? function.config().capabilitiesKnown() ? "" : "?"
        : "%04x %04x".formatted(acs.capability(), acs.control());
  }

  private void function(Node node) {
    PciFunction function = Objects.requireNonNull(node.function);
    boolean came = node.before == Node.NONE;
    boolean gone = node.after == Node.NONE;
    TreeSnapshot side = gone ? before : after;
    int index = gone ? node.before : node.after;
    String address = FunctionText.address(function);
    if (!came && !gone && isMoved(node)) {
      address = FunctionText.address(before.function(node.before)) + " -> " + address;
    }
    rows.word(gone ? Style.DIM : Style.PLAIN, address + "  ");
    // Who owned it when the kernel was replaced is who is hurt; a VM may never come up after.
    String vm = came ? null : before.owner(node.before);
    vm = vm == null && !gone ? after.owner(node.after) : vm;
    if (vm != null) {
      rows.vm(vm);
    }
    rows.word(Style.DIM, FunctionText.kind(function, side.hierarchy().type(index)));
    acs(node, came, gone);
    group(node, came, gone);
  }

  private void acs(Node node, boolean came, boolean gone) {
    if (came || gone) {
      rows.acs(Style.NOTICE, came ? "came" : "gone");
      return;
    }
    PciFunction then = before.function(node.before);
    PciFunction now = after.function(node.after);
    AcsRegisters old = then.config().acs();
    AcsRegisters acs = now.config().acs();
    if (old == null || acs == null || word(then).equals(word(now))) {
      boolean lost = old != null && acs == null && now.config().capabilitiesKnown();
      rows.acs(lost ? Style.ALARM : Style.DIM, lost ? "lost ACS" : FunctionText.bits(now));
      return;
    }
    String lost = names(old.control() & ~acs.control());
    String gained = names(acs.control() & ~old.control());
    String text =
        lost.isEmpty()
            ? gained.isEmpty() ? "other ACS capability" : "gained " + gained
            : "lost " + lost + (gained.isEmpty() ? "" : ", gained " + gained);
    rows.acs(lost.isEmpty() ? Style.NOTICE : Style.ALARM, text);
  }

  private static String names(int bits) {
    return String.join(" ", AcsRegisters.flagNames(bits));
  }

  private void group(Node node, boolean came, boolean gone) {
    @Nullable String then = came ? null : before.group(node.before);
    @Nullable String now = gone ? null : after.group(node.after);
    boolean cross = !gone && isCross(node);
    String text =
        then == null || now == null
            ? "group " + (then == null ? now : then)
            : then.equals(now) ? "group " + now : "group " + then + " -> " + now;
    boolean regrouped = came || gone || !before.mates(node.before).equals(after.mates(node.after));
    rows.group(regrouped ? Style.NOTICE : Style.PLAIN, text, cross, "");
  }

  /** Judged by who owned what before: devices keep their owners over a live update. */
  private boolean isCross(Node node) {
    return after.vmsInGroup(node.after).size() > 1
        || before.vmsOf(after.mates(node.after)).size() > 1;
  }
}
