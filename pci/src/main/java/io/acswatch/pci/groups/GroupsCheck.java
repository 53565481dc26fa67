package io.acswatch.pci.groups;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.Joined;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.iommu.AcsVerdict;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.KernelGrouping;
import io.acswatch.pci.iommu.Supposition;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Compares the groups that follow from the registers with those the kernel reports, and looks for
 * what explains a difference.
 *
 * @param grouping what the derivation rests on; where the registers at the start are not known and
 *     the kernel's groups tell what they must have been, that is in it
 * @param derived the groups that follow; the kernel's own where they cannot be computed
 * @param unread functions whose group hangs on bytes that were not read, or on bridges that are not
 *     known
 * @param reason what the difference comes of, in sentences; empty if there is none
 */
public record GroupsCheck(
    GroupsAgreement agreement,
    KernelGrouping grouping,
    GroupPartition derived,
    List<PciAddress> open,
    List<PciAddress> unread,
    String reason) {
  private static final int PCI_BRIDGE_CLASS = 0x0604;

  /** Compares; {@code reported} is null if the kernel reports no groups. */
  public static GroupsCheck of(
      Snapshot snapshot, KernelGrouping grouping, @Nullable GroupPartition reported) {
    GroupPartition derived = grouping.derive();
    if (reported == null) {
      return withoutReport(grouping, derived);
    }
    if (!grouping.choice().isComputable()) {
      // Where the kernel groups by other rules, its own groups are the best there is.
      String why = grouping.choice().machine().otherRules() + ".";
      why = Character.toUpperCase(why.charAt(0)) + why.substring(1);
      return of(GroupsAgreement.OTHER_RULES, grouping, reported, new BitSet(), why);
    }
    if (derived.equals(reported)) {
      BitSet hanging = hangingOnUnread(grouping, derived);
      return of(GroupsAgreement.SAME, grouping, derived, hanging, "");
    }
    List<Integer> unread = unread(grouping);
    if (!unread.isEmpty()) {
      BitSet hanging = hangingOnUnread(grouping, derived);
      BitSet elsewhere = derived.functionsElsewhere(reported);
      elsewhere.andNot(hanging);
      GroupPartition best = elsewhere.isEmpty() ? reported : derived;
      String why = "Bytes that decide were not read of " + names(grouping, unread) + ".";
      return of(GroupsAgreement.UNREAD, grouping, best, hanging, why);
    }
    Supposition supposition = grouping.suppose(reported);
    if (supposition.outcome() != Supposition.Outcome.IMPOSSIBLE) {
      return supposed(supposition, derived, reported);
    }
    String changed = registersChanged(snapshot, grouping, reported);
    if (changed.isEmpty() && grouping.choice().groupsAtBind() && !grouping.isOrderOpen()) {
      // What was removed and found again is grouped anew, and what it left behind stays.
      supposition = grouping.withoutOrder().suppose(reported);
      if (supposition.outcome() == Supposition.Outcome.FITS) {
        return supposed(supposition, derived, reported);
      }
    }
    if (!changed.isEmpty()) {
      return of(GroupsAgreement.REGISTERS_CHANGED, grouping, derived, new BitSet(), changed);
    }
    String why =
        "Neither the words that the boot found nor one change of registers since explains"
            + " the kernel's groups: it follows rules that are not known here, or devices were"
            + " found again in another order."
            + (mayBeOverride(snapshot, derived, reported)
                ? " A kernel with the patch for pcie_acs_override= forms such groups, which the"
                    + " hardware does not keep apart; its command line is not known here."
                : "");
    return of(GroupsAgreement.UNEXPLAINED, grouping, derived, new BitSet(), why);
  }

  private static GroupsCheck of(
      GroupsAgreement agreement,
      KernelGrouping grouping,
      GroupPartition groups,
      BitSet unread,
      String why) {
    List<PciAddress> hanging = addresses(grouping, unread);
    return new GroupsCheck(agreement, grouping, groups, List.of(), hanging, why);
  }

  /** True if the kernel only splits what belongs together, and may have been told to. */
  private static boolean mayBeOverride(
      Snapshot snapshot, GroupPartition derived, GroupPartition reported) {
    if (!snapshot.boot().commandLine().isEmpty()) {
      return false;
    }
    for (List<Integer> group : reported.members()) {
      if (group.stream().anyMatch(i -> derived.groupOf(i) != derived.groupOf(group.get(0)))) {
        return false;
      }
    }
    return true;
  }

  private static GroupsCheck supposed(
      Supposition supposition, GroupPartition derived, GroupPartition reported) {
    KernelGrouping grouping = supposition.grouping();
    String reason =
        supposition.outcome() != Supposition.Outcome.FITS
            ? "Too much of what decided when groups were formed is unknown to try it all."
            : grouping.isOrderOpen()
                ? "It hangs on the order in which drivers were bound, which the kernel log tells"
                    + " (\"Adding to iommu group\") and this capture does not. The kernel's groups"
                    + " follow from one that is possible."
                : supposed(grouping);
    return notComputable(grouping, derived, reported, reason);
  }

  /** The kernel's groups, where those that follow cannot be computed, for this reason. */
  static GroupsCheck notComputable(
      KernelGrouping grouping, GroupPartition derived, GroupPartition reported, String why) {
    List<PciAddress> open = addresses(grouping, derived.functionsElsewhere(reported));
    return new GroupsCheck(
        GroupsAgreement.NOT_COMPUTABLE, grouping, reported, open, List.of(), why);
  }

  private static GroupsCheck withoutReport(KernelGrouping grouping, GroupPartition derived) {
    List<PciAddress> open = addresses(grouping, grouping.undecided());
    return new GroupsCheck(
        GroupsAgreement.NOT_REPORTED,
        grouping,
        derived,
        open,
        addresses(grouping, hangingOnUnread(grouping, derived)),
        open.isEmpty()
            ? ""
            : grouping.isOrderOpen()
                ? "The groups hang on the order in which drivers are bound."
                : "The groups hang on what no capture after the boot shows: the ACS words that it"
                    + " found, or what the chipset does.");
  }

  /**
   * Functions whose group hangs on what was not read: it would be another if that isolated, or a
   * bridge above it is not known well enough to say what it does. So do all that would share a
   * group with one of these: {@code coarsest} is the partition if nothing that is unknown isolates.
   */
  private static BitSet hangingOnUnread(KernelGrouping grouping, GroupPartition coarsest) {
    HostHierarchy hierarchy = grouping.hierarchy();
    BitSet hanging = new BitSet();
    for (int i = 0; i < hierarchy.size(); i++) {
      boolean hangs =
          hierarchy.function(i).path().isUnknown()
              || leadsNobodyKnowsWhere(hierarchy, i)
              || hierarchy
                  .upwards(hierarchy.bridgeAbove(i))
                  .anyMatch(above -> leadsNobodyKnowsWhere(hierarchy, above));
      hanging.set(i, hangs && coarsest.groupOf(i) != GroupPartition.NO_GROUP);
    }
    hanging.or(grouping.hangingOnUnread());
    BitSet groups = new BitSet();
    hanging.stream().forEach(i -> groups.set(coarsest.groupOf(i)));
    for (int i = 0; i < hierarchy.size() && !groups.isEmpty(); i++) {
      int group = coarsest.groupOf(i);
      hanging.set(i, group != GroupPartition.NO_GROUP && groups.get(group));
    }
    return hanging;
  }

  private static boolean leadsNobodyKnowsWhere(HostHierarchy hierarchy, int index) {
    PciFunction function = hierarchy.function(index);
    return function.ids().classCode() >>> 8 == PCI_BRIDGE_CLASS
        && !function.config().capabilitiesKnown();
  }

  private static List<Integer> unread(KernelGrouping grouping) {
    return IntStream.range(0, grouping.hierarchy().size())
        .filter(i -> grouping.verdict(i) == AcsVerdict.UNKNOWN)
        .boxed()
        .toList();
  }

  /** What must have been so, by the kernel's groups. */
  private static String supposed(KernelGrouping grouping) {
    List<Integer> off = new ArrayList<>();
    List<Integer> on = new ArrayList<>();
    List<Integer> chipset = new ArrayList<>();
    for (int i = 0; i < grouping.hierarchy().size(); i++) {
      if (grouping.verdict(i) == AcsVerdict.NOT_COMPUTABLE) {
        chipset.add(i);
      } else if (grouping.isSupposedOtherwise(i)) {
        (grouping.isolatedAtStart(i) ? on : off).add(i);
      }
    }
    List<String> parts = new ArrayList<>();
    if (!off.isEmpty()) {
      parts.add("ACS was off in " + names(grouping, off));
    }
    if (!on.isEmpty()) {
      parts.add("ACS was on in " + names(grouping, on));
    }
    if (!chipset.isEmpty()) {
      parts.add("the chipset isolates, or does not, " + names(grouping, chipset));
    }
    return "It hangs on the state in which groups were formed, which no capture after that shows."
        + " The kernel's groups follow if "
        + String.join(", and ", parts)
        + " then.";
  }

  /**
   * Looks whether the kernel's groups are those of other registers than those of now, for all
   * functions or for those found before some moment: what was removed and found again is grouped by
   * the registers of then.
   *
   * <p>First those that the kernel writes itself. Then it is asked of each function by the groups:
   * a register need not take what the kernel writes, and what a live update adopted it left as it
   * found it, whatever that was.
   */
  private static String registersChanged(
      Snapshot snapshot, KernelGrouping grouping, GroupPartition reported) {
    HostHierarchy hierarchy = grouping.hierarchy();
    AcsRules rules = grouping.rules();
    AcsSetup setup = new AcsSetup(hierarchy, rules, grouping.choice().kernel(), snapshot.boot());
    AcsVerdict[] written = new AcsVerdict[hierarchy.size()];
    boolean differ = false;
    for (int i = 0; i < written.length; i++) {
      AcsRegisters acs = hierarchy.function(i).config().acs();
      boolean untouched = acs == null || isAdopted(hierarchy, i);
      written[i] =
          untouched
              ? grouping.verdict(i)
              : rules.verdict(i, setup.of(i, acs, grouping.choice().switchesOn(i)));
      differ |= written[i] != grouping.verdict(i) || isAdopted(hierarchy, i);
    }
    for (int count = written.length; differ && count > 0; count--) {
      if (count < written.length && !isFoundAgain(hierarchy, count)) {
        continue;
      }
      AcsVerdict[] asked = byGroups(grouping, written, count, reported);
      for (AcsVerdict[] then : List.of(written, asked)) {
        String changed = changes(grouping, setup, then);
        if (!changed.isEmpty() && grouping.deriveChanged(then, count).equals(reported)) {
          return "Registers changed since groups were formed: "
              + changed
              + ". A live update, or finding the devices again, would group by what they are now.";
        }
      }
    }
    return "";
  }

  private static boolean isAdopted(HostHierarchy hierarchy, int index) {
    return hierarchy.function(index).kernel().preservation().isAdopted();
  }

  private static boolean isFoundAgain(HostHierarchy hierarchy, int index) {
    PciAddress before = hierarchy.function(index - 1).address();
    return hierarchy.function(index).address().compareTo(before) < 0;
  }

  /** Which of its possible verdicts each function had: an open one shares what is below it. */
  private static AcsVerdict[] byGroups(
      KernelGrouping grouping, AcsVerdict[] written, int count, GroupPartition reported) {
    AcsVerdict[] then = written.clone();
    for (int i = 0; i < then.length; i++) {
      boolean open =
          written[i] != grouping.verdict(i)
              || isAdopted(grouping.hierarchy(), i) && hangsOnItsWord(grouping, i);
      if (open) {
        then[i] =
            sharesWhatItLeadsTo(grouping.hierarchy(), i, count, reported)
                ? AcsVerdict.NOT_ENFORCED
                : AcsVerdict.ENFORCED;
      }
    }
    return then;
  }

  private static boolean hangsOnItsWord(KernelGrouping grouping, int index) {
    AcsRegisters acs = grouping.hierarchy().function(index).config().acs();
    return acs != null
        && grouping.rules().verdict(index, acs.withRequired(true))
            != grouping.rules().verdict(index, acs.withRequired(false));
  }

  private static boolean sharesWhatItLeadsTo(
      HostHierarchy hierarchy, int index, int count, GroupPartition reported) {
    DevicePath place = hierarchy.function(index).path();
    return IntStream.range(0, count)
        .filter(i -> reported.together(i, index))
        .anyMatch(
            i ->
                hierarchy.function(i).path().isBelow(place)
                    || i != index && hierarchy.areInSameSlot(i, index));
  }

  private static String changes(KernelGrouping grouping, AcsSetup setup, AcsVerdict[] then) {
    List<String> changed = new ArrayList<>();
    for (int i = 0; i < then.length; i++) {
      PciFunction function = grouping.hierarchy().function(i);
      AcsRegisters acs = function.config().acs();
      if (acs != null && then[i] != grouping.verdict(i)) {
        boolean dwords = grouping.rules().hasDwordRegisters(i);
        String left = "a live update adopted another word";
        if (!isAdopted(grouping.hierarchy(), i)) {
          AcsRegisters written = setup.of(i, acs, grouping.choice().switchesOn(i));
          left = "the kernel leaves %04x".formatted(written.word(dwords) & 0xFFFF);
        }
        int now = acs.word(dwords) & 0xFFFF;
        changed.add("%s (Control %04x, %s)".formatted(function.address(), now, left));
      }
    }
    return String.join(", ", changed);
  }

  private static List<PciAddress> addresses(KernelGrouping grouping, BitSet functions) {
    return functions.stream().mapToObj(i -> grouping.hierarchy().function(i).address()).toList();
  }

  private static String names(KernelGrouping grouping, List<Integer> functions) {
    return Joined.all(
        functions.stream().map(i -> grouping.hierarchy().function(i).address()).sorted().toList());
  }
}
