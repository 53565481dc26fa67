package io.acswatch.collector.source.ownership;

import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;

/**
 * Takes the devices on the command lines of VMMs. A device that is not bound to a VFIO driver is
 * left out: it was unplugged since, or the process only looks like a VMM.
 */
final class CommandLineSource implements OwnershipSource {
  @Override
  public SourceClaims read(SharedReading shared) throws IOException {
    SourceClaims found = new SourceClaims();
    for (HostProcess process : shared.candidates()) {
      Vmm vmm = Vmm.of(process);
      if (vmm == null) {
        continue;
      }
      for (PciAddress address : vmm.devices()) {
        if (shared.isBound(address)) {
          found.claims.add(
              new Claim(
                  address,
                  shared.vmOf(process),
                  ClaimSource.COMMAND_LINE,
                  vmm.program() + " command line",
                  process.since()));
        }
      }
    }
    return found;
  }
}
