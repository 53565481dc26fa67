package io.acswatch.standalone;

import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A host as {@code /sys} and {@code /proc} show it, in a directory: as much as is read of them. */
final class HostDirectory {
  private HostDirectory() {}

  /** Makes the directory; the host is named after it. */
  static Path of(Capture capture, Path directory) throws IOException {
    Path root = Files.createDirectories(directory);
    Boot boot = capture.boot();
    write(root, "proc/sys/kernel/random/boot_id", boot.id());
    write(root, "proc/sys/kernel/osrelease", boot.kernelRelease());
    write(root, "proc/sys/kernel/version", boot.kernelVersion());
    write(root, "proc/sys/kernel/hostname", directory.getFileName().toString());
    write(root, "proc/cmdline", boot.commandLine());
    write(root, "proc/uptime", "12.34 20.00");
    write(root, "sys/kernel/kexec_loaded", "0");
    Path devices = Files.createDirectories(root.resolve("sys/bus/pci/devices"));
    for (CapturedFunction function : capture.functions()) {
      String real = function.sysfsPath().substring(1);
      write(root, real + "/vendor", "0x%04x".formatted(function.ids().vendor()));
      write(root, real + "/device", "0x%04x".formatted(function.ids().device()));
      write(root, real + "/class", "0x%06x".formatted(function.ids().classCode()));
      Files.write(root.resolve(real + "/config"), function.config().toByteArray());
      String address = function.address().toString();
      link(devices.resolve(address), root.resolve(real));
      Path group = root.resolve("sys/kernel/iommu_groups/" + function.kernel().group());
      write(root, root.relativize(group) + "/type", function.kernel().groupType());
      link(group.resolve("devices").resolve(address), root.resolve(real));
      link(root.resolve(real + "/iommu_group"), group);
    }
    return root;
  }

  private static void write(Path root, String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
  }

  /** Relative, as the kernel's are. */
  private static void link(Path link, Path target) throws IOException {
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, link.getParent().relativize(target));
  }
}
