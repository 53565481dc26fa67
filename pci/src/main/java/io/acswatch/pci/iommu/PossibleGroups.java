package io.acswatch.pci.iommu;

import io.acswatch.pci.hierarchy.HostHierarchy;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Tries unknown verdicts both ways, and finds which partitions they can have given while groups
 * were formed.
 *
 * <p>A verdict, before and after the kernel reached the function, is decided when the derivation
 * first asks for it, so only verdicts that matter are tried. If the outcome is known, decisions
 * after the first wrong group are not tried again.
 */
final class PossibleGroups {
  /** Maximum number of functions grouped, over all derivations; then the answer is "unknown". */
  private static final int MOST_GROUPED = 400_000;

  private static final int FEWEST_DERIVATIONS = 64;

  /** A verdict as decided, while {@code grouped} was being grouped. */
  private record Decision(int verdict, int grouped, boolean enforced, boolean isSecond) {}

  private final KernelGrouping grouping;
  private final List<Decision> decisions = new ArrayList<>();
  private final Boolean[] decided;
  private int left;

  PossibleGroups(KernelGrouping grouping) {
    this.grouping = grouping;
    int size = grouping.hierarchy().size();
    decided = new Boolean[2 * size];
    left = Math.max(FEWEST_DERIVATIONS, MOST_GROUPED / Math.max(1, size));
  }

  /** Searches verdicts that lead to this partition. */
  Supposition leadingTo(GroupPartition reported) {
    while (left-- > 0) {
      int wrong = firstDifference(derive(), reported);
      if (wrong == HostHierarchy.NONE) {
        return new Supposition(Supposition.Outcome.FITS, grouping.with(decided.clone()));
      }
      if (!decideOtherwise(wrong)) {
        return new Supposition(Supposition.Outcome.IMPOSSIBLE, grouping);
      }
    }
    return new Supposition(Supposition.Outcome.UNDECIDED, grouping);
  }

  /** Functions that are in another group than {@code likely} says, in some possible partition. */
  BitSet undecided(GroupPartition likely) {
    BitSet undecided = new BitSet();
    while (left-- > 0) {
      undecided.or(likely.functionsElsewhere(derive()));
      if (!decideOtherwise(decided.length)) {
        break;
      }
    }
    return undecided;
  }

  private GroupPartition derive() {
    return grouping.derive(this::enforces, GroupingSteps.NONE);
  }

  private boolean enforces(int function, int grouped) {
    if (!grouping.isOpen(function, grouped)) {
      return grouping.enforces(function, grouped);
    }
    int verdict = grouping.supposedAt(function, grouped);
    Boolean known = decided[verdict];
    if (known == null) {
      known = grouping.enforces(function, grouped);
      decide(new Decision(verdict, grouped, known, false));
    }
    return known;
  }

  private void decide(Decision decision) {
    decisions.add(decision);
    decided[decision.verdict()] = decision.enforced();
  }

  /**
   * Turns the last decision that was taken before {@code wrong} was grouped and not turned yet.
   *
   * @return false if there is none
   */
  private boolean decideOtherwise(int wrong) {
    while (!decisions.isEmpty()) {
      Decision last = decisions.remove(decisions.size() - 1);
      decided[last.verdict()] = null;
      if (last.grouped() <= wrong && !last.isSecond()) {
        decide(new Decision(last.verdict(), last.grouped(), !last.enforced(), true));
        return true;
      }
    }
    return false;
  }

  /** The first function, in order, that is not with the same ones before it; NONE if all are. */
  private static int firstDifference(GroupPartition formed, GroupPartition reported) {
    // Both number their groups in order of the first member.
    for (int i = 0; i < formed.size(); i++) {
      if (formed.groupOf(i) != reported.groupOf(i)) {
        return i;
      }
    }
    return HostHierarchy.NONE;
  }
}
