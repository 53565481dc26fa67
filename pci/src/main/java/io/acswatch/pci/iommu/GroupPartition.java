package io.acswatch.pci.iommu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Functions of a host divided into groups. A group is the set of its members and has no number of
 * its own: two partitions are equal if the sets are. Functions that no IOMMU serves are in no
 * group.
 */
public final class GroupPartition {
  public static final int NO_GROUP = -1;

  private final int[] groupOf;
  private final int groupCount;

  private GroupPartition(int[] groupOf, int groupCount) {
    this.groupOf = groupOf;
    this.groupCount = groupCount;
  }

  /**
   * A partition in which functions with the same label share a group.
   *
   * @param labels one for each function, in order; any numbers, {@link #NO_GROUP} for none
   */
  public static GroupPartition ofLabels(int[] labels) {
    int lowest = NO_GROUP;
    int highest = NO_GROUP;
    for (int label : labels) {
      lowest = Math.min(lowest, label);
      highest = Math.max(highest, label);
    }
    // As a rule the labels are few and begin at 0: then each has a place of its own.
    boolean few = lowest >= NO_GROUP && highest < 4 * labels.length;
    int[] sorted = few ? labels : labels.clone();
    if (!few) {
      Arrays.sort(sorted);
    }
    int[] normal = new int[labels.length];
    int[] numberAt = new int[few ? highest + 1 : labels.length];
    int count = 0;
    for (int i = 0; i < labels.length; i++) {
      normal[i] = NO_GROUP;
      if (labels[i] != NO_GROUP) {
        // for one label always the same
        int at = few ? labels[i] : Arrays.binarySearch(sorted, labels[i]);
        if (numberAt[at] == 0) {
          numberAt[at] = ++count;
        }
        normal[i] = numberAt[at] - 1;
      }
    }
    return new GroupPartition(normal, count);
  }

  public int size() {
    return groupOf.length;
  }

  public int groupCount() {
    return groupCount;
  }

  /** Group of a function: 0 to groupCount() - 1 in order of first member, or {@link #NO_GROUP}. */
  public int groupOf(int function) {
    return groupOf[function];
  }

  public boolean together(int a, int b) {
    return groupOf[a] == groupOf[b] && groupOf[a] != NO_GROUP;
  }

  /** Members of one group, ascending. */
  public List<Integer> members(int group) {
    int size = 0;
    for (int other : groupOf) {
      size += other == group ? 1 : 0;
    }
    List<Integer> members = new ArrayList<>(size);
    for (int i = 0; i < groupOf.length; i++) {
      if (groupOf[i] == group) {
        members.add(i);
      }
    }
    return members;
  }

  /** Members of each group that has several, ascending; groups in order of first member. */
  public List<List<Integer>> sharing() {
    int[] sizes = new int[groupCount];
    for (int group : groupOf) {
      if (group != NO_GROUP) {
        sizes[group]++;
      }
    }
    List<List<Integer>> sharing = new ArrayList<>();
    for (int group = 0; group < groupCount; group++) {
      if (sizes[group] > 1) {
        sharing.add(members(group));
      }
    }
    return sharing;
  }

  /** Members of each group, ascending; groups in order of first member. */
  public List<List<Integer>> members() {
    List<List<Integer>> members = new ArrayList<>(groupCount);
    for (int i = 0; i < groupCount; i++) {
      members.add(new ArrayList<>(2)); // most have one
    }
    for (int i = 0; i < groupOf.length; i++) {
      if (groupOf[i] != NO_GROUP) {
        members.get(groupOf[i]).add(i);
      }
    }
    return members;
  }

  public boolean isCoarserThanOrEqualTo(GroupPartition finer) {
    int[] image = new int[finer.groupCount];
    Arrays.fill(image, NO_GROUP);
    for (int i = 0; i < groupOf.length; i++) {
      int group = finer.groupOf[i];
      if (group == NO_GROUP) {
        continue;
      }
      if (image[group] == NO_GROUP) {
        image[group] = groupOf[i];
      }
      if (groupOf[i] == NO_GROUP || image[group] != groupOf[i]) {
        return false;
      }
    }
    return true;
  }

  /** Functions that are with others there than here, or in no group on one side only. */
  public BitSet functionsElsewhere(GroupPartition other) {
    Map<List<Integer>, Integer> sizes = new HashMap<>();
    int[] here = new int[groupCount];
    int[] there = new int[other.groupCount];
    for (int i = 0; i < groupOf.length; i++) {
      if (groupOf[i] != NO_GROUP) {
        here[groupOf[i]]++;
      }
      if (other.groupOf[i] != NO_GROUP) {
        there[other.groupOf[i]]++;
      }
      sizes.merge(List.of(groupOf[i], other.groupOf[i]), 1, Integer::sum);
    }
    BitSet elsewhere = new BitSet(groupOf.length);
    for (int i = 0; i < groupOf.length; i++) {
      int one = groupOf[i];
      int two = other.groupOf[i];
      int shared = sizes.get(List.of(one, two));
      boolean same =
          one == NO_GROUP || two == NO_GROUP
              ? one == two
              : here[one] == shared && there[two] == shared;
      elsewhere.set(i, !same);
    }
    return elsewhere;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GroupPartition that && Arrays.equals(groupOf, that.groupOf);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(groupOf);
  }

  @Override
  public String toString() {
    return members().toString();
  }
}
