package io.acswatch.pci.judge;

import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.AcsSetup;
import io.acswatch.pci.groups.GroupsCheck;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.AcsVerdict;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.KernelGrouping;
import io.acswatch.pci.snapshot.BootClass;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds why functions now share a group, or no longer do: what changed a verdict above them. */
final class CauseFinder {
  /** A function on the way to the root, and how many of the endpoints pass it. */
  private record Passed(int index, int endpoints) {}

  private final Comparison comparison;
  private final HostView before;
  private final HostView after;
  private final RegisterChanges changes;

  CauseFinder(Comparison comparison) {
    this.comparison = comparison;
    before = comparison.before();
    after = comparison.after();
    changes = new RegisterChanges(comparison);
  }

  /**
   * Explains a changed grouping.
   *
   * @param endpoints indices after, of functions in one group on one side and in several on the
   *     other
   * @param merged true if they now share a group, false if they no longer do
   */
  Cause find(Collection<Integer> endpoints, boolean merged) {
    List<Passed> passed = passedByMostFirst(endpoints);
    Cause adopted = merged && comparison.boundary().isBoot() ? adopted(passed, endpoints) : null;
    if (adopted != null) {
      return adopted;
    }
    AcsVerdict from = merged ? AcsVerdict.ENFORCED : AcsVerdict.NOT_ENFORCED;
    AcsVerdict to = merged ? AcsVerdict.NOT_ENFORCED : AcsVerdict.ENFORCED;
    List<RegisterChange> changed = new ArrayList<>();
    int turnedWithoutRegister = HostHierarchy.NONE;
    for (Passed function : passed) {
      int then = comparison.beforeOf(function.index());
      if (before.verdict(then) == from && after.verdict(function.index()) == to) {
        RegisterChange change = changes.of(function.index());
        if (change != null) {
          changed.add(change);
        } else if (turnedWithoutRegister == HostHierarchy.NONE) {
          turnedWithoutRegister = function.index();
        }
      }
    }
    if (!changed.isEmpty()) {
      return ofRegisters(changed);
    }
    if (turnedWithoutRegister != HostHierarchy.NONE) {
      return ofFunctionWithoutRegister(turnedWithoutRegister);
    }
    RegisterChange late = merged ? foundCleared(passed) : null;
    if (late != null) {
      return new Cause(
          Cause.Kind.ACS_ENABLED_LATE,
          late,
          List.of(),
          ("Kernel %s switches ACS on function by function: %s still carried 0x%04x when the"
                  + " functions before it were grouped.")
              .formatted(after.snapshot().boot().kernelRelease(), late.port(), late.before()));
    }
    if (!merged && beganCleared(before) && !beganCleared(after)) {
      return Cause.of(
          Cause.Kind.ACS_ENABLED_LATE,
          ("Kernel %s switches ACS on function by function: after firmware, functions grouped early"
                  + " met others that were still cleared; after this kexec ACS was on from the start.")
              .formatted(before.snapshot().boot().kernelRelease()));
    }
    Cause unseen = merged ? clearedUnseen(passed) : null;
    if (unseen != null) {
      return unseen;
    }
    if (kernelsDiffer()) {
      return Cause.of(Cause.Kind.KERNEL_CHANGED, kernelSentence());
    }
    String options = comparison.optionsChange();
    if (!options.isEmpty()) {
      return Cause.of(Cause.Kind.COMMAND_LINE_CHANGED, options + ".");
    }
    return Cause.of(
        Cause.Kind.UNEXPLAINED,
        "No ACS register, kernel, command line or bridge between these devices and the root"
            + " changed."
            + (after.choice().groupsAtBind()
                ? " This kernel groups a function when a driver is bound to it: drivers may have been"
                    + " bound in another order."
                : ""));
  }

  /**
   * Functions on both sides that the endpoints' requests pass, with the endpoints and the functions
   * of a port's slot. Those that most of them pass come first, then the nearest to the root.
   */
  private List<Passed> passedByMostFirst(Collection<Integer> endpoints) {
    Map<Integer, Integer> counts = new LinkedHashMap<>();
    for (int endpoint : endpoints) {
      after
          .hierarchy()
          .upwards(endpoint)
          .filter(comparison::isInBoth)
          .forEach(i -> counts.merge(i, 1, Integer::sum));
    }
    return counts.entrySet().stream()
        .map(entry -> new Passed(entry.getKey(), entry.getValue()))
        .sorted(
            Comparator.comparing((Passed passed) -> -passed.endpoints())
                .thenComparing(Passed::index, comparison.nearestRootFirst()))
        .toList();
  }

  /**
   * A port that had lost bits before the boot, and whose word this kernel left as found: a live
   * update adopts the word. That word formed the groups, whatever it is now and was in the snapshot
   * before. The topmost function that joined the group of the functions below it shows which port
   * it is.
   */
  private @Nullable Cause adopted(List<Passed> passed, Collection<Integer> endpoints) {
    List<RegisterChange> lost = new ArrayList<>();
    for (Passed function : passed) {
      int index = function.index();
      AcsRegisters then = changes.before(index);
      AcsRegisters now = changes.after(index);
      if (then == null || now == null || !cameToShare(index, endpoints)) {
        continue;
      }
      boolean wasOpen = before.verdict(comparison.beforeOf(index)) == AcsVerdict.NOT_ENFORCED;
      boolean isOpen = after.verdict(index) == AcsVerdict.NOT_ENFORCED;
      boolean keeps = keepsWhatItFound(index, now);
      if (lost.isEmpty() && (!wasOpen && isOpen || !keeps)) {
        return null;
      }
      if (!keeps || !lost.isEmpty() && !wasOpen) {
        continue;
      }
      int word = isOpen ? now.control() : then.control();
      int due = leftBy(before, comparison.beforeOf(index), then);
      lost.add(changes.of(index, now.offset() + AcsCapability.CONTROL_OFFSET, due, word));
    }
    return lost.isEmpty() ? null : ofAdopted(lost);
  }

  /** True if, by the kernel's groups, a function joined one below it, or beside it in its slot. */
  private boolean cameToShare(int index, Collection<Integer> endpoints) {
    GroupPartition then = before.groups();
    GroupPartition now = after.groups();
    if (then == null || now == null) {
      return false;
    }
    DevicePath place = after.function(index).path();
    for (int endpoint : endpoints) {
      boolean bound =
          after.function(endpoint).path().isBelow(place)
              || endpoint != index && after.hierarchy().areInSameSlot(endpoint, index);
      if (bound
          && now.together(index, endpoint)
          && !then.together(comparison.beforeOf(index), comparison.beforeOf(endpoint))) {
        return true;
      }
    }
    return false;
  }

  /**
   * True if this kernel does not set the registers of a function: its log says that it adopted it,
   * or, where state was handed over and no log was read, it left what it sets in any other.
   */
  private boolean keepsWhatItFound(int index, AcsRegisters now) {
    Preservation life = after.function(index).kernel().preservation();
    return life.isAdopted()
        || comparison.boundary() == Boundary.KEXEC_HANDOVER
            && !life.isRefusal()
            && (leftBy(after, index, now) & ~now.control() & AcsCapability.REQUIRED) != 0;
  }

  /** The Control word that a view's own kernel leaves in a function. */
  private static int leftBy(HostView view, int index, AcsRegisters acs) {
    return AcsSetup.of(view).of(index, acs, true).control();
  }

  private Cause ofAdopted(List<RegisterChange> lost) {
    RegisterChange first = lost.get(0);
    int index = after.indexOf(first.path());
    String said =
        first.lost() == 0
            ? "%s %s did not isolate when the live update adopted it: the kernel's groups show it."
                .formatted(portWord(index), first.port())
            : "%s %s had lost %s before the live update, which adopted its word %04x."
                .formatted(
                    portWord(index),
                    first.port(),
                    String.join(", ", first.bitNames()),
                    first.after());
    String unread =
        after.function(index).kernel().preservation().isAdopted()
            ? ""
            : " The kernel log, which would name it, was not read.";
    return new Cause(
        Cause.Kind.ACS_CONTROL_ADOPTED, first, lost.subList(1, lost.size()), said + unread);
  }

  /** True if a cause names a port whose word stays as a live update found it. */
  boolean isOfAdoptedPort(Cause cause) {
    RegisterChange register = cause.register();
    return register != null
        && (cause.kind() == Cause.Kind.ACS_CONTROL_ADOPTED
            || after.function(after.indexOf(register.path())).kernel().preservation().isAdopted());
  }

  private Cause ofRegisters(List<RegisterChange> changed) {
    RegisterChange first = changed.get(0);
    int index = after.indexOf(first.path());
    AcsRegisters then = changes.before(index);
    AcsRegisters now = changes.after(index);
    Cause.Kind kind;
    String sentence;
    if (then != null && now == null) {
      kind = Cause.Kind.ACS_CAPABILITY_GONE;
      sentence = "%s %s lost its ACS capability.";
    } else if (then == null
        || now == null
        || first.registerOffset() == now.offset() + AcsCapability.CAPABILITY_OFFSET) {
      kind = Cause.Kind.ACS_CAPABILITY_CHANGED;
      sentence = "%s %s has another ACS Capability word.";
    } else {
      kind = Cause.Kind.ACS_CONTROL_CHANGED;
      List<String> names = first.bitNames();
      String bits = names.size() == 1 ? " ACS Control bit " : " ACS Control bits ";
      String went = first.lost() != 0 ? "lost" : "gained";
      sentence = "%s %s " + went + bits + String.join(", ", names) + ".";
    }
    String options = comparison.optionsChange();
    boolean adopted = after.function(index).kernel().preservation().isAdopted();
    String origin =
        adopted
            ? " The live update adopted its word %04x.".formatted(first.after())
            : options.isEmpty() ? "" : " " + options + ".";
    return new Cause(
        kind,
        first,
        changed.subList(1, changed.size()),
        sentence.formatted(portWord(index), first.port()) + origin);
  }

  private String portWord(int index) {
    return switch (after.hierarchy().type(index)) {
      case ROOT_PORT -> "Root port";
      case UPSTREAM_PORT -> "Switch upstream port";
      case DOWNSTREAM_PORT -> "Switch downstream port";
      default -> "Function";
    };
  }

  private Cause ofFunctionWithoutRegister(int index) {
    PciFunction now = after.function(index);
    PciFunction then = before.function(comparison.beforeOf(index));
    boolean sameKind =
        before.hierarchy().type(comparison.beforeOf(index)) == after.hierarchy().type(index)
            && then.ids().equals(now.ids())
            && before.hierarchy().isMultifunction(comparison.beforeOf(index))
                == after.hierarchy().isMultifunction(index);
    if (!sameKind) {
      return Cause.of(
          Cause.Kind.HIERARCHY_CHANGED,
          "At %s there was a %s %s; now there is a %s %s."
              .formatted(
                  now.address(),
                  then.config().claimedType().label(),
                  then.ids(),
                  now.config().claimedType().label(),
                  now.ids()));
    }
    return Cause.of(
        Cause.Kind.KERNEL_CHANGED,
        "%s %s (%s) has the same registers, but this kernel judges them differently. %s"
            .formatted(portWord(index), now.address(), now.ids(), kernelSentence()));
  }

  /**
   * Where ACS is enabled late: a function whose word was cleared before the boot and is whole now.
   * Functions that were grouped before it met the cleared word.
   */
  private @Nullable RegisterChange foundCleared(List<Passed> passed) {
    if (!after.choice().timing().switchesOnLate() || !comparison.boundary().isBoot()) {
      return null;
    }
    for (Passed function : passed) {
      int then = comparison.beforeOf(function.index());
      if (before.verdict(then) == AcsVerdict.NOT_ENFORCED
          && after.verdict(function.index()) == AcsVerdict.ENFORCED) {
        return changes.of(function.index());
      }
    }
    return null;
  }

  /** By the kernel's groups the boot found the word cleared; the snapshot before shows it whole. */
  private @Nullable Cause clearedUnseen(List<Passed> passed) {
    GroupPartition reported = after.groups();
    if (reported == null
        || !after.choice().dependsOnRegistersAtStart()
        || !comparison.boundary().isBoot()) {
      return null;
    }
    KernelGrouping grouping =
        GroupsCheck.of(after.snapshot(), after.grouping(), reported).grouping();
    for (Passed function : passed) {
      if (grouping.isSupposedOtherwise(function.index())
          && !grouping.isolatedAtStart(function.index())) {
        return Cause.of(
            Cause.Kind.ACS_ENABLED_LATE,
            ("Kernel %s forms groups before it has switched ACS on everywhere. By its groups, ACS"
                    + " of %s was off then, and the snapshot before shows it on: it was cleared"
                    + " between that and the boot.")
                .formatted(
                    after.snapshot().boot().kernelRelease(),
                    after.function(function.index()).address()));
      }
    }
    return null;
  }

  /** True if functions met others whose ACS was still off while groups were formed. */
  private static boolean beganCleared(HostView view) {
    return view.choice().timing().switchesOnLate() && view.snapshot().bootClass() == BootClass.COLD;
  }

  private boolean kernelsDiffer() {
    return !before.snapshot().boot().kernelRelease().equals(after.snapshot().boot().kernelRelease())
        || !before.kernel().equals(after.kernel());
  }

  private String kernelSentence() {
    GroupingModel then = before.choice().model();
    GroupingModel now = after.choice().model();
    String models =
        then == now
            ? "both group by model " + now.label()
            : "model " + then.label() + " became " + now.label();
    return "The kernel changed from %s to %s; %s."
        .formatted(
            before.snapshot().boot().kernelRelease(),
            after.snapshot().boot().kernelRelease(),
            models);
  }
}
