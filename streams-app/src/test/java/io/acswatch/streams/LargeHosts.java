package io.acswatch.streams;

import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.OwnershipClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Hosts made from recorded ones: larger, or with names that somebody chose to do harm. */
public final class LargeHosts {
  private static final int GROUPS_PER_DOMAIN = 1_000;
  private static final int WHERE_IT_MERGES = 7;

  private LargeHosts() {}

  /**
   * A host of many PCI domains, each with the functions of a recorded one. After the kexec, groups
   * merge in one of the domains.
   */
  public static Capture[] ofDomains(String host, int domains) {
    Capture before = Frames.capture("kexec-001-before", host, 1);
    Capture after = Frames.capture("kexec-001-after", host, 1);
    return new Capture[] {
      joined(before, before, before, domains), joined(after, before, after, domains)
    };
  }

  private static Capture joined(Capture frame, Capture most, Capture one, int domains) {
    List<CapturedFunction> functions = new ArrayList<>();
    List<OwnershipClaim> owners = new ArrayList<>();
    for (int domain = 0; domain < domains; domain++) {
      Capture source = domain == Math.min(WHERE_IT_MERGES, domains - 1) ? one : most;
      for (CapturedFunction function : source.functions()) {
        functions.add(inDomain(domain, function));
      }
      for (OwnershipClaim claim : most.owners()) {
        owners.add(
            new OwnershipClaim(
                inDomain(domain, claim.address()), claim.vm() + "-" + domain, claim.source()));
      }
    }
    return with(
        frame,
        functions.stream().map(CapturedFunction::address).toList(),
        functions,
        owners,
        frame.boot());
  }

  private static PciAddress inDomain(int domain, PciAddress address) {
    return new PciAddress(domain, address.requesterId());
  }

  private static CapturedFunction inDomain(int domain, CapturedFunction function) {
    String number = "%04x:".formatted(domain);
    KernelView kernel = function.kernel();
    return with(
        function,
        inDomain(domain, function.address()),
        function.sysfsPath().replace("/0000:", "/" + number).replace("pci0000:", "pci" + number),
        new KernelView(
            kernel.hasGroup() ? domain * GROUPS_PER_DOMAIN + kernel.group() : KernelView.NO_GROUP,
            kernel.groupType(),
            kernel.driver(),
            kernel.sriov(),
            kernel.ariEnabled(),
            false,
            Preservation.NONE));
  }

  /** The recorded host with every name in it changed. */
  public static Capture[] named(String host, UnaryOperator<String> name) {
    return new Capture[] {
      named(Frames.capture("kexec-001-before", host, 1), name),
      named(Frames.capture("kexec-001-after", host, 1), name)
    };
  }

  private static Capture named(Capture capture, UnaryOperator<String> name) {
    List<CapturedFunction> functions = new ArrayList<>();
    for (CapturedFunction function : capture.functions()) {
      KernelView kernel = function.kernel();
      functions.add(
          with(
              function,
              function.address(),
              function.sysfsPath(),
              new KernelView(
                  kernel.group(),
                  name.apply(kernel.groupType()),
                  name.apply(kernel.driver()),
                  kernel.sriov(),
                  kernel.ariEnabled(),
                  false,
                  Preservation.NONE)));
    }
    Boot boot = capture.boot();
    return with(
        capture,
        capture.scanOrder(),
        functions,
        capture.owners().stream()
            .map(claim -> new OwnershipClaim(claim.address(), name.apply(claim.vm()), "test"))
            .toList(),
        new Boot(
            boot.id(),
            name.apply(boot.kernelRelease()),
            name.apply(boot.kernelVersion()),
            name.apply(boot.commandLine()),
            boot.loader().type(),
            boot.loader().version()));
  }

  private static CapturedFunction with(
      CapturedFunction function, PciAddress address, String path, KernelView kernel) {
    return new CapturedFunction(
        address,
        path,
        function.config(),
        function.readStatus(),
        function.ids(),
        kernel,
        function.removable());
  }

  private static Capture with(
      Capture capture,
      List<PciAddress> order,
      List<CapturedFunction> functions,
      List<OwnershipClaim> owners,
      Boot boot) {
    return new Capture(
        capture.host(),
        capture.phase(),
        boot,
        capture.takenAtMillis(),
        capture.sequence(),
        capture.kexecLoaded(),
        order,
        functions,
        owners,
        capture.notes());
  }
}
