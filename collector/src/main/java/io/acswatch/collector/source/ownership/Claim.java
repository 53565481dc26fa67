package io.acswatch.collector.source.ownership;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.OwnershipClaim;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Somebody's word that a VM owns a function, and since when it has been standing.
 *
 * @param witness the witness itself, for example {@code libvirt} or {@code drop-in nova.owners}
 * @param since start of the process or time of the file; where that is unknown, when it was first
 *     seen
 */
public record Claim(
    PciAddress address, String vm, ClaimSource source, String witness, Instant since) {
  /** Cuts {@code since} to seconds: no witness knows it better. */
  public Claim {
    since = since.truncatedTo(ChronoUnit.SECONDS);
  }

  boolean saysTheSameAs(Claim other) {
    return address.equals(other.address)
        && vm.equals(other.vm)
        && source == other.source
        && witness.equals(other.witness);
  }

  /** The claim as captures and frames carry it: {@code libvirt since 2026-11-24T08:00:00Z}. */
  public OwnershipClaim toOwnershipClaim() {
    return new OwnershipClaim(address, vm, witness + " since " + since);
  }
}
