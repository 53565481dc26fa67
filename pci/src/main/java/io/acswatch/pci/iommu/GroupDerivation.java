package io.acswatch.pci.iommu;

import io.acswatch.pci.hierarchy.HostHierarchy;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Forms groups as Linux does: one function at a time, in the order they were found, each joining a
 * group that exists by then or founding a new one. Groups are never formed anew, so the order
 * counts.
 *
 * <p>For each function: who carries its requests further up; the topmost bridge that does not
 * isolate; functions on that one's bus that use its id; functions of its slot that do not isolate
 * either.
 *
 * <p>Source: linux {@code drivers/iommu/iommu.c}, {@code pci_device_group} and its two helpers,
 * which are the same text from 6.1 to 7.3.
 */
public final class GroupDerivation {
  /** Verdict on a function at the moment another one is grouped. */
  public interface Verdicts {
    /** True if {@code function} satisfies the demand while {@code grouped} is being grouped. */
    boolean enforces(int function, int grouped);
  }

  private final HostHierarchy hierarchy;
  private final DmaAliases aliases;
  private final Verdicts verdicts;
  private final GroupingSteps steps;
  private final int[] groupOf;
  private int groups;
  private int grouped;
  private int representative;

  private GroupDerivation(
      HostHierarchy hierarchy, DmaAliases aliases, Verdicts verdicts, GroupingSteps steps) {
    this.hierarchy = hierarchy;
    this.aliases = aliases;
    this.verdicts = verdicts;
    this.steps = steps;
    groupOf = new int[hierarchy.size()];
    Arrays.fill(groupOf, GroupPartition.NO_GROUP);
  }

  /**
   * Derives the partition.
   *
   * @param hierarchy functions in the order the kernel found them
   * @param served functions that an IOMMU serves; the others get no group and lend none
   * @param steps is told of each step
   */
  static GroupPartition derive(
      HostHierarchy hierarchy,
      DmaAliases aliases,
      Verdicts verdicts,
      BitSet served,
      GroupingSteps steps) {
    GroupDerivation derivation = new GroupDerivation(hierarchy, aliases, verdicts, steps);
    for (int i = served.nextSetBit(0); i >= 0; i = served.nextSetBit(i + 1)) {
      derivation.group(i);
    }
    return GroupPartition.ofLabels(derivation.groupOf);
  }

  private void group(int index) {
    grouped = index;
    int group = existingGroup(index);
    if (group == GroupPartition.NO_GROUP) {
      steps.founds(index);
      group = groups++;
    }
    groupOf[index] = group;
  }

  private int existingGroup(int index) {
    representative = index;
    int[] found = {GroupPartition.NO_GROUP};
    aliases.forEachCarrier(
        index,
        carrier -> {
          if (carrier != index) {
            steps.isCarriedBy(index, carrier);
          }
          representative = carrier;
          found[0] = groupOf[carrier];
          return found[0] == GroupPartition.NO_GROUP;
        });
    if (found[0] != GroupPartition.NO_GROUP) {
      steps.joins(index, representative);
      return found[0];
    }
    int bridge = hierarchy.bridgeAbove(representative);
    while (bridge != HostHierarchy.NONE && !pathEnforces(bridge)) {
      steps.climbs(index, bridge, failingPort(bridge));
      representative = bridge;
      if (groupOf[bridge] != GroupPartition.NO_GROUP) {
        steps.joins(index, bridge);
        return groupOf[bridge];
      }
      bridge = hierarchy.bridgeAbove(bridge);
    }
    BitSet visitedDevfns = new BitSet(256);
    int group = groupOfAliases(representative, visitedDevfns);
    return group != GroupPartition.NO_GROUP ? group : groupOfSlot(representative, visitedDevfns);
  }

  /** True if this bridge and every one above it isolate. */
  private boolean pathEnforces(int bridge) {
    return failingPort(bridge) == HostHierarchy.NONE;
  }

  /** The first function from this bridge upwards that does not isolate. */
  private int failingPort(int bridge) {
    int above = bridge;
    while (above != HostHierarchy.NONE && verdicts.enforces(above, grouped)) {
      above = hierarchy.bridgeAbove(above);
    }
    return above;
  }

  private int groupOfAliases(int index, BitSet visitedDevfns) {
    int devfn = hierarchy.function(index).address().devfn();
    if (visitedDevfns.get(devfn)) {
      return GroupPartition.NO_GROUP;
    }
    visitedDevfns.set(devfn);
    if (groupOf[index] != GroupPartition.NO_GROUP) {
      steps.joins(grouped, index);
      return groupOf[index];
    }
    for (int i = 0; i < hierarchy.busMateCount(index); i++) {
      int mate = hierarchy.busMate(index, i);
      if (mate == index || !aliases.areAliases(index, mate)) {
        continue;
      }
      steps.sharesId(grouped, index, mate);
      int group = groupOfAliases(mate, visitedDevfns);
      if (group == GroupPartition.NO_GROUP) {
        group = groupOfSlot(mate, visitedDevfns);
      }
      if (group != GroupPartition.NO_GROUP) {
        return group;
      }
    }
    return GroupPartition.NO_GROUP;
  }

  private int groupOfSlot(int index, BitSet visitedDevfns) {
    if (!hierarchy.isMultifunction(index) || verdicts.enforces(index, grouped)) {
      return GroupPartition.NO_GROUP;
    }
    for (int i = 0; i < hierarchy.busMateCount(index); i++) {
      int mate = hierarchy.busMate(index, i);
      if (mate != index
          && hierarchy.areInSameSlot(index, mate)
          && !leadsNowhere(mate)
          && !verdicts.enforces(mate, grouped)) {
        steps.sharesSlot(grouped, index, mate);
        int group = groupOfAliases(mate, visitedDevfns);
        if (group != GroupPartition.NO_GROUP) {
          return group;
        }
      }
    }
    return GroupPartition.NO_GROUP;
  }

  /**
   * True if asking a function of the slot cannot lead to a group, whatever the verdict on it: it
   * has none and nobody uses its id. It is asked only where somebody wants to know why.
   */
  private boolean leadsNowhere(int mate) {
    return steps == GroupingSteps.NONE
        && groupOf[mate] == GroupPartition.NO_GROUP
        && !aliases.sharesItsId(mate);
  }
}
