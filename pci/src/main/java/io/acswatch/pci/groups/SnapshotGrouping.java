package io.acswatch.pci.groups;

import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.iommu.AcsVerdict;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.KernelGrouping;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Derives {@link SnapshotGroups}: what counts as served, and which registers a boot found. */
public final class SnapshotGrouping {
  private SnapshotGrouping() {}

  static SnapshotGroups groups(
      Snapshot snapshot, @Nullable GroupingModel chosen, @Nullable Snapshot before) {
    GroupsCheck check = FollowedRules.of(snapshot, chosen, before).check();
    KernelGrouping grouping = check.grouping();
    ModelChoice choice = grouping.choice();
    List<PciAddress> unknown = new ArrayList<>();
    List<PciAddress> notComputable = new ArrayList<>();
    for (int i = 0; i < snapshot.functions().size(); i++) {
      PciAddress address = snapshot.functions().get(i).address();
      if (grouping.verdict(i) == AcsVerdict.UNKNOWN) {
        unknown.add(address);
      } else if (grouping.verdict(i) == AcsVerdict.NOT_COMPUTABLE || !choice.isComputable()) {
        notComputable.add(address);
      }
    }
    GroupPartition reported = reported(snapshot);
    check.open().stream().filter(f -> !notComputable.contains(f)).forEach(notComputable::add);
    return new SnapshotGroups(
        choice.model(),
        choice.isComputable()
            ? choice.reason()
            : choice.reason() + "; " + choice.machine().otherRules(),
        reported,
        check.derived(),
        grouping.strict(),
        grouping.strictAssumed().stream()
            .mapToObj(i -> snapshot.functions().get(i).address())
            .toList(),
        unknown,
        check.unread(),
        notComputable,
        choice.groupsAtBind()
            ? grouping.isOrderOpen() && !grouping.undecided().isEmpty()
            : !snapshot.orderKnown() && dependsOnOrder(snapshot, choice, before, grouping.derive()),
        check.agreement(),
        check.reason());
  }

  /** The grouping of a snapshot's functions by the rules of a model. */
  public static KernelGrouping grouping(
      Snapshot snapshot, ModelChoice choice, @Nullable Snapshot before) {
    return grouping(new AcsRules(HostHierarchy.of(snapshot.functions()), choice), snapshot, before);
  }

  /** The same where the rules are there already for the snapshot's functions. */
  static KernelGrouping grouping(AcsRules rules, Snapshot snapshot, @Nullable Snapshot before) {
    boolean boundary = before != null && !before.boot().id().equals(snapshot.boot().id());
    boolean mayBeKexec =
        snapshot.bootClass().isKexec() || snapshot.bootClass() == BootClass.UNKNOWN;
    Map<DevicePath, PciFunction> earlier = new HashMap<>();
    if (boundary && mayBeKexec) {
      before.functions().forEach(function -> earlier.put(function.path(), function));
    }
    BitSet served = served(snapshot);
    return new KernelGrouping(
        rules,
        served,
        i -> registersAtStart(snapshot, snapshot.functions().get(i), earlier),
        rules.choice().groupsAtBind() ? order(snapshot, served) : null);
  }

  /**
   * The served functions as they were grouped: as the log says, else by the numbers of their
   * groups, which rise, where each is alone in its own. Null if neither tells it of all.
   */
  private static int @Nullable [] order(Snapshot snapshot, BitSet served) {
    List<PciFunction> functions = snapshot.functions();
    Map<PciAddress, Integer> logged = new HashMap<>();
    snapshot.groupedInOrder().forEach(address -> logged.put(address, logged.size()));
    Set<Integer> numbers = new HashSet<>();
    boolean allLogged = !logged.isEmpty();
    boolean allAlone = snapshot.hasReportedGroups();
    for (int i = served.nextSetBit(0); i >= 0; i = served.nextSetBit(i + 1)) {
      allLogged &= logged.containsKey(functions.get(i).address());
      allAlone &= numbers.add(functions.get(i).kernel().group());
    }
    if (!allLogged && !allAlone) {
      return null;
    }
    boolean byLog = allLogged;
    return served.stream()
        .boxed()
        .sorted(
            Comparator.comparing(
                i ->
                    byLog
                        ? logged.get(functions.get(i).address())
                        : functions.get(i).kernel().group()))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * Tries the order furthest from the assumed one in which bridges still come before what is below.
   */
  private static boolean dependsOnOrder(
      Snapshot snapshot, ModelChoice choice, @Nullable Snapshot before, GroupPartition derived) {
    List<PciFunction> reordered = new ArrayList<>(snapshot.functions());
    reordered.sort(
        Comparator.comparing(PciFunction::isVirtualFunction)
            .thenComparing(f -> f.path().text().length())
            .thenComparing(PciFunction::address, Comparator.reverseOrder()));
    Snapshot other = snapshot.withFunctions(reordered);
    GroupPartition otherwise = grouping(other, choice, before).derive();
    int[] labels = new int[derived.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = otherwise.groupOf(reordered.indexOf(snapshot.functions().get(i)));
    }
    return !GroupPartition.ofLabels(labels).equals(derived);
  }

  /**
   * The registers as the boot found them. After firmware the required controls are off; after a
   * kexec they are what the kernel before had made of them.
   *
   * @param earlier functions of the boot before, as far as known
   */
  private static @Nullable AcsRegisters registersAtStart(
      Snapshot snapshot, PciFunction function, Map<DevicePath, PciFunction> earlier) {
    AcsRegisters acs = function.config().acs();
    if (acs == null) {
      return null;
    }
    PciFunction then = earlier.get(function.path());
    boolean kexec = snapshot.bootClass().isKexec() || then != null;
    if (!kexec) {
      return acs.withRequired(false);
    }
    AcsRegisters found = then == null ? null : then.config().acs();
    return found == null
        ? acs
        : new AcsRegisters(acs.offset(), acs.capability(), found.control(), found.secondDword());
  }

  /** The groups the kernel reports, or null if it reports none. */
  public static @Nullable GroupPartition reported(Snapshot snapshot) {
    if (!snapshot.hasReportedGroups()) {
      return null;
    }
    int[] labels = new int[snapshot.functions().size()];
    for (int i = 0; i < labels.length; i++) {
      KernelView view = snapshot.functions().get(i).kernel();
      labels[i] = view.hasGroup() ? view.group() : GroupPartition.NO_GROUP;
    }
    return GroupPartition.ofLabels(labels);
  }

  private static BitSet served(Snapshot snapshot) {
    boolean kernelReports = snapshot.hasReportedGroups();
    BitSet served = new BitSet(snapshot.functions().size());
    for (int i = 0; i < snapshot.functions().size(); i++) {
      KernelView view = snapshot.functions().get(i).kernel();
      served.set(i, !kernelReports || view.hasGroup());
    }
    return served;
  }
}
