package io.acswatch.simulate;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.simulate.Part.Kind;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/**
 * One host of any size before and after a live update in which the root port above most VMs lost
 * request redirect.
 *
 * @param before every function isolated
 * @param after all below {@code port} in one group
 * @param port the root port at fault
 * @param vms the VMs that came to share a group
 */
record BigHost(Capture before, Capture after, String port, Set<String> vms) {
  private static final String RELEASE = "7.4.1-amd64";
  private static final String HOST = "big-host";
  private static final int REQUEST_REDIRECT = 0x04;
  private static final int FUNCTIONS_OF_VM = 20;
  private static final long BEFORE_MILLIS = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
  private static final long KEXEC_MILLIS = 9_000;

  static BigHost of(int functions, long seed) {
    int vms = Math.max(2, Math.min(200, functions / FUNCTIONS_OF_VM));
    SimHost host = new SimHost(HOST, functions, vms, RELEASE, Chance.of(seed, functions));
    Capture before = host.snapshot(BEFORE_MILLIS);
    SimFunction port = portAboveMostVms(host);
    port.setControl(port.control() & ~REQUEST_REDIRECT);
    host.kexec(RELEASE, "intel_iommu=on", true);
    host.regroup();
    Capture after = host.snapshot(BEFORE_MILLIS + KEXEC_MILLIS);
    return new BigHost(before, after, port.address.toString(), vmsBelow(host, port));
  }

  /** The root port above functions of the most VMs. */
  static SimFunction portAboveMostVms(SimHost host) {
    SimFunction chosen = null;
    for (SimFunction function : host.functions) {
      boolean rootPort = function.part.kind == Kind.ROOT_PORT;
      if (rootPort
          && (chosen == null || vmsBelow(host, function).size() > vmsBelow(host, chosen).size())) {
        chosen = function;
      }
    }
    if (chosen == null) {
      throw new IllegalStateException("a host without root port");
    }
    return chosen;
  }

  private static Set<String> vmsBelow(SimHost host, SimFunction port) {
    Set<String> vms = new TreeSet<>();
    for (SimFunction function : host.functions) {
      if (!function.vm.isEmpty() && GroundTruth.way(function).contains(port)) {
        vms.add(function.vm);
      }
    }
    return vms;
  }
}
