package io.acswatch.collector.source.ownership;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.OwnershipClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All claims at one moment.
 *
 * @param claims by address; those on one function in the order of {@link ClaimSource}, so that the
 *     first one counts
 * @param unattributed processes that hold VFIO descriptors which name no device, in words
 */
public record Ownership(List<Claim> claims, List<String> unattributed) {
  public Ownership {
    claims = List.copyOf(claims);
    unattributed = List.copyOf(unattributed);
  }

  /** Two or more claims of different VMs on one function; all travel with the snapshot. */
  public record Conflict(PciAddress address, List<Claim> claims) {
    public String described() {
      return address
          + " is claimed by "
          + claims.stream()
              .map(claim -> claim.vm() + " (" + claim.witness() + " since " + claim.since() + ")")
              .collect(Collectors.joining(" and "));
    }
  }

  /** Functions that more than one VM claims, in order of address. */
  public List<Conflict> conflicts() {
    Map<PciAddress, List<Claim>> byAddress = new TreeMap<>();
    for (Claim claim : claims) {
      byAddress.computeIfAbsent(claim.address(), unused -> new ArrayList<>()).add(claim);
    }
    List<Conflict> conflicts = new ArrayList<>();
    byAddress.forEach(
        (address, onOne) -> {
          if (onOne.stream().map(Claim::vm).distinct().count() > 1) {
            conflicts.add(new Conflict(address, List.copyOf(onOne)));
          }
        });
    return conflicts;
  }

  public List<OwnershipClaim> toOwnershipClaims() {
    return claims.stream().map(Claim::toOwnershipClaim).toList();
  }
}
