package io.acswatch.collector.command.text;

import io.acswatch.pci.hierarchy.PciFunction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A place in the tree: a function before, after or both, or a root bus. */
final class Node {
  static final int NONE = -1;

  final String path;
  final List<Node> children = new ArrayList<>();
  int before = NONE;
  int after = NONE;
  @Nullable PciFunction function;

  Node(String path) {
    this.path = path;
  }

  /** Its function after or, if that is gone, before; null for a root bus. */
  @Nullable PciFunction function() {
    return function;
  }

  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
