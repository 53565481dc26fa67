package io.acswatch.pci.preflight;

import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.AcsOptions;
import io.acswatch.pci.groups.AcsSetup;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.groups.SnapshotGrouping;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.KernelGrouping;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.BootOrder;
import io.acswatch.pci.snapshot.LiveUpdateAbility;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot that the kernel to come would show.
 *
 * <p>An ordinary kexec: the new kernel switches ACS on again, then applies its command line; no VFs
 * exist. A live update: what is preserved keeps its words, and the command line's ACS options pass
 * it by.
 */
final class KexecForecast {
  private final Snapshot present;
  private final Boot target;
  private final ModelChoice model;
  private final HostHierarchy hierarchy;
  final HostView view;
  final AcsRules targetRules;
  final AcsOptions options;
  private final AcsSetup words;

  /** Which devices a live update would carry; null if it is an ordinary kexec. */
  final @Nullable PreservedDevices preserved;

  private final TakenBits taken;
  private final boolean takesWhatNobodySaw;

  /** Functions of which nobody has seen that they take what the kernel would write: the bits. */
  final Map<PciAddress, Integer> unseen = new TreeMap<>();

  private @Nullable KernelGrouping grouping;

  /**
   * Foretells one kernel.
   *
   * @param ability whether the kernel to come can preserve devices; null for an ordinary kexec
   * @param taken which bits the hardware takes
   * @param takesWhatNobodySaw suppose so of bits of which that is not known
   */
  KexecForecast(
      Snapshot present,
      @Nullable LiveUpdateAbility ability,
      Boot target,
      ModelChoice model,
      TakenBits taken,
      boolean takesWhatNobodySaw) {
    this.taken = taken;
    this.takesWhatNobodySaw = takesWhatNobodySaw;
    this.present = present;
    this.target = target;
    this.model = model;
    view = new HostView(present);
    hierarchy = view.hierarchy();
    targetRules = new AcsRules(hierarchy, model);
    options = AcsOptions.of(target.commandLine(), model.machine());
    words = new AcsSetup(hierarchy, targetRules, model.kernel(), target);
    preserved = ability == null ? null : new PreservedDevices(view, targetRules, options, ability);
  }

  /** True if the kernel to come leaves ACS as it finds it, as with a device tree up to 6.14. */
  boolean neverSwitchesOn() {
    return !model.switchesOn(Integer.MAX_VALUE);
  }

  /** Functions whose group hangs on the order of binding drivers, by what was foretold. */
  Set<DevicePath> hangingOnOrder() {
    Set<DevicePath> places = new HashSet<>();
    if (grouping != null && grouping.isOrderOpen()) {
      HostHierarchy foretold = grouping.hierarchy();
      grouping.undecided().stream().forEach(i -> places.add(foretold.function(i).path()));
    }
    return places;
  }

  /** True if the kernel leaves a required control of some function as the boot finds it. */
  boolean keepsWhatItFinds() {
    return neverSwitchesOn()
        || model.kernel().isAtLeast(6, 11, 0)
            && IntStream.range(0, hierarchy.size()).anyMatch(this::keepsWhatItFinds);
  }

  private boolean keepsWhatItFinds(int index) {
    AcsRegisters acs = hierarchy.function(index).config().acs();
    return acs != null
        && options.keepsWhatWasFound(hierarchy, index, acs.capability() & AcsCapability.REQUIRED);
  }

  /** VMs' devices that lost bits of their own words, which a live update would restore. */
  List<PciAddress> restored() {
    List<PciAddress> restored = new ArrayList<>();
    for (int i = 0; preserved != null && i < hierarchy.size(); i++) {
      PciFunction function = hierarchy.function(i);
      if (preserved.isRestored(i) && !asRestored(i, function).equals(function)) {
        restored.add(function.address());
      }
    }
    return restored;
  }

  /** As the running kernel left the function, and vfio-pci saved it. */
  private PciFunction asRestored(int index, PciFunction function) {
    AcsRegisters acs = function.config().acs();
    if (acs == null) {
      return function;
    }
    return withAcs(function, AcsSetup.of(view).of(index, acs, true));
  }

  /** {@link #foretoldAfter}, if the required controls were cleared before the kexec. */
  Snapshot foretoldIfCleared() {
    List<PciFunction> cleared = new ArrayList<>();
    for (PciFunction function : present.functions()) {
      AcsRegisters acs = function.config().acs();
      cleared.add(acs == null ? function : withAcs(function, acs.withRequired(false)));
    }
    return foretoldAfter(present.withFunctions(cleared));
  }

  /** The snapshot the new kernel would show if {@code last} were the last one of this boot. */
  Snapshot foretoldAfter(Snapshot last) {
    boolean groupsExist = present.hasReportedGroups() || options.switchesIommuOn();
    boolean iommuOn = groupsExist && !options.switchesIommuOff();
    List<PciFunction> functions = new ArrayList<>();
    for (int i = 0; i < hierarchy.size(); i++) {
      PciFunction function = last.functions().get(i);
      // VFs come into being when somebody enables them, which no kexec does.
      if (!function.isVirtualFunction() && !isLost(i)) {
        functions.add(asFound(i, function, iommuOn));
      }
    }
    List<PciFunction> ordered = BootOrder.of(functions);
    Snapshot bare = snapshotOf(ordered, null, iommuOn);
    if (!iommuOn) {
      return bare;
    }
    grouping = SnapshotGrouping.grouping(bare, model, last);
    return snapshotOf(ordered, grouping.derive(), true);
  }

  private boolean isLost(int index) {
    return preserved != null && preserved.isLost(index);
  }

  private PciFunction asFound(int index, PciFunction function, boolean iommuOn) {
    if (preserved == null || !preserved.functions.get(index)) {
      return withWordsOfBoot(index, function, iommuOn).withPreservation(Preservation.NONE);
    }
    return (preserved.isRestored(index) ? asRestored(index, function) : function)
        .withPreservation(Preservation.ADOPTED);
  }

  private Snapshot snapshotOf(
      List<PciFunction> functions, @Nullable GroupPartition groups, boolean iommuOn) {
    List<PciFunction> grouped = new ArrayList<>(functions.size());
    for (int i = 0; i < functions.size(); i++) {
      PciFunction function = functions.get(i);
      KernelView kernel = function.kernel();
      int group = groups == null ? kernel.group() : groups.groupOf(i);
      KernelView seen =
          new KernelView(
              iommuOn ? group : KernelView.NO_GROUP,
              iommuOn ? kernel.groupType() : "",
              kernel.driver(),
              new KernelView.Sriov(null, 0, kernel.sriov().totalVfs()),
              kernel.ariEnabled(),
              kernel.removable(),
              kernel.preservation());
      grouped.add(function.withKernel(seen));
    }
    return new Snapshot(
        present.host(),
        target,
        preserved == null
            ? BootClass.KEXEC_PLAIN
            : preserved.functions.isEmpty() ? BootClass.KEXEC_KHO : BootClass.LIVE_UPDATE,
        present.takenAtMillis(),
        0,
        false,
        present.orderKnown(),
        grouped,
        present.owners(),
        List.of());
  }

  private PciFunction withWordsOfBoot(int index, PciFunction function, boolean iommuOn) {
    AcsRegisters acs = function.config().acs();
    if (acs == null) {
      return function;
    }
    AcsRegisters written = words.of(index, acs, iommuOn && model.switchesOn(index));
    int open = taken.unseen(index, acs, written);
    if (open != 0 && leadsToADevice(index)) {
      unseen.put(function.address(), open);
    }
    return withAcs(function, taken.after(index, acs, written, takesWhatNobodySaw ? 0 : open));
  }

  private boolean leadsToADevice(int index) {
    return view.isEndpoint(index)
        ? !view.hasOwners() || view.isOwned(index)
        : !view.vmsAtOrBelow(hierarchy.function(index).path()).isEmpty() || !view.hasOwners();
  }

  /** Functions at or above these that do not isolate when grouped, by the last forecast. */
  SortedSet<PciAddress> weakAbove(Collection<DevicePath> places) {
    SortedSet<PciAddress> weak = new TreeSet<>();
    if (grouping == null) {
      return weak;
    }
    HostHierarchy foretold = grouping.hierarchy();
    for (DevicePath place : places) {
      int grouped = foretold.indexOf(place);
      for (int i = grouped; i != HostHierarchy.NONE; i = foretold.bridgeAbove(i)) {
        if (!grouping.enforces(i, grouped)) {
          weak.add(foretold.function(i).address());
        }
      }
    }
    return weak;
  }

  private static PciFunction withAcs(PciFunction function, AcsRegisters acs) {
    return function.withConfig(function.config().withAcs(acs));
  }
}
