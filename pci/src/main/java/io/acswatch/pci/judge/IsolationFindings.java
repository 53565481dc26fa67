package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.FollowedRules;
import io.acswatch.pci.groups.GroupsAgreement;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.AcsVerdict;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.KernelGrouping;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the three partitions of one snapshot disagree: groups the kernel reports, groups its
 * rules would make of the registers now, groups the hardware keeps apart; and what makes them so.
 */
final class IsolationFindings extends Findings {
  private final KernelGrouping grouping;
  private final boolean firstOfBoot;

  private IsolationFindings(Comparison comparison, boolean firstOfBoot) {
    super(comparison);
    this.firstOfBoot = firstOfBoot;
    grouping = after.grouping();
  }

  /** Findings about the later snapshot; {@code firstOfBoot} if it is the first seen of its boot. */
  static List<IsolationAlert> of(Comparison comparison, boolean firstOfBoot) {
    IsolationFindings findings = new IsolationFindings(comparison, firstOfBoot);
    GroupPartition reported = findings.after.groups();
    if (reported != null && findings.after.choice().isComputable()) {
      findings.pendingMerges(reported);
      findings.silentLosses(reported);
      findings.mismatch(reported);
    }
    findings.override();
    findings.boundary();
    findings.weakPorts();
    return findings.alerts;
  }

  private void pendingMerges(GroupPartition reported) {
    for (List<Integer> members : finer(reported, grouping.deriveAdopted())) {
      List<Integer> owned = ownersApart(members, reported);
      if (owned.isEmpty()) {
        continue;
      }
      List<Integer> open = openFunctions(owned);
      if (!open.isEmpty()) {
        // A device's own registers vfio-pci restores as the kernel goes down; never a port's.
        boolean restored = open.stream().allMatch(i -> after.isEndpoint(i) && after.isUnderVfio(i));
        raise(
            AlertCode.PENDING_MERGE,
            restored ? Severity.WARNING : unlessUnknown(owned),
            owned,
            cause(open.get(0), "does not isolate any more"),
            "A live update now would put devices of %s into one IOMMU group");
      } else if (!after.choice().override().isActive() && unknownOnTheWay(owned).isEmpty()) {
        raise(
            AlertCode.ACS_OVERRIDE_ACTIVE,
            Severity.HIGH,
            owned,
            null,
            "The kernel keeps devices of %s apart although no ACS capability does");
      }
    }
  }

  private void silentLosses(GroupPartition reported) {
    for (List<Integer> members : finer(reported, grouping.strict())) {
      List<Integer> owned = ownersApart(members, reported);
      if (owned.isEmpty()) {
        continue;
      }
      List<Integer> open = openPorts(members);
      raise(
          AlertCode.SILENT_ISOLATION_LOSS,
          unlessUnknown(owned),
          owned,
          open.isEmpty() ? null : cause(open.get(0), "leaves a way around the IOMMU"),
          "Devices of %s are in separate IOMMU groups, but the hardware does not keep them apart");
    }
  }

  /** The groups of a partition that several share; none where the kernel keeps them together. */
  private static List<List<Integer>> finer(GroupPartition reported, GroupPartition partition) {
    return reported.isCoarserThanOrEqualTo(partition) ? List.of() : partition.sharing();
  }

  /**
   * Owned endpoints of one group, if two of them have other owners and other groups in the kernel.
   */
  private List<Integer> ownersApart(List<Integer> members, GroupPartition reported) {
    List<Integer> owned =
        members.stream()
            .filter(i -> after.isEndpoint(i) && !comparison.anyOwner(i).isEmpty())
            .toList();
    if (owned.stream().map(comparison::anyOwner).distinct().limit(2).count() < 2) {
      return List.of();
    }
    for (int a : owned) {
      for (int b : owned) {
        if (!comparison.anyOwner(a).equals(comparison.anyOwner(b)) && !reported.together(a, b)) {
          return owned;
        }
      }
    }
    return List.of();
  }

  /** Functions with an ACS capability on the way of these endpoints that do not isolate. */
  private List<Integer> openFunctions(List<Integer> endpoints) {
    return comparison.onTheWay(endpoints).stream()
        .filter(i -> grouping.verdict(i) == AcsVerdict.NOT_ENFORCED)
        .filter(i -> after.function(i).config().acs() != null)
        .toList();
  }

  /** High; a warning where it hangs on what is not known. */
  private Severity unlessUnknown(List<Integer> endpoints) {
    return unknownOnTheWay(endpoints).isEmpty() ? Severity.HIGH : Severity.WARNING;
  }

  private List<Integer> unknownOnTheWay(List<Integer> endpoints) {
    return comparison.onTheWay(endpoints).stream()
        .filter(i -> grouping.verdict(i).isOpen())
        .toList();
  }

  /**
   * Members that have an ACS capability and leave a way open; ports without one if there is none.
   */
  private List<Integer> openPorts(List<Integer> members) {
    List<Integer> withAcs =
        members.stream()
            .filter(i -> after.function(i).config().acs() != null)
            .filter(
                i ->
                    grouping.verdict(i) == AcsVerdict.NOT_ENFORCED
                        || after.function(i).config().features().egressOpen())
            .toList();
    List<Integer> open =
        withAcs.isEmpty()
            ? members.stream()
                .filter(i -> after.hierarchy().type(i).isPort())
                .filter(i -> after.function(i).config().acs() == null)
                .toList()
            : withAcs;
    return open.stream().sorted(comparison.nearestRootFirst()).toList();
  }

  private Cause cause(int index, String what) {
    PciFunction function = after.function(index);
    RegisterChange change =
        comparison.isInBoth(index) ? new RegisterChanges(comparison).of(index) : null;
    AcsRegisters acs = function.config().acs();
    String registers =
        acs == null
            ? "it has no ACS capability"
            : "Capability %04x, Control %04x".formatted(acs.capability(), acs.control());
    return new Cause(
        change != null && acs != null
            ? Cause.Kind.ACS_CONTROL_CHANGED
            : Cause.Kind.ACS_NOT_ENFORCED,
        change,
        List.of(),
        "%s %s: %s.".formatted(function.address(), what, registers));
  }

  private void mismatch(GroupPartition reported) {
    if (!firstOfBoot) {
      return;
    }
    GroupPartition derived = grouping.derive();
    // Rules that merge more than the kernel did: registers changed since, or an override; told
    // above. What can have come of the registers of then is no mismatch either.
    if (derived.isCoarserThanOrEqualTo(reported)
        || new FollowedRules(grouping.rules(), after.snapshot(), before.snapshot())
                .check()
                .agreement()
            != GroupsAgreement.UNEXPLAINED) {
      return;
    }
    int first = 0;
    while (sameGroup(first, reported, derived)) {
      first++;
    }
    IsolationAlert alert =
        comparison.alert(
            AlertCode.KERNEL_GROUP_MISMATCH,
            Severity.INFO,
            "",
            List.of(comparison.device(first)),
            List.of(),
            null,
            "The kernel's groups are not those of model %s (%s)"
                .formatted(after.choice().model().label(), after.choice().reason()));
    alerts.add(alert.withFacts(differences(first, reported, derived)));
  }

  private List<Evidence.Fact> differences(
      int first, GroupPartition reported, GroupPartition derived) {
    String function = after.function(first).address().toString();
    return List.of(
        Evidence.Fact.now("model", after.choice().model().label()),
        Evidence.Fact.now("kernel's group of " + function, membersWith(first, reported)),
        Evidence.Fact.now("derived group of " + function, membersWith(first, derived)));
  }

  private String membersWith(int index, GroupPartition partition) {
    return IntStream.range(0, after.size())
        .filter(i -> i == index || partition.together(i, index))
        .mapToObj(i -> after.function(i).address().toString())
        .collect(Collectors.joining(" "));
  }

  private boolean sameGroup(int index, GroupPartition a, GroupPartition b) {
    return IntStream.range(0, after.size())
        .allMatch(other -> a.together(index, other) == b.together(index, other));
  }

  private void override() {
    if (after.choice().override().isActive()) {
      alerts.add(
          comparison.alert(
              AlertCode.ACS_OVERRIDE_ACTIVE,
              Severity.HIGH,
              "",
              List.of(),
              List.of(),
              null,
              "The command line makes the kernel claim isolation that the hardware does not promise"));
    }
  }

  private void boundary() {
    if (!comparison.boundary().isBoot()) {
      return;
    }
    String options = comparison.optionsChange();
    if (!options.isEmpty()) {
      raiseForHost(
          AlertCode.ACS_CMDLINE_CHANGED,
          Severity.WARNING,
          Cause.Kind.COMMAND_LINE_CHANGED,
          options);
    }
    GroupingModel then = before.choice().model();
    GroupingModel now = after.choice().model();
    if (then != now) {
      raiseForHost(
          AlertCode.MODEL_CHANGED,
          now == GroupingModel.LEGACY_LATE_ACS_REGRESSED ? Severity.HIGH : Severity.INFO,
          Cause.Kind.KERNEL_CHANGED,
          "Kernel %s groups by model %s, %s before it by %s"
              .formatted(
                  after.snapshot().boot().kernelRelease(),
                  now.label(),
                  before.snapshot().boot().kernelRelease(),
                  then.label()));
    }
  }

  private void raiseForHost(AlertCode code, Severity severity, Cause.Kind kind, String headline) {
    Cause cause = Cause.of(kind, headline + ".");
    alerts.add(comparison.alert(code, severity, "", List.of(), List.of(), cause, headline));
  }

  private void weakPorts() {
    for (int i = 0; i < after.size(); i++) {
      AcsRegisters acs = after.function(i).config().acs();
      if (acs == null) {
        continue;
      }
      boolean redirects = (acs.control() & AcsCapability.REQUEST_REDIRECT) != 0;
      if (after.function(i).config().features().egressOpen() && redirects) {
        raiseWeak(
            AlertCode.EC_WEAKENS_RR, i, "%s sends some peer requests direct: egress control is on");
      }
      if ((acs.control() & AcsCapability.DIRECT_TRANSLATED) != 0 && atsAtOrBelow(i)) {
        raiseWeak(
            AlertCode.DT_WITH_ATS,
            i,
            "%s sends translated requests direct, and ATS is on below it");
      }
      boolean blocks = (acs.control() & AcsCapability.TRANSLATION_BLOCKING) != 0;
      boolean couldBlock = (acs.capability() & AcsCapability.TRANSLATION_BLOCKING) != 0;
      if (after.hierarchy().type(i).isDownstreamFacing()
          && couldBlock
          && !blocks
          && untrustedBelow(i)) {
        raiseWeak(
            AlertCode.TB_OFF_UNTRUSTED,
            i,
            "%s passes translated requests of a removable device that uses ATS");
      }
    }
  }

  private boolean atsAtOrBelow(int port) {
    return after
        .atOrBelow(after.function(port).path())
        .anyMatch(i -> after.function(i).config().features().atsEnabled());
  }

  /** A removable function on the link of this port, with ATS on. */
  private boolean untrustedBelow(int port) {
    for (int i = 0; i < after.size(); i++) {
      PciFunction function = after.function(i);
      if (after.hierarchy().bridgeAbove(i) == port
          && function.kernel().removable()
          && function.config().features().atsEnabled()) {
        return true;
      }
    }
    return false;
  }

  private void raiseWeak(AlertCode code, int index, String sentence) {
    String headline = sentence.formatted(after.function(index).address());
    alerts.add(
        comparison.alert(
            code,
            Severity.WARNING,
            index,
            comparison.vmsAtOrBelow(index),
            cause(index, "is set up so"),
            headline));
  }

  private void raise(
      AlertCode code,
      Severity severity,
      List<Integer> owned,
      @Nullable Cause cause,
      String headline) {
    List<String> vms = vms(owned, comparison::anyOwner);
    String anchor =
        after.function(Collections.min(owned, comparison.nearestRootFirst())).path().text();
    IsolationAlert alert =
        comparison.alert(
            code,
            severity,
            anchor,
            comparison.devices(owned),
            vms,
            cause,
            headline.formatted(String.join(", ", vms)));
    alerts.add(alert.with(comparison.registersOnTheWay(owned), List.of()));
  }
}
