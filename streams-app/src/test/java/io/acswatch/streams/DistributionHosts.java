package io.acswatch.streams;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.FrameWriter;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.CaptureReader;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Hosts of a made-up distribution, whose kernel 6.8 groups by other rules than its number says: two
 * root ports of one slot, a device below each.
 */
public final class DistributionHosts {
  public static final String RELEASE = "6.8.0-999-madeup";
  public static final String VERSION = "#999-Madeup SMP";

  /** All in one group, as if ACS had been off when groups were formed. */
  public static final String MERGED = "0 0 0 0";

  /** As no known rules group. */
  public static final String ODD = "0 1 1 0";

  private static final String APART = "0 1 2 3";

  private DistributionHosts() {}

  /** A frame of a host after a boot by firmware; groups are those of both ports, then devices. */
  public static byte[] frame(String host, String boot, String groups) {
    return FrameWriter.write(
        capture(RELEASE, VERSION, boot, groups, 0x1D).withHost(host, 1, 1_767_225_600_000L));
  }

  /** Another host, on a kernel whose rules are known, whose ports lost their controls. */
  public static Capture otherHost() {
    return capture("6.1.192", "", "old", APART, 0);
  }

  /** The same as text. */
  public static String otherHostText() {
    return text("6.1.192", "", "old", APART, 0);
  }

  private static Capture capture(
      String release, String version, String boot, String groups, int control) {
    byte[] bytes = text(release, version, boot, groups, control).getBytes(StandardCharsets.UTF_8);
    try {
      return CaptureReader.read("made up", new ByteArrayInputStream(bytes));
    } catch (InputException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  private static String text(
      String release, String version, String boot, String groups, int control) {
    String[] of = groups.split(" ");
    StringBuilder text = new StringBuilder("# pci-capture 1\n");
    text.append("kernel_release\t").append(release).append('\n');
    text.append("kernel_version\t").append(version).append('\n');
    text.append("cmdline\tintel_iommu=on\nboot_id\t").append(boot).append('\n');
    text.append("bootloader_type\t176\nbootloader_version\t0\nkexec_loaded\t0\n");
    text.append("scan_order\t00:01.0 00:01.1 01:00.0 02:00.0\n");
    port(text, 0, of[0], control);
    port(text, 1, of[1], control);
    device(text, 1, of[2]);
    device(text, 2, of[3]);
    text.append("owner\t0000:01:00.0\tvm-a\tmade up\n");
    text.append("owner\t0000:02:00.0\tvm-b\tmade up\n");
    return text.toString();
  }

  private static void port(StringBuilder text, int function, String group, int control) {
    byte[] config = new byte[0x110];
    header(config, 0x8086, 0x3420, 0x0604, 0x81);
    config[0x19] = (byte) (function + 1);
    config[0x1A] = (byte) (function + 1);
    config[0x42] = 0x42;
    config[0x100] = 0x0D;
    config[0x102] = 0x01;
    config[0x104] = 0x5F;
    config[0x106] = (byte) control;
    dev(text, "0000:00:01." + function, group, config, "", "0x8086\t0x3420\t0x060400", "pcieport");
  }

  private static void device(StringBuilder text, int bus, String group) {
    byte[] config = new byte[0x110];
    header(config, 0x8086, 0x10D3, 0x0200, 0);
    config[0x42] = 0x02;
    String port = "/0000:00:01." + (bus - 1);
    dev(
        text,
        "0000:0" + bus + ":00.0",
        group,
        config,
        port,
        "0x8086\t0x10d3\t0x020000",
        "vfio-pci");
  }

  private static void header(byte[] config, int vendor, int device, int classCode, int type) {
    config[0] = (byte) vendor;
    config[1] = (byte) (vendor >> 8);
    config[2] = (byte) device;
    config[3] = (byte) (device >> 8);
    config[6] = 0x10;
    config[0xA] = (byte) classCode;
    config[0xB] = (byte) (classCode >> 8);
    config[0xE] = (byte) type;
    config[0x34] = 0x40;
    config[0x40] = 0x10;
  }

  private static void dev(
      StringBuilder text,
      String address,
      String group,
      byte[] config,
      String above,
      String ids,
      String driver) {
    StringBuilder hex = new StringBuilder();
    for (byte one : config) {
      hex.append("%02x".formatted(one));
    }
    String digits = hex.toString().replaceAll("(00)+$", "");
    text.append("dev\t").append(address).append('\t').append(group).append("\t4096\t");
    text.append(digits).append("\t/sys/devices/pci0000:00").append(above).append('/');
    text.append(address).append('\t').append(ids).append('\t').append(driver);
    text.append("\t-\t-\t-\t-\t-\n");
  }
}
