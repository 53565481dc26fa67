package io.acswatch.pci.preflight;

import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.AcsSetup;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.groups.SnapshotGrouping;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.iommu.AcsVerdict;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.KernelGrouping;
import io.acswatch.pci.iommu.ModelChoice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which bits of ACS Control the hardware takes, as far as the running kernel shows it.
 *
 * <p>Where its rules and its command line write a bit that reads otherwise, either the register
 * does not take it, or somebody changed it since. The kernel's groups tell which, if they hang on
 * it: they were formed with the word that the kernel left. A bit that it never wrote, and that no
 * device of the same ids has set, nobody has seen taken.
 */
final class TakenBits {
  private final HostView view;
  private final KernelGrouping grouping;
  private final Map<PciIds, Integer> seen = new HashMap<>();
  private final int[] refused;
  private final int[] undecided;

  /** What the host shows that runs by these rules. */
  TakenBits(HostView view, ModelChoice running) {
    this.view = view;
    grouping = SnapshotGrouping.grouping(view.snapshot(), running, null);
    refused = new int[view.size()];
    undecided = new int[view.size()];
    List<Integer> suspects = new ArrayList<>();
    AcsVerdict[] now = new AcsVerdict[view.size()];
    AcsVerdict[] asWritten = new AcsVerdict[view.size()];
    AcsSetup words =
        new AcsSetup(
            grouping.hierarchy(), grouping.rules(), running.kernel(), view.snapshot().boot());
    for (int i = 0; i < view.size(); i++) {
      PciFunction function = view.function(i);
      AcsRegisters acs = function.config().acs();
      now[i] = grouping.verdict(i);
      asWritten[i] = now[i];
      if (acs == null) {
        continue;
      }
      seen.merge(function.ids(), word(i, acs), (one, other) -> one | other);
      if (view.groups() == null
          || !function.kernel().hasGroup()
          || function.kernel().preservation().isAdopted()) {
        continue; // this kernel wrote nothing
      }
      AcsRegisters written = words.of(i, acs, view.choice().switchesOn(i));
      undecided[i] = word(i, written) ^ word(i, acs);
      if (undecided[i] != 0) {
        suspects.add(i);
        asWritten[i] = grouping.rules().verdict(i, written);
      }
    }
    if (view.groups() != null) {
      decide(suspects, now, asWritten, view.groups());
    }
  }

  private void decide(
      List<Integer> suspects, AcsVerdict[] now, AcsVerdict[] asWritten, GroupPartition reported) {
    boolean neverTaken = isFormedBy(now, reported);
    if (!neverTaken && !isFormedBy(asWritten, reported)) {
      return;
    }
    for (int i : suspects) {
      AcsVerdict[] otherwise = (neverTaken ? now : asWritten).clone();
      otherwise[i] = (neverTaken ? asWritten : now)[i];
      if (!isFormedBy(otherwise, reported)) {
        if (neverTaken) {
          refused[i] = undecided[i];
        } else {
          seen.merge(view.function(i).ids(), undecided[i], (one, other) -> one | other);
        }
        undecided[i] = 0;
      }
    }
  }

  private boolean isFormedBy(AcsVerdict[] verdicts, GroupPartition reported) {
    return grouping.deriveChanged(verdicts, verdicts.length).equals(reported);
  }

  /** The Control word; Intel's root ports with dword registers have it elsewhere. */
  private int word(int index, AcsRegisters acs) {
    return acs.word(grouping.rules().hasDwordRegisters(index));
  }

  /** Required bits that a kernel would set, where nobody knows if the function takes them. */
  int unseen(int index, AcsRegisters found, AcsRegisters written) {
    int set = word(index, written) & ~word(index, found) & AcsCapability.REQUIRED & ~refused[index];
    // Where the running kernel writes nothing by its rules, that a bit is clear tells nothing.
    boolean leftAlone =
        view.function(index).kernel().preservation().isAdopted()
            || !view.choice().switchesOn(index);
    int known =
        leftAlone ? set : seen.getOrDefault(view.function(index).ids(), 0) & ~undecided[index];
    return set & ~known;
  }

  /** The registers as a kernel leaves them; {@code untaken} bits stay as they were found. */
  AcsRegisters after(int index, AcsRegisters found, AcsRegisters written, int untaken) {
    int stays = refused[index] | untaken;
    int word = word(index, written) & ~stays | word(index, found) & stays;
    return written.withWord(grouping.rules().hasDwordRegisters(index), word);
  }
}
