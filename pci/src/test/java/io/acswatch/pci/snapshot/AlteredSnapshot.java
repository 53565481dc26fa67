package io.acswatch.pci.snapshot;

import io.acswatch.pci.hierarchy.PciAddress;
import java.util.ArrayList;
import java.util.List;

/** Snapshots with what {@code TestHost} gives no names to: times, an image loaded, more claims. */
public final class AlteredSnapshot {
  private AlteredSnapshot() {}

  /** The same snapshot, taken at this moment. */
  public static Snapshot at(Snapshot snapshot, long takenAtMillis) {
    return of(snapshot, takenAtMillis, snapshot.kexecLoaded(), snapshot.owners());
  }

  /** The same snapshot with a kexec image loaded. */
  public static Snapshot loaded(Snapshot snapshot) {
    return of(snapshot, snapshot.takenAtMillis(), true, snapshot.owners());
  }

  /** The same snapshot with one claim more. */
  public static Snapshot claimed(Snapshot snapshot, String bdf, String vm) {
    List<OwnershipClaim> owners = new ArrayList<>(snapshot.owners());
    owners.add(new OwnershipClaim(PciAddress.parse(bdf), vm, "test"));
    return of(snapshot, snapshot.takenAtMillis(), snapshot.kexecLoaded(), owners);
  }

  private static Snapshot of(
      Snapshot snapshot, long takenAtMillis, boolean kexecLoaded, List<OwnershipClaim> owners) {
    return new Snapshot(
        snapshot.host(),
        snapshot.boot(),
        snapshot.bootClass(),
        takenAtMillis,
        snapshot.sequence(),
        kexecLoaded,
        snapshot.orderKnown(),
        snapshot.functions(),
        owners,
        List.of());
  }
}
