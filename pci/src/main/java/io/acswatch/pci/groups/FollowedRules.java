package io.acswatch.pci.groups;

import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.KernelGrouping;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.iommu.RuleSet;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rules that a running kernel follows: those that its release tells, unless the groups
 * that it reports contradict them and exactly one other model that is known explains these.
 * Distributions take over changes of newer kernels, of which a release says nothing.
 */
public final class FollowedRules {
  /** What the groups of one host say of a set of rules. */
  public enum Answer {
    /** They are those that follow from them. */
    EXPLAINS,
    /** They do not follow from them. */
    CONTRADICTS,
    /** It cannot be told. */
    OPEN
  }

  private final AcsRules rules;
  private final Snapshot snapshot;
  private final @Nullable Snapshot before;
  private final ModelChoice byRelease;
  private final KernelGrouping likely;
  private final @Nullable GroupPartition reported;

  /**
   * Looks at one snapshot.
   *
   * @param before the last snapshot of the boot before, of which the words may count; null if
   *     unknown
   */
  public FollowedRules(AcsRules rules, Snapshot snapshot, @Nullable Snapshot before) {
    this.rules = rules;
    this.snapshot = snapshot;
    byRelease = rules.choice();
    this.before = before;
    likely = grouping(byRelease);
    reported = SnapshotGrouping.reported(snapshot);
  }

  /**
   * The same, of the rules that the release of its kernel tells.
   *
   * @param asked overrules the model of its kernel; null for that model
   */
  public static FollowedRules of(
      Snapshot snapshot, @Nullable GroupingModel asked, @Nullable Snapshot before) {
    ModelChoice choice = ModelChoice.of(snapshot.boot(), asked, snapshot.functions());
    return new FollowedRules(
        new AcsRules(HostHierarchy.of(snapshot.functions()), choice), snapshot, before);
  }

  /** The grouping by those rules; nothing is supposed in it of what is not known. */
  KernelGrouping grouping() {
    // To try what is open of old registers or orders may take long: there other rules are first.
    boolean openAtStart = byRelease.dependsOnRegistersAtStart() || likely.isOrderOpen();
    if (isClear() || !openAtStart && !isUnexplained()) {
      return likely;
    }
    KernelGrouping only = only(explaining());
    return only != null && isUnexplained() ? only : likely;
  }

  private boolean isUnexplained() {
    return GroupsCheck.of(snapshot, likely, reported).agreement() == GroupsAgreement.UNEXPLAINED;
  }

  private boolean isClear() {
    return reported == null
        || byRelease.isAskedFor()
        || !byRelease.isComputable()
        || likely.derive().equals(reported);
  }

  /** The groups by those rules, and how they stand to those that the kernel reports. */
  public GroupsCheck check() {
    GroupsCheck check = GroupsCheck.of(snapshot, likely, reported);
    if (reported == null
        || byRelease.isAskedFor()
        || check.agreement() != GroupsAgreement.UNEXPLAINED) {
      return check;
    }
    Map<String, KernelGrouping> explaining = explaining();
    if (explaining.isEmpty()) {
      return check;
    }
    KernelGrouping only = only(explaining);
    if (only != null) {
      return GroupsCheck.of(snapshot, only, reported);
    }
    return GroupsCheck.notComputable(
        check.grouping(),
        check.derived(),
        reported,
        "The kernel's groups contradict "
            + byRelease.model().label()
            + ", the model of its release. Each of these explains them, and it cannot be told which"
            + " it follows: "
            + String.join(", ", explaining.keySet())
            + ".");
  }

  /** By model, the first set of rules that gives exactly the groups that the kernel reports. */
  private Map<String, KernelGrouping> explaining() {
    Map<String, KernelGrouping> explaining = new LinkedHashMap<>();
    for (ModelChoice candidate : candidates()) {
      List<KernelGrouping> possible =
          mayBeginWithEither()
              ? List.of(grouping(candidate), grouping(candidate, null))
              : List.of(grouping(candidate));
      for (KernelGrouping grouping : possible) {
        if (grouping.derive().equals(reported)) {
          explaining.putIfAbsent(candidate.model().label(), grouping);
        }
      }
    }
    return explaining;
  }

  /** A boot of which it is not known how it came about may have begun with either words. */
  private boolean mayBeginWithEither() {
    return before != null && snapshot.bootClass() == BootClass.UNKNOWN;
  }

  /** The one that the kernel follows, and why; null if that cannot be told. */
  private @Nullable KernelGrouping only(Map<String, KernelGrouping> explaining) {
    KernelGrouping only =
        explaining.get(RuleSet.of(byRelease.kernel(), byRelease.machine()).model().label());
    if (only == null && explaining.size() == 1) {
      only = explaining.values().iterator().next();
    }
    return only == null ? null : only.withReason(reason(only.choice()));
  }

  private String reason(ModelChoice chosen) {
    String quirks =
        chosen.kernel().equals(RuleSet.of(byRelease.kernel(), byRelease.machine()).quirks())
            ? ""
            : " with the quirks of " + chosen.kernel();
    return byRelease.override().isActive() && !chosen.override().isActive()
        ? "this kernel ignores pcie_acs_override=: its groups are those without it" + quirks
        : "the groups of kernel %s contradict %s; of the models that are known this one explains them%s"
            .formatted(byRelease.kernel(), byRelease.model().label(), quirks);
  }

  private List<ModelChoice> candidates() {
    List<ModelChoice> candidates = new ArrayList<>();
    List<RuleSet> known = RuleSet.known(snapshot.boot(), byRelease.machine());
    for (RuleSet rules : known) {
      if (byRelease.override().isActive()) {
        candidates.add(byRelease.withoutOverride().following(rules));
      }
      // The first are those of the likely grouping, which does not explain the groups.
      if (rules != known.get(0) || mayBeginWithEither()) {
        candidates.add(byRelease.following(rules));
      }
    }
    return candidates;
  }

  /** What the groups say of each set of rules that is known; empty if there are none. */
  public Map<RuleSet, Answer> answers() {
    Map<RuleSet, Answer> answers = new LinkedHashMap<>();
    if (reported != null && byRelease.isComputable()) {
      for (RuleSet rules : RuleSet.known(snapshot.boot(), byRelease.machine())) {
        KernelGrouping grouping = grouping(byRelease.following(rules));
        answers.put(rules, answer(GroupsCheck.of(snapshot, grouping, reported)));
      }
    }
    return answers;
  }

  private Answer answer(GroupsCheck check) {
    return switch (check.agreement()) {
      case SAME, REGISTERS_CHANGED -> Answer.EXPLAINS;
      case UNEXPLAINED -> Answer.CONTRADICTS;
      case NOT_COMPUTABLE ->
          snapshot.bootClass() == BootClass.COLD && needsAcsFromFirmware(check.grouping())
              ? Answer.CONTRADICTS
              : Answer.OPEN;
      case NOT_REPORTED, OTHER_RULES, UNREAD -> Answer.OPEN;
    };
  }

  /** True if firmware would have to have switched ACS on, which hardly any does. */
  private static boolean needsAcsFromFirmware(KernelGrouping grouping) {
    return IntStream.range(0, grouping.hierarchy().size())
        .anyMatch(i -> grouping.isSupposedOtherwise(i) && grouping.isolatedAtStart(i));
  }

  private KernelGrouping grouping(ModelChoice choice) {
    return grouping(choice, before);
  }

  private KernelGrouping grouping(ModelChoice choice, @Nullable Snapshot found) {
    return SnapshotGrouping.grouping(rules.with(choice), snapshot, found);
  }
}
