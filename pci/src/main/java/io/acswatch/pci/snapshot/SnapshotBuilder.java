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
import org.jspecify.annotations.Nullable;

/**
 * Puts a {@link Snapshot} together from decoded functions in any order: finds the place of each VF
 * through its PF and brings the functions into the kernel's order.
 */
public final class SnapshotBuilder {
  private static final String GROUPED = ": Adding to iommu group ";
  private static final Pattern GROUPED_DEVICE =
      Pattern.compile(" ([0-9a-f]{4,7}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7])" + GROUPED);

  private final List<PciFunction> functions;
  private final StringBuilder place = new StringBuilder(128);

  /** Functions by address, the first of each; null as long as they came in ascending order. */
  private @Nullable Map<PciAddress, Integer> indexOf;

  private List<PciAddress> scanOrder = List.of();
  private List<OwnershipClaim> owners = List.of();
  private Map<PciAddress, Preservation> preservation = Map.of();
  private List<PciAddress> groupedInOrder = List.of();

  public SnapshotBuilder(int expectedFunctions) {
    functions = new ArrayList<>(expectedFunctions);
  }

  /** Adds one function; {@code sysfsPath} may be empty if it is unknown. */
  public SnapshotBuilder add(
      PciAddress address, String sysfsPath, PciIds ids, ConfigFacts config, KernelView kernel) {
    DevicePath own = DevicePath.ofSysfs(sysfsPath, place);
    DevicePath path = own == null ? DevicePath.ofAddressOnly(address) : own;
    return add(new PciFunction(address, path, ids, config, kernel));
  }

  public SnapshotBuilder add(PciFunction function) {
    int count = functions.size();
    if (indexOf == null
        && count > 0
        && functions.get(count - 1).address().compareTo(function.address()) >= 0) {
      indexOf = new HashMap<>(2 * count);
      for (int i = 0; i < count; i++) {
        indexOf.put(functions.get(i).address(), i);
      }
    }
    if (indexOf != null) {
      indexOf.putIfAbsent(function.address(), count);
    }
    functions.add(function);
    return this;
  }

  /** Index of the function at an address; negative if there is none. */
  private int indexOf(PciAddress address) {
    if (indexOf != null) {
      return indexOf.getOrDefault(address, -1);
    }
    int low = 0;
    int high = functions.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = functions.get(middle).address().compareTo(address);
      if (order == 0) {
        return middle;
      }
      low = order < 0 ? middle + 1 : low;
      high = order < 0 ? high : middle - 1;
    }
    return -1;
  }

  /** Sets the kernel's own device order; empty if unknown. */
  public SnapshotBuilder scanOrder(List<PciAddress> order) {
    scanOrder = List.copyOf(order);
    return this;
  }

  public SnapshotBuilder owners(List<OwnershipClaim> claims) {
    owners = List.copyOf(claims);
    return this;
  }

  /** What the kernel log says of live update and of the order of grouping; passes over the rest. */
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
    List<PciFunction> ordered = inOrder(withPlacesOfVfs());
    if (!preservation.isEmpty()) {
      ordered.replaceAll(
          f -> f.withPreservation(preservation.getOrDefault(f.address(), Preservation.NONE)));
    }
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

  private List<PciFunction> inOrder(List<PciFunction> placed) {
    List<PciFunction> ordered = new ArrayList<>(placed.size());
    boolean[] taken = new boolean[placed.size()];
    for (PciAddress address : scanOrder) {
      int index = indexOf(address);
      if (index >= 0 && !taken[index]) {
        taken[index] = true;
        ordered.add(placed.get(index));
      }
    }
    // Where the order is unknown: a bus at a time, VFs last, for they come into being last.
    List<PciFunction> rest = new ArrayList<>();
    for (int i = 0; i < taken.length; i++) {
      if (!taken[i]) {
        rest.add(placed.get(i));
      }
    }
    rest.sort(
        Comparator.comparing(PciFunction::isVirtualFunction).thenComparing(PciFunction::address));
    ordered.addAll(rest);
    return ordered;
  }

  private List<PciFunction> withPlacesOfVfs() {
    Map<PciAddress, List<PciAddress>> vfsOfPf = new HashMap<>();
    for (PciFunction function : functions) {
      PciAddress pf = function.kernel().sriov().physicalFunction();
      if (pf != null) {
        vfsOfPf.computeIfAbsent(pf, unused -> new ArrayList<>()).add(function.address());
      }
    }
    if (vfsOfPf.isEmpty()) {
      return functions;
    }
    vfsOfPf.values().forEach(vfs -> vfs.sort(null));
    List<PciFunction> placed = new ArrayList<>(functions.size());
    for (PciFunction function : functions) {
      PciAddress pfAddress = function.kernel().sriov().physicalFunction();
      int pf = pfAddress == null ? -1 : indexOf(pfAddress);
      placed.add(pf < 0 ? function : asVf(function, functions.get(pf), vfsOfPf.get(pfAddress)));
    }
    return placed;
  }

  private static PciFunction asVf(PciFunction vf, PciFunction pf, List<PciAddress> siblings) {
    OptionalInt index =
        SriovCapability.vfIndex(
            pf.address().requesterId(),
            pf.config().features().firstVfOffset(),
            pf.config().features().vfStride(),
            vf.address().requesterId());
    boolean computed = pf.config().features().firstVfOffset() != 0 && index.isPresent();
    // Without the PF's registers, count: VFs have ascending addresses.
    int number = computed ? index.getAsInt() : siblings.indexOf(vf.address());
    return new PciFunction(
        vf.address(), pf.path().virtualFunction(number), vf.ids(), vf.config(), vf.kernel());
  }
}
