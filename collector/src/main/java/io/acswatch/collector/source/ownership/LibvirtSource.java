package io.acswatch.collector.source.ownership;

import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.time.Instant;
import java.util.List;

/**
 * Takes the devices of libvirt's running domains from the status files that its daemons keep. They
 * hold the live definition, with what was plugged in since the start and the VFs that a network
 * pool gave. libvirt itself is not asked: that would take its socket, and it may hang.
 */
final class LibvirtSource implements OwnershipSource {
  static final List<String> DIRECTORIES = List.of("/run/libvirt/qemu", "/run/libvirt/ch");
  private static final int MAX_BYTES = 8 << 20;

  @Override
  public SourceClaims read(SharedReading shared) throws IOException {
    SourceClaims found = new SourceClaims();
    for (String directory : DIRECTORIES) {
      for (String file : found.files(shared.tree(), directory, name -> name.endsWith(".xml"))) {
        readOne(shared, file, found);
      }
    }
    return found;
  }

  private static void readOne(SharedReading shared, String file, SourceClaims found) {
    try {
      byte[] text = shared.tree().head(file, MAX_BYTES + 1);
      if (text == null) {
        return; // the domain has just ended
      }
      if (text.length > MAX_BYTES) {
        found.problems.add(file + ": longer than " + MAX_BYTES + " bytes");
        return;
      }
      LibvirtDomain domain = LibvirtDomain.parse(text);
      if (domain.pid() > 0 && !shared.mayRun(domain.pid())) {
        return; // left behind by a domain that ended without libvirt
      }
      Instant written = shared.tree().modified(file);
      for (PciAddress address : domain.devices()) {
        found.claims.add(claim(domain, address, written == null ? shared.now() : written));
      }
    } catch (AccessDeniedException denied) {
      found.problems.add(file + ": permission denied, takes root or CAP_DAC_READ_SEARCH");
    } catch (IOException damaged) {
      found.problems.add(file + ": " + damaged.getMessage());
    }
  }

  private static Claim claim(LibvirtDomain domain, PciAddress address, Instant since) {
    return new Claim(address, VmName.clean(domain.vm()), ClaimSource.LIBVIRT, "libvirt", since);
  }
}
