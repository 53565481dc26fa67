package io.acswatch.pci.snapshot;

import io.acswatch.pci.config.capability.SriovCapability;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.ModelChoice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts a {@link Snapshot} together from decoded functions in any order: finds the place of each VF
 * through its PF and brings the functions into the kernel's order.
 */
public final class SnapshotBuilder {
  private static final String GROUPED = ": Adding to iommu group ";
  private static final Pattern GROUPED_DEVICE =
      Pattern.compile(" ([0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7])" + GROUPED);

  private final List<PciFunction> functions;
  private List<PciAddress> scanOrder = List.of();
  private List<OwnershipClaim> owners = List.of();
  private Map<PciAddress, Preservation> preservation = Map.of();
  private List<PciAddress> groupedInOrder = List.of();

  /** A builder for about {@code expectedFunctions} functions. */
  public SnapshotBuilder(int expectedFunctions) {
    functions = new ArrayList<>(expectedFunctions);
  }

  /** Adds one function; {@code sysfsPath} may be empty if it is unknown. */
  public SnapshotBuilder add(
      PciAddress address, String sysfsPath, PciIds ids, ConfigFacts config, KernelView kernel) {
    return add(unplaced(address, sysfsPath, ids, config, kernel));
  }

  /** Adds one function that is decoded already. */
  public SnapshotBuilder add(PciFunction function) {
    functions.add(function);
    return this;
  }

  /** One function at the place that its own path tells; that of a VF comes from its PF later. */
  public static PciFunction unplaced(
      PciAddress address, String sysfsPath, PciIds ids, ConfigFacts config, KernelView kernel) {
    DevicePath path = DevicePath.ofSysfs(sysfsPath);
    return new PciFunction(
        address, path == null ? DevicePath.ofAddressOnly(address) : path, ids, config, kernel);
  }

  /** Sets the kernel's own device order; empty if unknown. */
  public SnapshotBuilder scanOrder(List<PciAddress> order) {
    scanOrder = List.copyOf(order);
    return this;
  }

  /** Sets the claims of VMs on functions. */
  public SnapshotBuilder owners(List<OwnershipClaim> claims) {
    owners = List.copyOf(claims);
    return this;
  }

  /**
   * Sets what the kernel log says of functions and live update, and of the order in which functions
   * were grouped; other lines are passed over.
   */
  public SnapshotBuilder kernelLog(List<String> lines) {
    preservation = Preservation.ofLog(lines);
    groupedInOrder = groupedInOrder(lines);
    return this;
  }

  /** Source: linux {@code drivers/iommu/iommu.c}, {@code iommu_group_alloc_device}. */
  private static List<PciAddress> groupedInOrder(List<String> lines) {
    Set<PciAddress> order = new LinkedHashSet<>();
    for (String line : lines) {
      Matcher grouped = line.contains(GROUPED) ? GROUPED_DEVICE.matcher(line) : null;
      if (grouped != null && grouped.find()) {
        PciAddress address = PciAddress.parse(grouped.group(1));
        order.remove(address); // what was found again counts from then on
        order.add(address);
      }
    }
    return List.copyOf(order);
  }

  /** Builds the snapshot. Functions the scan order does not name come last, by address. */
  public Snapshot build(
      String host,
      Boot boot,
      BootClass bootClass,
      long takenAtMillis,
      long sequence,
      boolean kexecLoaded) {
    Map<PciAddress, Integer> rank = new HashMap<>();
    for (PciAddress address : scanOrder) {
      rank.putIfAbsent(address, rank.size());
    }
    List<PciFunction> ordered = new ArrayList<>(withPlacesOfVfs());
    if (!preservation.isEmpty()) {
      ordered.replaceAll(this::withPreservation);
    }
    // Where the order is unknown: a bus at a time, VFs last, for they come into being last.
    ordered.sort(
        Comparator.comparingInt(
                (PciFunction function) -> rank.getOrDefault(function.address(), Integer.MAX_VALUE))
            .thenComparing(PciFunction::isVirtualFunction)
            .thenComparing(PciFunction::address));
    return new Snapshot(
        host,
        boot,
        bootClass,
        takenAtMillis,
        sequence,
        kexecLoaded,
        !scanOrder.isEmpty(),
        ordered,
        owners,
        ModelChoice.of(boot, null, ordered).groupsAtBind() ? groupedInOrder : List.of());
  }

  private PciFunction withPreservation(PciFunction function) {
    return function.withPreservation(
        preservation.getOrDefault(function.address(), Preservation.NONE));
  }

  private List<PciFunction> withPlacesOfVfs() {
    Map<PciAddress, PciFunction> byAddress = new HashMap<>();
    Map<PciAddress, List<PciAddress>> vfsOfPf = new HashMap<>();
    for (PciFunction function : functions) {
      byAddress.put(function.address(), function);
      PciAddress pf = function.kernel().physicalFunction();
      if (pf != null) {
        vfsOfPf.computeIfAbsent(pf, unused -> new ArrayList<>()).add(function.address());
      }
    }
    vfsOfPf.values().forEach(vfs -> vfs.sort(null));
    List<PciFunction> placed = new ArrayList<>(functions.size());
    for (PciFunction function : functions) {
      PciAddress pfAddress = function.kernel().physicalFunction();
      PciFunction pf = pfAddress == null ? null : byAddress.get(pfAddress);
      placed.add(pf == null ? function : asVf(function, pf, vfsOfPf.get(pfAddress)));
    }
    return placed;
  }

  private static PciFunction asVf(PciFunction vf, PciFunction pf, List<PciAddress> siblings) {
    OptionalInt index =
        SriovCapability.vfIndex(
            pf.address().requesterId(),
            pf.config().firstVfOffset(),
            pf.config().vfStride(),
            vf.address().requesterId());
    boolean computed = pf.config().firstVfOffset() != 0 && index.isPresent();
    // Without the PF's registers, count: VFs have ascending addresses.
    int number = computed ? index.getAsInt() : siblings.indexOf(vf.address());
    return new PciFunction(
        vf.address(), pf.path().virtualFunction(number), vf.ids(), vf.config(), vf.kernel());
  }
}
