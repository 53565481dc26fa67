package io.acswatch.collector.source;

import io.acswatch.pci.iommu.Boot;
import java.io.IOException;

/** Reads which kernel runs and how it was started, from {@code /proc}. */
final class BootSource {
  private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";
  private static final String RELEASE = "/proc/sys/kernel/osrelease";

  private final HostTree tree;

  BootSource(HostTree tree) {
    this.tree = tree;
  }

  /** The boot id. Throws IOException if there is none: no snapshot makes sense without. */
  String bootId(Texts texts) throws IOException {
    return required(texts, BOOT_ID);
  }

  /** Reads the boot; throws IOException if boot id or kernel release are not there. */
  Boot read() throws IOException {
    return new Boot(
        bootId(tree),
        required(tree, RELEASE),
        tree.textOr("/proc/sys/kernel/version", ""),
        tree.textOr("/proc/cmdline", ""),
        loader("/proc/sys/kernel/bootloader_type"),
        loader("/proc/sys/kernel/bootloader_version"));
  }

  /** Milliseconds since the boot, at least 1; rises with every call that is 1 ms later. */
  long uptimeMillis() {
    String uptime = tree.textOr("/proc/uptime", "");
    try {
      return Math.max(1, Math.round(Double.parseDouble(uptime.split(" ")[0]) * 1000));
    } catch (NumberFormatException unknown) {
      return 1;
    }
  }

  /** The name the kernel has for the host; empty if unknown. */
  String hostName() {
    return tree.textOr("/proc/sys/kernel/hostname", "");
  }

  private String required(Texts texts, String path) throws IOException {
    String text = texts.text(path);
    if (text == null) {
      throw tree.missing(path);
    }
    return text;
  }

  private int loader(String path) {
    try {
      return Integer.parseInt(tree.textOr(path, ""));
    } catch (NumberFormatException absent) {
      return Boot.UNKNOWN_LOADER; // no such file on Arm
    }
  }
}
