package io.acswatch.collector.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.command.FixtureHost;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.LiveUpdateAbility;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.CaptureWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class HostReaderTest {
  private static final String NO_LOG = "kernel log not read: /dev/kmsg: no such file";

  private static final String UUID_FILE = "sys/class/dmi/id/product_uuid";
  private static final PciAddress PORT = PciAddress.parse("0000:00:03.0");
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T08:00:00Z"), ZoneOffset.UTC);

  @TempDir private Path directory;

  @ParameterizedTest(name = "{0}")
  @FieldSource("io.acswatch.collector.TestCaptures#NAMES")
  void readsTheHostThatTheCaptureWasTakenFrom(String name) throws IOException {
    Capture capture = TestCaptures.read(name);
    FixtureHost.of(capture, directory);

    Capture read = read();

    assertEquals(facts(capture), facts(read));
  }

  /** A capture as text, without what one reading has and another has not. */
  static String facts(Capture capture) {
    return CaptureWriter.toText(
        new Capture(
            "",
            "",
            capture.boot(),
            0,
            0,
            capture.kexecLoaded(),
            capture.scanOrder(),
            capture.functions(),
            List.of(),
            List.of()));
  }

  @Test
  void notesWhetherTheKernelCanPreserveDevicesAndFramesCarryIt() throws IOException {
    FixtureHost host = host("switch-before.cap");
    String config = "/boot/config-" + read().boot().kernelRelease();
    host.write(config, "CONFIG_PCI_LIVEUPDATE=y\nCONFIG_VFIO_PCI_LIVEUPDATE=m\n");
    String says = config + " has CONFIG_PCI_LIVEUPDATE and CONFIG_VFIO_PCI_LIVEUPDATE";
    Capture capture = read();

    assertEquals(List.of("live update: can; " + says, NO_LOG), capture.notes());
    Capture again = CaptureReader.readText("again", CaptureWriter.toText(capture));
    FrameReader frame = new FrameReader();
    assertNull(frame.wrap(FrameWriter.write(again)));
    assertEquals(
        new LiveUpdateAbility(LiveUpdateAbility.Answer.CAN, says),
        LiveUpdateAbility.of(frame.toSnapshot()));
  }

  @Test
  void takesHostTimeAndSequenceAsGiven() throws IOException {
    host("switch-before.cap");

    Capture read = new HostReader(new HostTree(directory), CLOCK).read("h1", 7, List.of());

    assertEquals("h1", read.host());
    assertEquals(7, read.sequence());
    assertEquals(CLOCK.millis(), read.takenAtMillis());
  }

  @Test
  void namesTheIommusThatServeTheFunctionsInANote() throws IOException {
    FixtureHost host = host("switch-before.cap");
    assertEquals(List.of(NO_LOG), read().notes());

    List<CapturedFunction> functions = read().functions();
    for (int i = 0; i < 4; i++) {
      String link = host.realDirectory(functions.get(i).address()) + "/iommu";
      host.link(link, "/sys/devices/virtual/iommu/dmar" + (1 - i % 2));
    }

    assertEquals(List.of("iommu: dmar0 dmar1", NO_LOG), read().notes());
    assertEquals("dmar0 dmar1", Snapshot.of(read()).boot().notes().iommus());
  }

  @Test
  void followsAbsoluteLinksInsideTheRootOnly() throws IOException {
    FixtureHost host = host("switch-before.cap");
    Path link = host.path("/sys/bus/pci/devices/" + PORT);
    String target = host.realDirectory(PORT);
    Files.delete(link);
    Files.createSymbolicLink(link, Path.of(target));

    assertEquals(target, function(read(), PORT).sysfsPath());
  }

  @Test
  void leavesASleepingFunctionAlone() throws IOException {
    FixtureHost host = host("switch-before.cap");
    host.write(host.realDirectory(PORT) + "/power_state", "D3cold\n");

    CapturedFunction function = function(read(), PORT);

    assertEquals(ReadStatus.ASLEEP, function.readStatus());
    assertEquals(0, function.config().length());
    assertEquals("pcieport", function.kernel().driver());
  }

  @Test
  void leavesAFunctionWithoutPowerAlone() throws IOException {
    FixtureHost host = host("switch-before.cap");
    host.write(host.realDirectory(PORT) + "/power/runtime_status", "suspended\n");
    host.write(host.realDirectory(PORT) + "/power_state", "D3cold\n");

    assertEquals(ReadStatus.ASLEEP, function(read(), PORT).readStatus());
  }

  @Test
  void saysThatAnUnprivilegedReadWasCutShort() throws IOException {
    FixtureHost host = host("switch-before.cap");
    Path config = host.path(host.realDirectory(PORT) + "/config");
    Files.write(config, Arrays.copyOf(Files.readAllBytes(config), 64));

    CapturedFunction function = function(read(), PORT);

    assertEquals(ReadStatus.TRUNCATED_UNPRIVILEGED, function.readStatus());
    assertEquals(64, function.config().length());
  }

  @Test
  void keepsAFunctionWhoseReadFails() throws IOException {
    FixtureHost host = host("switch-before.cap");
    Path config = host.path(host.realDirectory(PORT) + "/config");
    Files.delete(config);
    Files.createDirectory(config);

    Capture read = read();

    assertEquals(ReadStatus.UNREADABLE, function(read, PORT).readStatus());
    assertEquals(
        TestCaptures.read("switch-before.cap").functions().size(), read.functions().size());
  }

  @Test
  void leavesOutAFunctionThatVanishedWhileItsLinkStood() throws IOException {
    FixtureHost host = host("switch-before.cap");
    Path link = host.path("/sys/bus/pci/devices/" + PORT);
    Files.delete(link);
    Files.createSymbolicLink(link, Path.of("../../../devices/gone"));

    assertTrue(read().functions().stream().noneMatch(f -> f.address().equals(PORT)));
  }

  @Test
  void namesTheGroupsThatVfioMakesUpWithoutAnIommu() throws IOException {
    FixtureHost host = host("iommu-off-after.cap");
    host.putInGroup(PORT, 0, "unmanaged");
    host.write("/sys/kernel/iommu_groups/0/name", "vfio-noiommu\n");

    assertEquals("noiommu", function(read(), PORT).kernel().groupType());
  }

  @Test
  void ordersFunctionsOfSeveralDomainsByTheirIds() throws IOException {
    FixtureHost host = host("switch-before.cap");
    String second = "/sys/devices/pci10000:00/10000:00:03.0";
    host.write(second + "/vendor", "0x8086\n");
    host.write(second + "/device", "0x1234\n");
    host.write(second + "/config", "");
    host.link("/sys/bus/pci/devices/10000:00:03.0", second);
    host.write("/proc/bus/pci/devices", "0018\t80861234\t0\n0018\t1b36000c\t0\n");

    assertEquals(List.of(PciAddress.parse("10000:00:03.0"), PORT), read().scanOrder());
  }

  @Test
  void knowsNoLoaderWhereTheKernelNamesNone() throws IOException {
    FixtureHost host = host("switch-before.cap");
    Files.delete(host.path("/proc/sys/kernel/bootloader_type"));

    assertEquals(Boot.UNKNOWN_LOADER, read().boot().loader().type());
  }

  @Test
  void readsTheNewNameOfTheLoadedKexecImage() throws IOException {
    FixtureHost host = host("switch-before.cap");
    host.write("/sys/kernel/kexec/loaded", "1\n");

    assertTrue(read().kexecLoaded());
  }

  @Test
  void notesThatTheKernelBeforeHandedStateOver() throws IOException {
    FixtureHost host = host("switch-before.cap");
    host.write("/sys/kernel/boot_params/setup_data/0/type", "0x9\n");
    host.write("/sys/kernel/boot_params/setup_data/1/type", "0xa\n");

    assertEquals(2, read().notes().size());
    assertTrue(read().notes().get(0).contains("setup_data/1/type=0xa"));
  }

  private List<String> machine() throws IOException {
    return read().notes().stream().filter(note -> note.startsWith(Boot.MACHINE_NOTE)).toList();
  }

  private String digestOf(String file, String text) throws IOException {
    Files.createDirectories(directory.resolve(file).getParent());
    Files.writeString(directory.resolve(file), text);
    List<String> notes = machine();
    assertEquals(1, notes.size(), text);
    assertTrue(notes.get(0).matches("machine: [a-z,_-]+ [0-9a-f]{16}"), notes.get(0));
    return notes.get(0);
  }

  @Test
  void notesADigestOfWhatTellsTheMachineApart() throws IOException {
    host("switch-before.cap");
    assertEquals(List.of(), machine());
    String serial = digestOf("proc/device-tree/serial-number", "10000000abcdef01\0");
    assertTrue(serial.startsWith("machine: serial-number "));
    String uuid = digestOf(UUID_FILE, "4C4C4544-0042-3010-8054-B2C04F4D3733\n");
    assertEquals("machine: product_uuid ", uuid.substring(0, 22));

    assertEquals(uuid, digestOf(UUID_FILE, "4c4c4544-0042-3010-8054-b2c04f4d3733\n"));
    assertNotEquals(uuid, digestOf(UUID_FILE, "4c4c4544-0042-3010-8054-b2c04f4d3734\n"));
    for (String none : List.of("", "00000000-0000-0000-0000-000000000000\n", "FFFFFFFF-FFFF\n")) {
      assertEquals(serial, digestOf(UUID_FILE, none));
    }
    assertEquals(
        Snapshot.of(read()).boot().notes().machine(), serial.substring("machine: ".length()));
  }

  /** A directory in its place cannot be read, not even by root. */
  @Test
  void takesTheMachineFromSystemdWhereItMayNotReadIt() throws IOException {
    host("switch-before.cap");
    Files.createDirectories(directory.resolve(UUID_FILE));
    HostTree tree = new HostTree(directory);
    assertEquals("", new MachineSource(tree, null).note());
    assertEquals("", new MachineSource(tree, "/run/none").note());

    Files.createDirectories(directory.resolve("run/handed"));
    Files.writeString(directory.resolve("run/handed/product_uuid"), "4c4c4544-0042\n");
    assertTrue(new MachineSource(tree, "/run/handed").note().startsWith("machine: product_uuid "));
  }

  @Test
  void refusesARootWithoutAHostInIt() throws IOException {
    HostReader reader = new HostReader(new HostTree(directory), CLOCK);

    NoSuchFileException missing =
        assertThrows(NoSuchFileException.class, () -> reader.read("h", 1, List.of()));

    assertTrue(missing.getMessage().startsWith(directory.toRealPath().toString()));
    assertTrue(missing.getMessage().endsWith("/sys/bus/pci/devices"));
  }

  @Test
  void takesTheUptimeForItsFirstNumber() throws IOException {
    host("switch-before.cap");

    assertEquals(12_340, new HostReader(new HostTree(directory), CLOCK).uptimeMillis());
  }

  private FixtureHost host(String name) throws IOException {
    return FixtureHost.of(TestCaptures.read(name), directory);
  }

  private Capture read() throws IOException {
    return new HostReader(new HostTree(directory), CLOCK).read("fixture", 1, List.of());
  }

  private static CapturedFunction function(Capture capture, PciAddress address) {
    return capture.functions().stream()
        .filter(f -> f.address().equals(address))
        .findFirst()
        .orElseThrow();
  }
}
