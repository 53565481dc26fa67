package io.acswatch.simulate;

import io.acswatch.pci.snapshot.Capture;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A host of the simulated fleet for whoever wants load and no stories: things are done to it one by
 * one, and its snapshot is taken when asked for. The same seed, number and size give the same host.
 */
public final class LoadHost {
  private static final String RELEASE = "7.4.1-amd64";
  private static final String OPTIONS = "intel_iommu=on";
  private static final int REQUEST_REDIRECT = 0x04;
  private static final int FUNCTIONS_OF_VM = 16;

  private final SimHost host;
  private final SimFunction drive;
  private final SimFunction port;
  private final String owner;

  private LoadHost(SimHost host) {
    this.host = host;
    drive = last(Part.NVME);
    port = portAboveMostVms(host);
    owner = drive.vm.isEmpty() ? "vm-load" : drive.vm;
    drive.vm = owner;
  }

  /** The host of this number; IllegalArgumentException if no host has so many functions. */
  public static LoadHost of(long seed, int number, int functions) {
    return new LoadHost(
        new SimHost(
            "load-%d-%06d".formatted(seed, number),
            functions,
            Math.max(2, functions / FUNCTIONS_OF_VM),
            RELEASE,
            Chance.of(seed, number)));
  }

  private SimFunction last(Part part) {
    return host.functions.stream()
        .filter(function -> function.part == part)
        .reduce((earlier, later) -> later)
        .orElseThrow(() -> new IllegalStateException("a host without " + part));
  }

  public String id() {
    return host.id;
  }

  public Capture snapshot(long takenAtMillis) {
    return host.snapshot(takenAtMillis);
  }

  /** Gives a drive to a VM, or takes it back: driver and owner change, and nothing is wrong. */
  public void giveAway(boolean given) {
    drive.vm = given ? owner : "";
  }

  /** The root port above most VMs loses request redirect while the kernel runs. */
  public void lose() {
    port.setControl(port.control() & ~REQUEST_REDIRECT);
  }

  public void heal() {
    port.heal();
  }

  /** Another kernel by live update; groups are formed as the ports are now. */
  public void liveUpdate() {
    host.kexec(RELEASE, OPTIONS, true);
    host.regroup();
  }

  String port() {
    return port.address.toString();
  }

  Set<String> vms() {
    return vmsBelow(host, port);
  }

  private static SimFunction portAboveMostVms(SimHost host) {
    return host.functions.stream()
        .filter(function -> function.part.kind == Part.Kind.ROOT_PORT)
        .reduce((a, b) -> vmsBelow(host, b).size() > vmsBelow(host, a).size() ? b : a)
        .orElseThrow(() -> new IllegalStateException("a host without root port"));
  }

  private static Set<String> vmsBelow(SimHost host, SimFunction port) {
    return host.functions.stream()
        .filter(function -> !function.vm.isEmpty() && GroundTruth.isBelow(function, port))
        .map(function -> function.vm)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
