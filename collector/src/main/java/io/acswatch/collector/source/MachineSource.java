package io.acswatch.collector.source;

import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.ContentDigest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads what tells this machine apart from any other, and stays over a kexec: the UUID of SMBIOS,
 * or what the device tree has (the partition on Power, the virtual machine, the serial number of
 * the board, that of the system). The note has the name of the file and a digest of its text:
 * numbers of hardware are not for all who may read snapshots.
 *
 * <p>Root alone may read the UUID of SMBIOS. systemd hands it to a reader that is not root.
 *
 * <p>Source: linux {@code drivers/firmware/dmi-id.c} and {@code dmi_scan.c}, where {@code
 * dmi_save_uuid} keeps no UUID of zeros or ones and once wrote it in upper case.
 */
final class MachineSource {
  private static final String UUID = "product_uuid";
  private static final String DEVICE_TREE = "/proc/device-tree/";

  private static final String DIGESTED_AFTER = "io.acswatch.machine:";
  private static final int DIGEST_BYTES = 8;

  private final HostTree tree;
  private final List<String> files = new ArrayList<>();

  /** A source; {@code credentials} is the directory of those that systemd handed over, or null. */
  MachineSource(HostTree tree, @Nullable String credentials) {
    this.tree = tree;
    files.add("/sys/class/dmi/id/" + UUID);
    if (credentials != null) {
      files.add(credentials + "/" + UUID);
    }
    for (String property : List.of("ibm,partition-uuid", "vm,uuid", "serial-number", "system-id")) {
      files.add(DEVICE_TREE + property);
    }
  }

  /** The note that names the machine; empty if no file does. */
  String note() {
    for (String file : files) {
      String text = tree.textOr(file, "").replace("\0", "").strip().toLowerCase(Locale.ROOT);
      if (!text.matches("[0-]*|[f-]*")) {
        return Boot.MACHINE_NOTE + file.substring(file.lastIndexOf('/') + 1) + " " + digest(text);
      }
    }
    return "";
  }

  private static String digest(String text) {
    byte[] digested = (DIGESTED_AFTER + text).getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(ContentDigest.sha256().digest(digested), 0, DIGEST_BYTES);
  }
}
