package io.acswatch.collector;

import io.acswatch.pci.capture.Boot;
import io.acswatch.pci.capture.Capture;
import io.acswatch.pci.capture.CapturedFunction;
import io.acswatch.pci.capture.OwnershipClaim;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A host that is not there: the {@code /sys} and {@code /proc} that a capture was taken from, built
 * anew below a directory. The agent runs on it as on a host; tests, measurements and people then
 * change single files of it.
 *
 * <pre>
 *   ROOT/sys/devices/pci0000:00/0000:00:03.0/config       ... and the other attributes
 *   ROOT/sys/bus/pci/devices/0000:00:03.0                 -> ../../../devices/pci0000:00/...
 *   ROOT/sys/kernel/iommu_groups/4/devices/0000:00:03.0   -> the same
 *   ROOT/proc/sys/kernel/random/boot_id                   ... and what else there is of the boot
 * </pre>
 */
public final class FixtureHost {
  private static final String DEVICES = "/sys/bus/pci/devices/";

  private final Path root;

  private FixtureHost(Path root) {
    this.root = root.normalize();
  }

  /** Builds the host of {@code capture} below {@code root}, an empty directory. */
  public static FixtureHost of(Capture capture, Path root) throws IOException {
    FixtureHost host = new FixtureHost(root);
    host.writeBoot(capture);
    Files.createDirectories(host.path("/sys/bus/pci/devices"));
    Files.createDirectories(host.path("/sys/kernel/iommu_groups"));
    Map<PciAddress, Integer> virtualFunctions = new HashMap<>();
    for (CapturedFunction function : capture.functions()) {
      host.writeFunction(function);
    }
    for (CapturedFunction function : capture.functions()) {
      PciAddress pf = function.kernel().physicalFunction();
      if (pf != null) {
        int index = virtualFunctions.merge(pf, 1, Integer::sum) - 1;
        host.link(DEVICES + pf + "/virtfn" + index, host.realDirectory(function.address()));
        host.link(DEVICES + function.address() + "/physfn", host.realDirectory(pf));
      }
    }
    return host;
  }

  private void writeBoot(Capture capture) throws IOException {
    Boot boot = capture.boot();
    write("/proc/sys/kernel/random/boot_id", boot.id() + "\n");
    write("/proc/sys/kernel/osrelease", boot.kernelRelease() + "\n");
    write("/proc/sys/kernel/version", boot.kernelVersion() + "\n");
    write("/proc/sys/kernel/hostname", "fixture\n");
    write("/proc/cmdline", boot.commandLine() + "\n");
    write("/proc/uptime", "12.34 20.00\n");
    if (boot.bootloaderType() != Boot.UNKNOWN_LOADER) {
      write("/proc/sys/kernel/bootloader_type", boot.bootloaderType() + "\n");
      write("/proc/sys/kernel/bootloader_version", boot.bootloaderVersion() + "\n");
    }
    write("/sys/kernel/kexec_loaded", capture.kexecLoaded() ? "1\n" : "0\n");
    write("/sys/kernel/uevent_seqnum", "1000\n");
    StringBuilder order = new StringBuilder();
    for (PciAddress address : capture.scanOrder()) {
      CapturedFunction function =
          capture.functions().stream()
              .filter(f -> f.address().equals(address))
              .findFirst()
              .orElseThrow();
      order.append(
          "%04x\t%04x%04x\t0\t               0%n"
              .formatted(address.requesterId(), function.ids().vendor(), function.ids().device()));
    }
    write("/proc/bus/pci/devices", order.toString());
  }

  private void writeFunction(CapturedFunction function) throws IOException {
    String directory =
        function.sysfsPath().isEmpty()
            ? "/sys/devices/pci%04x:00/%s"
                .formatted(function.address().domain(), function.address())
            : function.sysfsPath();
    Files.createDirectories(path(directory));
    Files.write(path(directory + "/config"), function.config().toByteArray());
    write(directory + "/vendor", "0x%04x%n".formatted(function.ids().vendor()));
    write(directory + "/device", "0x%04x%n".formatted(function.ids().device()));
    write(directory + "/class", "0x%06x%n".formatted(function.ids().classCode()));
    write(directory + "/power_state", "D0\n");
    write(directory + "/power/runtime_status", "active\n");
    KernelView kernel = function.kernel();
    write(directory + "/ari_enabled", kernel.ariEnabled() ? "1\n" : "0\n");
    if (kernel.totalVfs() > 0) {
      write(directory + "/sriov_numvfs", kernel.enabledVfs() + "\n");
      write(directory + "/sriov_totalvfs", kernel.totalVfs() + "\n");
    }
    if (!function.removable().isEmpty()) {
      write(directory + "/removable", function.removable() + "\n");
    }
    if (!kernel.driver().isEmpty()) {
      Files.createDirectories(path("/sys/bus/pci/drivers/" + kernel.driver()));
      link(directory + "/driver", "/sys/bus/pci/drivers/" + kernel.driver());
    }
    link(DEVICES + function.address(), directory);
    if (kernel.hasGroup()) {
      putInGroup(function.address(), kernel.group(), kernel.groupType());
    }
  }

  /** Writes who owns what, as an orchestrator would: a drop-in file. */
  public void writeOwners(List<OwnershipClaim> owners) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (OwnershipClaim claim : owners) {
      lines.append("owner\t%s\t%s\tcapture%n".formatted(claim.address(), claim.vm()));
    }
    write("/run/acswatch/owners.d/capture.owners", lines.toString());
  }

  /** Puts a function that is in no group into one. */
  public void putInGroup(PciAddress address, int group, String type) throws IOException {
    String directory = "/sys/kernel/iommu_groups/" + group;
    write(directory + "/type", type + "\n");
    link(directory + "/devices/" + address, realDirectory(address));
    link(realDirectory(address) + "/iommu_group", directory);
  }

  /** Directory of a function below {@code /sys/devices}. */
  public String realDirectory(PciAddress address) {
    try {
      Path real = path(DEVICES + address).toRealPath();
      return "/" + root.toRealPath().relativize(real);
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  /** The root of the host. */
  public Path root() {
    return root;
  }

  /** The file that stands for {@code path} of the host; links are not looked at. */
  public Path path(String path) {
    Path file = root.resolve(path.substring(1)).normalize();
    if (!file.startsWith(root)) {
      throw new IllegalArgumentException("path=" + path + ", expected one below the root");
    }
    return file;
  }

  /** Writes a file of the host, its directories too. */
  public void write(String path, String text) throws IOException {
    Files.createDirectories(path(path).getParent());
    Files.writeString(path(path), text);
  }

  /** Changes one byte of a function's configuration space. */
  public void poke(PciAddress address, int offset, int value) throws IOException {
    Path config = path(realDirectory(address) + "/config");
    byte[] bytes = Files.readAllBytes(config);
    bytes[offset] = (byte) value;
    Files.write(config, bytes);
  }

  /** Makes a link as the kernel does: relative to where it stands. */
  public void link(String path, String target) throws IOException {
    Path link = path(path);
    Files.createDirectories(link.getParent());
    if (Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(link);
    }
    Files.createSymbolicLink(link, link.getParent().toRealPath().relativize(realPath(target)));
  }

  private Path realPath(String target) throws IOException {
    Path path = path(target);
    return Files.exists(path) ? path.toRealPath() : path;
  }
}
