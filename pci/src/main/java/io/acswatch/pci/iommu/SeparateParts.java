package io.acswatch.pci.iommu;

import io.acswatch.pci.hierarchy.HostHierarchy;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Parts of a host between which no group forms, whatever the registers say: as a rule one for each
 * root bus. All rules look only at bridges above a function, at its bus, and at the device whose id
 * it uses, and so never leave its part. So one function is computed within its part.
 */
final class SeparateParts {
  private final BitSet[] partOf;

  SeparateParts(HostHierarchy hierarchy) {
    int[] parent = IntStream.range(0, hierarchy.size()).toArray();
    for (int i = 0; i < parent.length; i++) {
      join(parent, i, hierarchy.realDmaDevice(i));
      if (hierarchy.bridgeAbove(i) != HostHierarchy.NONE) {
        join(parent, i, hierarchy.bridgeAbove(i));
      }
      if (hierarchy.busMateCount(i) > 0) {
        join(parent, i, hierarchy.busMate(i, 0));
      }
    }
    Map<Integer, BitSet> parts = new HashMap<>();
    partOf = new BitSet[parent.length];
    for (int i = 0; i < parent.length; i++) {
      partOf[i] = parts.computeIfAbsent(find(parent, i), unused -> new BitSet());
      partOf[i].set(i);
    }
  }

  /** The functions of the part in which a function is; not to be changed. */
  BitSet partOf(int index) {
    return partOf[index];
  }

  /** Joins the sets of {@code a} and {@code b}. */
  static void join(int[] parent, int a, int b) {
    parent[find(parent, a)] = find(parent, b);
  }

  static int find(int[] parent, int index) {
    int root = index;
    while (parent[root] != root) {
      parent[root] = parent[parent[root]];
      root = parent[root];
    }
    return root;
  }
}
