package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Evidence.Fact;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Platform;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.hierarchy.Joined;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Names the two machines that send under one host id, as far as their snapshots tell them apart.
 */
final class HostIdConflict {
  private static final int MOST_CLAIMS = 32;

  private HostIdConflict() {}

  static IsolationAlert between(Snapshot rival, Snapshot judged) {
    List<Fact> facts =
        List.of(
            new Fact("boot", rival.boot().id(), judged.boot().id()),
            new Fact("kernel", rival.boot().kernelRelease(), judged.boot().kernelRelease()),
            new Fact("machine", machine(rival), machine(judged)),
            new Fact("functions", functions(rival), functions(judged)),
            new Fact("claims", claims(rival), claims(judged)));
    Set<String> vms = new TreeSet<>();
    rival.owners().forEach(claim -> vms.add(claim.vm()));
    judged.owners().forEach(claim -> vms.add(claim.vm()));
    return new Comparison(rival, judged)
        .within(Boundary.RUNNING)
        .alert(
            AlertCode.HOST_ID_CONFLICT,
            Severity.HIGH,
            "",
            List.of(),
            vms,
            null,
            "Two machines send under this host id, with kernels %s and %s: only the second is judged"
                .formatted(rival.boot().kernelRelease(), judged.boot().kernelRelease()))
        .withFacts(facts);
  }

  /** Its platform, and what tells it apart from others of that platform, as far as known. */
  private static String machine(Snapshot snapshot) {
    return (Platform.of(snapshot) + " " + snapshot.boot().notes().machine()).strip();
  }

  private static String functions(Snapshot snapshot) {
    return Integer.toString(snapshot.functions().size());
  }

  private static String claims(Snapshot snapshot) {
    List<OwnershipClaim> claims = snapshot.owners();
    return claims.isEmpty()
        ? "none"
        : Joined.some(
            claims.stream().map(claim -> claim.address() + " " + claim.vm()).toList(), MOST_CLAIMS);
  }
}
