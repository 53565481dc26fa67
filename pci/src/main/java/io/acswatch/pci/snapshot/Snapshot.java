package io.acswatch.pci.snapshot;

import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.GroupingModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All functions of one host at one moment, decoded and complete.
 *
 * @param takenAtMillis wall clock, milliseconds since 1970, 0 if unknown
 * @param sequence rises within the boot; 0 if unknown
 * @param orderKnown {@code functions} are in the kernel's own order; else in order of address
 * @param functions in the order the kernel grouped them, as far as known
 * @param owners claims of VMs on functions
 * @param groupedInOrder functions as the kernel log says they were grouped, where that is another
 *     order than that of {@code functions}; empty if it is not, or the log does not say it
 */
public record Snapshot(
    String host,
    Boot boot,
    BootClass bootClass,
    long takenAtMillis,
    long sequence,
    boolean kexecLoaded,
    boolean orderKnown,
    List<PciFunction> functions,
    List<OwnershipClaim> owners,
    List<PciAddress> groupedInOrder) {
  public Snapshot {
    functions = List.copyOf(functions);
    owners = List.copyOf(owners);
    groupedInOrder = List.copyOf(groupedInOrder);
  }

  public static Snapshot of(Capture capture) {
    Boot boot = capture.boot().withNotes(capture.notes());
    FunctionDecoder decoder = new FunctionDecoder();
    SnapshotBuilder builder = new SnapshotBuilder(capture.functions().size());
    for (CapturedFunction function : capture.functions()) {
      builder.add(
          function.address(),
          function.sysfsPath(),
          function.ids(),
          decoder.decode(
              function.config(), function.readStatus(), function.ids(), function.kernel()),
          function.kernel().withRemovable(function.removable()));
    }
    return builder
        .scanOrder(capture.scanOrder())
        .owners(capture.owners())
        .kernelLog(capture.notes())
        .build(
            capture.host(),
            boot,
            BootClass.of(boot, capture.notes()),
            capture.takenAtMillis(),
            capture.sequence(),
            capture.kexecLoaded());
  }

  /** The same snapshot to be judged by another model than its kernel's. */
  public Snapshot judgedBy(GroupingModel model) {
    return copy(boot.withModel(model.label()), takenAtMillis, sequence, functions);
  }

  public Snapshot at(long otherMillis, long otherSequence) {
    return otherMillis == takenAtMillis && otherSequence == sequence
        ? this
        : copy(boot, otherMillis, otherSequence, functions);
  }

  public Snapshot withFunctions(List<PciFunction> others) {
    return copy(boot, takenAtMillis, sequence, others);
  }

  private Snapshot copy(Boot boot, long takenAtMillis, long sequence, List<PciFunction> functions) {
    return new Snapshot(
        host,
        boot,
        bootClass,
        takenAtMillis,
        sequence,
        kexecLoaded,
        orderKnown,
        functions,
        owners,
        groupedInOrder);
  }

  /** True if nothing differs but when they were taken. */
  public boolean hasFactsOf(Snapshot other) {
    return equals(other.at(takenAtMillis, sequence));
  }

  /** The VM that owns each function, by the first claim on it; no entry where nobody claims one. */
  public Map<PciAddress, String> ownerOfEach() {
    Map<PciAddress, String> owner = new HashMap<>();
    owners.forEach(claim -> owner.putIfAbsent(claim.address(), claim.vm()));
    return owner;
  }

  public boolean hasReportedGroups() {
    for (PciFunction function : functions) {
      if (function.kernel().hasGroup()) {
        return true;
      }
    }
    return false;
  }
}
