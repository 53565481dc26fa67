package io.acswatch.benchmarks.cost;

import io.acswatch.pci.capture.Boot;
import io.acswatch.pci.capture.Capture;
import io.acswatch.pci.capture.CapturedFunction;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a capture as the files of {@code /sys} and {@code /proc} that the agent reads, below a
 * directory. Links are absolute, as seen from there: the agent follows them inside its root.
 */
final class HostFiles {
  private static final String BUS = "/sys/bus/pci/devices/";
  private static final String GROUPS = "/sys/kernel/iommu_groups/";

  private final Path root;
  private final Map<String, String> texts = new TreeMap<>();
  private final Map<String, String> links = new TreeMap<>();

  private HostFiles(Path root) {
    this.root = root;
  }

  /** Writes all of them. */
  static void write(Capture capture, Path root) throws IOException {
    HostFiles files = new HostFiles(root);
    files.boot(capture);
    for (CapturedFunction function : capture.functions()) {
      files.function(function);
      Path config = files.make(function.sysfsPath() + "/config");
      Files.write(config, function.config().toByteArray());
    }
    for (Map.Entry<String, String> text : files.texts.entrySet()) {
      Files.write(
          files.make(text.getKey()), (text.getValue() + '\n').getBytes(StandardCharsets.UTF_8));
    }
    for (Map.Entry<String, String> link : files.links.entrySet()) {
      Files.createSymbolicLink(files.make(link.getKey()), Path.of(link.getValue()));
    }
  }

  private Path make(String path) throws IOException {
    Path file = root.resolve(path.substring(1));
    Files.createDirectories(file.getParent());
    return file;
  }

  private void boot(Capture capture) {
    Boot boot = capture.boot();
    texts.put("/proc/cmdline", boot.commandLine());
    texts.put("/proc/uptime", "4711.00 9000.00");
    Map<String, String> kernel =
        Map.of(
            "random/boot_id", boot.id(),
            "osrelease", boot.kernelRelease(),
            "version", boot.kernelVersion(),
            "hostname", capture.host(),
            "bootloader_type", Integer.toString(boot.bootloaderType()),
            "bootloader_version", Integer.toString(boot.bootloaderVersion()));
    kernel.forEach((name, text) -> texts.put("/proc/sys/kernel/" + name, text));
    texts.put("/sys/kernel/kexec_loaded", "0");
    texts.put("/sys/kernel/uevent_seqnum", "7000");
    Map<Object, PciIds> ids = new HashMap<>();
    capture.functions().forEach(function -> ids.put(function.address(), function.ids()));
    StringBuilder order = new StringBuilder();
    capture
        .scanOrder()
        .forEach(
            address -> {
              PciIds of = ids.get(address);
              order.append(
                  "%04x\t%04x%04x\t0%n".formatted(address.requesterId(), of.vendor(), of.device()));
            });
    texts.put("/proc/bus/pci/devices", order.toString().strip());
  }

  private void function(CapturedFunction function) {
    String directory = function.sysfsPath();
    KernelView kernel = function.kernel();
    PciIds ids = function.ids();
    texts.put(directory + "/vendor", "0x%04x".formatted(ids.vendor()));
    texts.put(directory + "/device", "0x%04x".formatted(ids.device()));
    texts.put(directory + "/class", "0x%06x".formatted(ids.classCode()));
    texts.put(directory + "/power_state", "D0");
    texts.put(directory + "/power/runtime_status", "active");
    texts.put(directory + "/ari_enabled", kernel.ariEnabled() ? "1" : "0");
    if (kernel.totalVfs() > 0) {
      texts.put(directory + "/sriov_numvfs", Integer.toString(kernel.enabledVfs()));
      texts.put(directory + "/sriov_totalvfs", Integer.toString(kernel.totalVfs()));
    }
    links.put(BUS + function.address(), directory);
    if (!kernel.driver().isEmpty()) {
      links.put(directory + "/driver", "/sys/bus/pci/drivers/" + kernel.driver());
    }
    if (kernel.physicalFunction() != null) {
      links.put(directory + "/physfn", BUS + kernel.physicalFunction());
    }
    String group = GROUPS + kernel.group();
    texts.put(group + "/type", kernel.groupType());
    links.put(group + "/devices/" + function.address(), directory);
    links.put(directory + "/iommu_group", group);
  }
}
