package io.acswatch.pci.iommu;

import io.acswatch.pci.hierarchy.HostHierarchy;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds which partitions any order of grouping can give, as on Arm up to 6.14, where a function is
 * grouped when a driver is first bound to it.
 *
 * <p>The kernel asks a list of other functions, one after the other, whether they have a group. A
 * function joins the first that has one, or founds its own. Verdicts do not change meanwhile, and
 * neither does the list. Only which functions have a group by then depends on the order.
 */
final class BindOrders {
  /** Maximum number of attempts to place a function; after them the answer is "unknown". */
  private static final int MOST_TRIED = 200_000;

  private final List<List<Integer>> asked = new ArrayList<>();
  private final BitSet served;

  private GroupPartition wanted = GroupPartition.ofLabels(new int[0]);
  private int left = MOST_TRIED;

  BindOrders(HostHierarchy hierarchy, List<List<Integer>> asked, BitSet served) {
    this.served = served;
    for (int i = 0; i < hierarchy.size(); i++) {
      this.asked.add(asked.get(i).stream().filter(served::get).distinct().toList());
    }
  }

  BitSet undecided() {
    BitSet undecided = new BitSet();
    List<Set<Integer>> circles = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      Set<Integer> circle = new HashSet<>(asked.get(i));
      circle.add(i);
      circles.add(circle);
    }
    // If all functions of a circle ask each other, the first founds a group and the others join.
    for (int i = served.nextSetBit(0); i >= 0; i = served.nextSetBit(i + 1)) {
      Set<Integer> circle = circles.get(i);
      if (!circle.stream().allMatch(mate -> circles.get(mate).equals(circle))) {
        circle.forEach(undecided::set);
      }
    }
    return undecided;
  }

  Supposition.Outcome leadTo(GroupPartition reported) {
    wanted = reported;
    if (place(new BitSet(), new BitSet())) {
      return Supposition.Outcome.FITS;
    }
    return left > 0 ? Supposition.Outcome.IMPOSSIBLE : Supposition.Outcome.UNDECIDED;
  }

  /**
   * Places the remaining functions. A function that gets its right group and spoils no other can go
   * first. Each function that may spoil another one is tried.
   */
  private boolean place(BitSet placed, BitSet founded) {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (int i = served.nextSetBit(0); i >= 0; i = served.nextSetBit(i + 1)) {
        if (!placed.get(i) && isRight(i, placed, founded) && spoilsNobody(i, placed)) {
          placed.set(i);
          founded.set(wanted.groupOf(i));
          moved = true;
        }
      }
    }
    if (placed.equals(served)) {
      return true;
    }
    for (int i = served.nextSetBit(0); i >= 0 && left > 0; i = served.nextSetBit(i + 1)) {
      if (!placed.get(i) && isRight(i, placed, founded)) {
        left--;
        BitSet more = (BitSet) placed.clone();
        more.set(i);
        BitSet groups = (BitSet) founded.clone();
        groups.set(wanted.groupOf(i));
        if (place(more, groups)) {
          return true;
        }
      }
    }
    return false;
  }

  /** True if a function gets its right group now. */
  private boolean isRight(int index, BitSet placed, BitSet founded) {
    int group = wanted.groupOf(index);
    for (int mate : asked.get(index)) {
      if (placed.get(mate)) {
        return wanted.groupOf(mate) == group;
      }
    }
    return !founded.get(group) && othersCanFollow(index);
  }

  /** True if all others of the group of a function would find it, or one that found it. */
  private boolean othersCanFollow(int founder) {
    List<Integer> waiting = new ArrayList<>(wanted.members().get(wanted.groupOf(founder)));
    BitSet in = new BitSet();
    in.set(founder);
    waiting.remove((Integer) founder);
    while (waiting.removeIf(i -> asked.get(i).stream().anyMatch(in::get) && follow(in, i))) {
      // until no function follows any more
    }
    return waiting.isEmpty();
  }

  private static boolean follow(BitSet in, int index) {
    in.set(index);
    return true;
  }

  /** True if no later function of another group finds this function first. */
  private boolean spoilsNobody(int index, BitSet placed) {
    for (int i = served.nextSetBit(0); i >= 0; i = served.nextSetBit(i + 1)) {
      if (i != index && !placed.get(i)) {
        for (int mate : asked.get(i)) {
          if (mate == index && wanted.groupOf(i) != wanted.groupOf(index)) {
            return false;
          }
          if (mate == index || placed.get(mate)) {
            break;
          }
        }
      }
    }
    return true;
  }
}
