package io.acswatch.collector.source.ownership;

import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.command.FixtureHost;
import io.acswatch.collector.source.HostTree;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A host with VMs: the one of {@code switch-before.cap}, to which tests add processes, VFIO nodes
 * and files of libvirt. It booted at {@link #BOOT}.
 */
final class FixtureOwners {
  static final Instant BOOT = Instant.parse("2026-11-24T08:00:00Z");
  static final Instant NOW = BOOT.plusSeconds(3600);

  private final FixtureHost host;

  FixtureOwners(Path root) throws IOException {
    host = FixtureHost.of(TestCaptures.read("switch-before.cap"), root);
    host.write("/proc/stat", "cpu 1 2 3\nbtime " + BOOT.getEpochSecond() + "\n");
    process(1, 0, 0, "/sbin/init");
  }

  FixtureHost host() {
    return host;
  }

  /** Binds functions to a VFIO driver. */
  FixtureOwners vfio(String driver, String... addresses) throws IOException {
    for (String address : addresses) {
      host.link(
          "/sys/bus/pci/drivers/" + driver + "/" + address,
          host.realDirectory(PciAddress.parse(address)));
    }
    return this;
  }

  /** A process that was started so many seconds after the boot. */
  FixtureOwners process(int pid, int parent, int second, String... arguments) throws IOException {
    host.write(
        "/proc/" + pid + "/stat",
        "%d (a ) name) S %d 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 %d 0%n"
            .formatted(pid, parent, second * 100));
    host.write("/proc/" + pid + "/cmdline", String.join("\0", arguments) + "\0");
    return this;
  }

  /** An open descriptor of a process. */
  FixtureOwners descriptor(int pid, int number, String target) throws IOException {
    Path link = host.path("/proc/" + pid + "/fd/" + number);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, Path.of(target));
    return this;
  }

  /** A file that was last written at {@link #BOOT}. */
  Path file(String path, String text) throws IOException {
    host.write(path, text);
    return Files.setLastModifiedTime(host.path(path), FileTime.from(BOOT));
  }

  /** Group that the kernel put a function into. */
  int groupOf(String address) throws IOException {
    return TestCaptures.read("switch-before.cap").functions().stream()
        .filter(f -> f.address().toString().equals(address))
        .map(CapturedFunction::kernel)
        .findFirst()
        .orElseThrow()
        .group();
  }

  OwnershipReader reader() throws IOException {
    return reader(null);
  }

  OwnershipReader reader(@Nullable Path ownersFile) throws IOException {
    return new OwnershipReader(
        new HostTree(host.root()), ownersFile, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  /** Claims, one per line: {@code address vm | witness | since}. */
  static String lines(Ownership ownership) {
    return lines(ownership.claims());
  }

  private static String lines(List<Claim> claims) {
    return claims.stream()
        .map(c -> c.address() + " " + c.vm() + " | " + c.witness() + " | " + c.since())
        .collect(Collectors.joining("\n"));
  }
}
