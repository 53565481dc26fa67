package io.acswatch.collector.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.command.FixtureHost;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.BootOrigin;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The class of a boot, from the files that boots of linux 7.3.4 have shown: one test for each way
 * from one kernel to the next. What the frame's reader makes of it must be the same.
 */
class BootEvidenceTest {
  private static final String SETUP_DATA = "/sys/kernel/boot_params/setup_data/";
  private static final String IN = "/sys/kernel/debug/kho/in/";
  private static final String OUT = "/sys/kernel/debug/kho/out/";
  private static final String CAN_LIVE_UPDATE = "/sys/class/misc/liveupdate/uevent";

  @TempDir private Path directory;

  private FixtureHost host(String capture) throws IOException {
    return FixtureHost.of(TestCaptures.read(capture), directory);
  }

  private void kexec(FixtureHost host, String... setupTypes) throws IOException {
    host.write("/proc/sys/kernel/bootloader_type", "208\n");
    for (int i = 0; i < setupTypes.length; i++) {
      host.write(SETUP_DATA + i + "/type", setupTypes[i] + "\n");
    }
  }

  private void canHandOver(FixtureHost host) throws IOException {
    host.write(OUT + "scratch_len", "0x1000000\n");
    host.write(OUT + "sub_fdts/kexec-metadata", "");
    host.write(OUT + "sub_fdts/LUO", "");
  }

  private BootOrigin verdict() throws IOException {
    Capture capture =
        new HostReader(new HostTree(directory), Clock.systemUTC()).read("h", 1, List.of());
    BootOrigin verdict = BootOrigin.of(capture.boot(), capture.notes());
    FrameReader reader = new FrameReader();
    assertNull(reader.wrap(FrameWriter.write(capture)));
    assertEquals(verdict.bootClass(), reader.toSnapshot().bootClass(), "in a frame");
    return verdict;
  }

  private void assertIs(BootClass expected, Confidence confidence, BootOrigin verdict) {
    assertEquals(expected, verdict.bootClass(), verdict::toString);
    assertEquals(confidence, verdict.confidence(), verdict::toString);
  }

  @Test
  void firmwareIsColdWhateverThisKernelCouldHandOver() throws IOException {
    FixtureHost host = host("kho-fresh.cap");
    canHandOver(host);
    host.write(CAN_LIVE_UPDATE, "");
    host.write("/dev/liveupdate", "");

    assertIs(BootClass.COLD, Confidence.HIGH, verdict());
    assertEquals(List.of("loader type 176"), verdict().evidence());
  }

  @Test
  void aKexecOfFilesBetweenKernelsWithKhoIsAHandover() throws IOException {
    FixtureHost host = host("kho-fresh.cap");
    kexec(host, "0x9", "0xa");
    canHandOver(host);
    host.write(IN + "fdt", "");

    assertIs(BootClass.KEXEC_KHO, Confidence.MEDIUM, verdict());
    assertTrue(verdict().evidence().get(0).startsWith(SETUP_DATA + "1/type=0xa"));
  }

  /** Both kernels have LUO, which tells of no device: only the kernel's log does. */
  @Test
  void withLiveUpdateInBothKernelsItIsAHandoverUntilTheLogNamesADevice() throws IOException {
    FixtureHost host = host("kho-live-update.cap");
    kexec(host, "0x9", "0xa");
    canHandOver(host);
    host.write(IN + "sub_fdts/LUO", "#!/bin/sh\n"); // what lies there is no longer the kernel's
    host.write(CAN_LIVE_UPDATE, "");
    host.write("/dev/kmsg", "6,1,287826,-;luo: Retrieved live update data, liveupdate number: 1\n");

    assertIs(BootClass.KEXEC_KHO, Confidence.HIGH, verdict());

    host.write(
        "/dev/kmsg",
        "6,2,1128202,-;pci 0000:00:02.0: Device was preserved by previous kernel across Live"
            + " Update\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:02.0\n");
    assertIs(BootClass.LIVE_UPDATE, Confidence.HIGH, verdict());
  }

  @Test
  void withoutTheLogAHandoverMayBeALiveUpdateAndTheEvidenceSaysSo() throws IOException {
    FixtureHost host = host("kho-live-update.cap");
    kexec(host, "0x9", "0xa");

    assertIs(BootClass.KEXEC_KHO, Confidence.MEDIUM, verdict());
    assertTrue(
        verdict().evidence().stream().anyMatch(e -> e.startsWith("kernel log not read: ")),
        verdict()::toString);
  }

  @Test
  void aKernelWithoutKhoWasHandedOverAllTheSame() throws IOException {
    kexec(host("kho-ignored.cap"), "0x9", "0xa");

    assertIs(BootClass.KEXEC_KHO, Confidence.MEDIUM, verdict());
  }

  @Test
  void anImagePlacedByUserspaceIsPlain() throws IOException {
    FixtureHost host = host("kho-fresh.cap");
    kexec(host, "0x9");
    canHandOver(host);
    host.write(CAN_LIVE_UPDATE, "");

    assertIs(BootClass.KEXEC_PLAIN, Confidence.HIGH, verdict());
  }

  @Test
  void aCrashKernelIsOneWithAndWithoutItsOption() throws IOException {
    FixtureHost host = host("kho-fresh.cap");
    kexec(host);
    host.write("/proc/vmcore", "");

    assertIs(BootClass.CRASH_KEXEC, Confidence.HIGH, verdict());
    Files.delete(host.path("/proc/vmcore"));
    host.write("/proc/cmdline", "quiet elfcorehdr=0x1000\n");
    assertIs(BootClass.CRASH_KEXEC, Confidence.HIGH, verdict());
  }

  @Test
  void withoutAnyEvidenceItIsUnknown() throws IOException {
    FixtureHost host = host("kho-fresh.cap");
    Files.delete(host.path("/proc/sys/kernel/bootloader_type"));

    assertIs(BootClass.UNKNOWN, Confidence.LOW, verdict());
  }

  /** Arm, where a device tree describes the machine. */
  @Test
  void aDeviceTreeTellsAKexecByFile() throws IOException {
    FixtureHost host = host("kho-fresh.cap");
    Files.delete(host.path("/proc/sys/kernel/bootloader_type"));
    host.write("/proc/device-tree/chosen/bootargs", "quiet\0");

    assertIs(BootClass.UNKNOWN, Confidence.LOW, verdict());
    assertTrue(notes().contains("/proc/device-tree/chosen: bootargs"), notes());
    assertTrue(notes().contains("firmware: device tree"), notes());
    host.write("/proc/device-tree/chosen/linux,booted-from-kexec", "");
    assertIs(BootClass.KEXEC_PLAIN, Confidence.HIGH, verdict());
  }

  /** Arm with ACPI: only the raw tree has what kexec wrote. */
  @Test
  void aRawTreeTellsAKexecByFile() throws IOException {
    FixtureHost host = host("kho-fresh.cap");
    Files.delete(host.path("/proc/sys/kernel/bootloader_type"));
    Files.createDirectories(host.path("/sys/firmware/acpi"));
    host.write("/sys/firmware/fdt", "\0bootargs\0linux,booted-from-kexec\0");

    assertIs(BootClass.KEXEC_PLAIN, Confidence.HIGH, verdict());
    assertTrue(notes().contains("firmware: acpi"), notes());
  }

  @Test
  void namesTheKernelBeforeIfItSaidSoInTheKnownWay() throws IOException {
    FixtureHost host = host("kho-live-update.cap");
    byte[] metadata = new byte[73];
    ByteBuffer fields = ByteBuffer.wrap(metadata).order(ByteOrder.nativeOrder());
    fields.putInt(1).put("7.3.4-rig-liveupdate".getBytes(StandardCharsets.US_ASCII));
    fields.putInt(69, 2);
    Path file = host.path(IN + "sub_fdts/kexec-metadata");
    Files.createDirectories(file.getParent());
    Files.write(file, metadata);
    assertTrue(notes().contains("release 7.3.4-rig-liveupdate, handover 2"), notes());

    fields.putInt(0, 2);
    Files.write(file, metadata);
    assertTrue(notes().contains("of a kind that is not known"), notes());
    fields.putInt(0, 1).put(4, (byte) 0x1B);
    Files.write(file, metadata);
    assertTrue(notes().contains("of a kind that is not known"), notes());
  }

  private String notes() throws IOException {
    return String.join("\n", new KexecSource(new HostTree(directory)).handoverNotes());
  }
}
