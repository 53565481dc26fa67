package io.acswatch.collector.command.text;

import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciFunction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One or two snapshots laid over each other by place, whatever addresses and groups are. */
final class DeviceTree {
  private final Map<String, Node> nodes = new HashMap<>();
  private final Map<String, Node> roots = new HashMap<>();

  /** A place in the tree: a function before, after or both, or a root bus. */
  static final class Node {
    static final int NONE = -1;

    final String path;
    final List<Node> children = new ArrayList<>();
    int before = NONE;
    int after = NONE;

    /** Its function after or, if that is gone, before; null for a root bus. */
    @Nullable PciFunction function;

    Node(String path) {
      this.path = path;
    }

    String name() {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  private DeviceTree() {}

  static List<Node> of(@Nullable TreeSnapshot before, TreeSnapshot after) {
    DeviceTree tree = new DeviceTree();
    if (before != null) {
      tree.add(before, true);
    }
    tree.add(after, false);
    tree.join(after, false);
    if (before != null) {
      tree.join(before, true);
    }
    List<Node> roots = new ArrayList<>(tree.roots.values());
    sort(roots);
    return roots;
  }

  private void add(TreeSnapshot side, boolean before) {
    for (int i = 0; i < side.size(); i++) {
      Node node = nodes.computeIfAbsent(side.path(i), Node::new);
      if (before) {
        node.before = i;
      } else {
        node.after = i;
      }
      node.function = side.function(i);
    }
  }

  /** Hangs each function below what it is shown below; what is there after decides. */
  private void join(TreeSnapshot side, boolean before) {
    for (int i = 0; i < side.size(); i++) {
      Node node = Objects.requireNonNull(nodes.get(side.path(i)));
      if (before ? node.after == Node.NONE : node.after == i) {
        int above = side.hierarchy().shownBelow(i);
        Node parent = above == HostHierarchy.NONE ? root(node) : nodes.get(side.path(above));
        Objects.requireNonNull(parent).children.add(node);
      }
    }
  }

  private Node root(Node node) {
    String name = node.path.contains("/") ? node.path.substring(0, node.path.indexOf('/')) : "?";
    return roots.computeIfAbsent(name, Node::new);
  }

  private static void sort(List<Node> siblings) {
    siblings.sort(
        Comparator.comparingInt((Node node) -> node.name().length())
            .thenComparing(Node::name)
            .thenComparing(node -> node.path));
    siblings.forEach(node -> sort(node.children));
  }
}
