package io.acswatch.pci.iommu;

import io.acswatch.pci.hierarchy.HostHierarchy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Forms groups as Linux does: one function at a time, in the order they were found, each joining a
 * group that exists by then or founding a new one. Groups are never formed again, so the order
 * matters.
 *
 * <p>For each function it asks: the carriers of its requests further up; the topmost bridge that
 * does not isolate; functions on that bus that use its id; functions of its slot that do not
 * isolate either.
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
  private final BitSet visitedDevfns = new BitSet(256);
  private int groups;
  private int grouped;

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
   * @param order functions that an IOMMU serves, as they are grouped; the others get no group and
   *     lend none
   */
  static GroupPartition derive(
      HostHierarchy hierarchy,
      DmaAliases aliases,
      Verdicts verdicts,
      int[] order,
      GroupingSteps steps) {
    GroupDerivation derivation = new GroupDerivation(hierarchy, aliases, verdicts, steps);
    for (int index : order) {
      derivation.group(index);
    }
    return GroupPartition.ofLabels(derivation.groupOf);
  }

  /** The functions that each function asks for a group, in turn, until one has a group. */
  static List<List<Integer>> asked(HostHierarchy hierarchy, DmaAliases aliases, Verdicts verdicts) {
    List<List<Integer>> asked = new ArrayList<>();
    GroupingSteps recorder =
        new GroupingSteps() {
          @Override
          public void asks(int function, int other) {
            if (function != other) {
              asked.get(function).add(other);
            }
          }
        };
    GroupDerivation derivation = new GroupDerivation(hierarchy, aliases, verdicts, recorder);
    for (int i = 0; i < hierarchy.size(); i++) {
      asked.add(new ArrayList<>());
      derivation.grouped = i;
      derivation.existingGroup(i);
    }
    return asked;
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
    int representative = index;
    for (int carrier = hierarchy.realDmaDevice(index);
        carrier != HostHierarchy.NONE;
        carrier = aliases.nextCarrier(carrier)) {
      if (carrier != index) {
        steps.isCarriedBy(index, carrier);
      }
      representative = carrier;
      steps.asks(index, carrier);
      if (groupOf[carrier] != GroupPartition.NO_GROUP) {
        steps.joins(index, carrier);
        return groupOf[carrier];
      }
    }
    int bridge = hierarchy.bridgeAbove(representative);
    int failing = failingPort(bridge);
    while (failing != HostHierarchy.NONE) {
      steps.climbs(index, bridge, failing);
      representative = bridge;
      steps.asks(index, bridge);
      if (groupOf[bridge] != GroupPartition.NO_GROUP) {
        steps.joins(index, bridge);
        return groupOf[bridge];
      }
      bridge = hierarchy.bridgeAbove(bridge);
      failing = failingPort(bridge);
    }
    visitedDevfns.clear();
    int group = groupOfAliases(representative);
    return group != GroupPartition.NO_GROUP ? group : groupOfSlot(representative);
  }

  /** The first function from this bridge upwards that does not isolate. */
  private int failingPort(int bridge) {
    int above = bridge;
    while (above != HostHierarchy.NONE && verdicts.enforces(above, grouped)) {
      above = hierarchy.bridgeAbove(above);
    }
    return above;
  }

  private int groupOfAliases(int index) {
    int devfn = hierarchy.function(index).address().devfn();
    if (visitedDevfns.get(devfn)) {
      return GroupPartition.NO_GROUP;
    }
    visitedDevfns.set(devfn);
    steps.asks(grouped, index);
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
      int group = groupOfAliases(mate);
      if (group == GroupPartition.NO_GROUP) {
        group = groupOfSlot(mate);
      }
      if (group != GroupPartition.NO_GROUP) {
        return group;
      }
    }
    return GroupPartition.NO_GROUP;
  }

  private int groupOfSlot(int index) {
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
        int group = groupOfAliases(mate);
        if (group != GroupPartition.NO_GROUP) {
          return group;
        }
      }
    }
    return GroupPartition.NO_GROUP;
  }

  /**
   * True if a function of the slot cannot lead to a group, whatever the verdict on it: it has no
   * group, and no function uses its id. Then it is asked only for an explanation.
   */
  private boolean leadsNowhere(int mate) {
    return steps == GroupingSteps.NONE
        && groupOf[mate] == GroupPartition.NO_GROUP
        && !aliases.sharesItsId(mate);
  }
}
