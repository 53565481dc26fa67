package io.acswatch.pci.explain;

import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.KernelGrouping;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Which groups there would be if a function, or those of a slot, lost their isolation. That is work
 * for each function of a host over its neighbours; it ends when its time is over.
 */
final class WeakPoints {
  private final HostView view;
  private final KernelGrouping grouping;
  private final GroupPartition whole;

  /** Groups in the part of the host around a candidate; functions elsewhere are in none. */
  private final Function<BitSet, GroupPartition> without;

  private final BooleanSupplier over;
  private final String[] owners;

  WeakPoints(HostView view, KernelGrouping grouping, BooleanSupplier over) {
    this.view = view;
    this.over = over;
    this.grouping = grouping;
    whole = grouping.deriveAdopted();
    without = grouping.withoutByParts();
    owners = owners();
  }

  /** Those that would put owners together, with most of them first. */
  List<Explanation.WeakPoint> all() {
    List<Explanation.WeakPoint> points = new ArrayList<>();
    for (BitSet candidate : candidates()) {
      List<String> joined = ownersJoined(without(candidate));
      if (!joined.isEmpty()) {
        points.add(point(candidate, joined));
      }
    }
    return ranked(points);
  }

  /** Those that would put these two functions together. */
  List<Explanation.WeakPoint> between(int first, int second) {
    List<Explanation.WeakPoint> points = new ArrayList<>();
    for (BitSet candidate : candidates()) {
      GroupPartition opened = without(candidate);
      boolean elsewhere = opened.groupOf(first) == GroupPartition.NO_GROUP;
      if ((elsewhere ? whole : opened).together(first, second)) {
        points.add(
            point(
                candidate,
                List.of(
                    view.function(first).address().toString(),
                    view.function(second).address().toString())));
      }
    }
    return ranked(points);
  }

  private GroupPartition without(BitSet candidate) {
    if (over.getAsBoolean()) {
      throw new CancellationException("no time is left for the weak points");
    }
    return without.apply(candidate);
  }

  /** In order; a slot of which one function alone does as much says nothing new. */
  private static List<Explanation.WeakPoint> ranked(List<Explanation.WeakPoint> points) {
    return points.stream()
        .filter(
            point ->
                point.functions().size() == 1
                    || points.stream()
                        .noneMatch(
                            single ->
                                single.functions().size() == 1
                                    && point.functions().containsAll(single.functions())
                                    && single.vms().containsAll(point.vms())))
        .sorted(
            Comparator.comparing((Explanation.WeakPoint point) -> -point.vms().size())
                .thenComparing(point -> point.functions().size())
                .thenComparing(point -> point.functions().get(0)))
        .toList();
  }

  private Set<BitSet> candidates() {
    Set<BitSet> candidates = new LinkedHashSet<>();
    for (int i = 0; i < view.size(); i++) {
      if (grouping.bitsToLose(i) == 0) {
        continue;
      }
      BitSet single = new BitSet();
      single.set(i);
      candidates.add(single);
      BitSet slot = new BitSet();
      for (int m = 0; m < view.hierarchy().busMateCount(i); m++) {
        int mate = view.hierarchy().busMate(i, m);
        if (view.hierarchy().areInSameSlot(i, mate) && grouping.bitsToLose(mate) != 0) {
          slot.set(mate);
        }
      }
      candidates.add(slot);
    }
    return candidates;
  }

  private Explanation.WeakPoint point(BitSet functions, List<String> vms) {
    int bits = 0;
    List<PciAddress> addresses = new ArrayList<>();
    for (int i = functions.nextSetBit(0); i >= 0; i = functions.nextSetBit(i + 1)) {
      bits |= grouping.bitsToLose(i);
      addresses.add(view.function(i).address());
    }
    return new Explanation.WeakPoint(
        addresses, bits, vms, view.hierarchy().type(functions.nextSetBit(0)).label());
  }

  /** Owners in one group now whose endpoints were in different groups; the largest such set. */
  private List<String> ownersJoined(GroupPartition opened) {
    TreeSet<String> joined = new TreeSet<>();
    for (List<Integer> members : opened.members()) {
      List<Integer> owned = members.stream().filter(this::counts).toList();
      // Then each of them was apart from another's: groups do not overlap.
      boolean wereApart =
          owned.stream().skip(1).anyMatch(other -> !whole.together(owned.get(0), other));
      List<String> names = owned.stream().map(index -> owners[index]).distinct().toList();
      if (wereApart && names.size() > 1) {
        joined.addAll(names);
      }
    }
    return List.copyOf(joined);
  }

  private boolean counts(int index) {
    return view.isEndpoint(index) && (!view.hasOwners() || view.isOwned(index));
  }

  /** The owner of each function; where nobody owns anything, each group stands for one. */
  private String[] owners() {
    String[] names = new String[view.size()];
    Map<Integer, String> firstOfGroup = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      String address = view.function(i).address().toString();
      if (view.hasOwners()) {
        names[i] = view.owner(i);
      } else if (view.isEndpoint(i) && whole.groupOf(i) != GroupPartition.NO_GROUP) {
        names[i] = firstOfGroup.computeIfAbsent(whole.groupOf(i), unused -> address);
      } else {
        names[i] = address;
      }
    }
    return names;
  }
}
