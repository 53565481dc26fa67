package io.acswatch.pci.snapshot;

import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link CaptureDelta}, decoded: leads from the last snapshot of a boot to the next one. Pure, so
 * that the topology and a replay cannot disagree.
 *
 * @param host id of the host
 * @param boot the running kernel
 * @param takenAtMillis wall clock, milliseconds since 1970, 0 if unknown
 * @param sequence number of the snapshot that it gives
 * @param baseSequence number of the snapshot it builds on: the last that was sent before it, also
 *     if that one was a mere repetition
 * @param kexecLoaded a kexec image is loaded
 * @param changed functions that are new or differ, at the places their own paths tell
 * @param removed functions that are no more
 * @param scanOrder the kernel's own device order, null if it is that of the base
 * @param owners all claims of VMs, null if they are those of the base
 * @param notes what the collector noted and the kernel log says, null if that is as in the base
 */
public record SnapshotDelta(
    String host,
    Boot boot,
    long takenAtMillis,
    long sequence,
    long baseSequence,
    boolean kexecLoaded,
    List<PciFunction> changed,
    List<PciAddress> removed,
    @Nullable List<PciAddress> scanOrder,
    @Nullable List<OwnershipClaim> owners,
    @Nullable List<String> notes) {
  /** Copies the lists. */
  public SnapshotDelta {
    changed = List.copyOf(changed);
    removed = List.copyOf(removed);
    scanOrder = scanOrder == null ? null : List.copyOf(scanOrder);
    owners = owners == null ? null : List.copyOf(owners);
    notes = notes == null ? null : List.copyOf(notes);
  }

  /** Decodes a delta. */
  public static SnapshotDelta of(CaptureDelta delta) {
    FunctionDecoder decoder = new FunctionDecoder();
    List<PciFunction> changed = new ArrayList<>();
    for (CapturedFunction function : delta.changed().functions()) {
      changed.add(
          SnapshotBuilder.unplaced(
              function.address(),
              function.sysfsPath(),
              function.ids(),
              decoder.decode(
                  function.config(), function.readStatus(), function.ids(), function.kernel()),
              function.kernel().withRemovable(function.removable())));
    }
    return new SnapshotDelta(
        delta.changed().host(),
        delta.changed().boot(),
        delta.changed().takenAtMillis(),
        delta.changed().sequence(),
        delta.baseSequence(),
        delta.changed().kexecLoaded(),
        changed,
        delta.removed(),
        delta.hasScanOrder() ? delta.changed().scanOrder() : null,
        delta.hasOwners() ? delta.changed().owners() : null,
        delta.hasNotes() ? delta.changed().notes() : null);
  }

  /** True if it is of the same boot of the same host as {@code base}. */
  public boolean isOfBootOf(Snapshot base) {
    return host.equals(base.host()) && boot.id().equals(base.boot().id());
  }

  /** True if it leads on from {@code base}. False of the same boot means a gap, or a repetition. */
  public boolean follows(Snapshot base) {
    return isOfBootOf(base) && baseSequence == base.sequence();
  }

  /**
   * The snapshot that {@code base} became.
   *
   * <p>Asks only that both are of one boot of one host, not that the numbers fit: whether {@code
   * base} stands for the snapshot of number {@link #baseSequence} the caller knows better, since
   * repetitions of a snapshot need not be kept.
   *
   * @throws IllegalArgumentException if they are not of one boot of one host
   */
  public Snapshot applyTo(Snapshot base) {
    if (!isOfBootOf(base)) {
      throw new IllegalArgumentException(
          "host=%s boot=%s, expected %s and %s"
              .formatted(host, boot.id(), base.host(), base.boot().id()));
    }
    // In the base's order, in which its functions were found; what is new comes after them.
    Map<PciAddress, PciFunction> functions = new LinkedHashMap<>();
    base.functions().forEach(function -> functions.put(function.address(), function));
    Map<PciAddress, Preservation> logged = new HashMap<>();
    functions.forEach((address, function) -> logged.put(address, function.kernel().preservation()));
    removed.forEach(functions::remove);
    changed.forEach(function -> functions.put(function.address(), function));
    // What the log says comes with all notes or is as it was; a function by itself has no log.
    functions.replaceAll(
        (address, function) ->
            function.withPreservation(
                notes == null
                    ? logged.getOrDefault(address, Preservation.NONE)
                    : Preservation.NONE));
    SnapshotBuilder builder = new SnapshotBuilder(functions.size());
    builder.kernelLog(notes == null ? List.of() : notes);
    functions.values().forEach(builder::add);
    return builder
        .scanOrder(orderOf(base, functions))
        .owners(owners == null ? base.owners() : owners)
        .build(
            host,
            // A note names the IOMMUs; without notes they are as in the base.
            notes == null ? boot.withIommus(base.boot().iommus()) : boot.withIommusOf(notes),
            notes == null ? base.bootClass() : BootClass.of(boot, notes),
            takenAtMillis,
            sequence,
            kexecLoaded);
  }

  private List<PciAddress> orderOf(Snapshot base, Map<PciAddress, PciFunction> functions) {
    if (scanOrder != null) {
      return scanOrder;
    }
    return base.orderKnown() ? List.copyOf(functions.keySet()) : List.of();
  }
}
