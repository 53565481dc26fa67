package io.acswatch.collector.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.acswatch.collector.CollectorMain;
import io.acswatch.collector.FixtureHost;
import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Traces every system call with a path in it while the collector looks at this machine and at a
 * fixture, and leaves the list of what was opened, with its mode, in {@code target/harmless}.
 */
class HarmlessIT {
  private static final Pattern OPEN =
      Pattern.compile("\\b(?:open|openat|openat2|creat)\\((?:AT_FDCWD, )?\"([^\"]*)\"(?:, (.*))?");
  private static final Pattern MODE = Pattern.compile("O_[A-Z_|]+");

  /** System calls that leave a trace in a file system. */
  private static final Pattern CHANGE =
      Pattern.compile(
          "\\b(unlink|unlinkat|rename|renameat2?|mkdir|mkdirat|rmdir|chmod|fchmodat|chown|lchown"
              + "|fchownat|truncate|mknod|mknodat|link|linkat|symlink|symlinkat|utimensat|mount"
              + "|setxattr|removexattr)\\(");

  /** The JVM itself sets which of its own memory a core dump would hold. */
  private static final String OF_THE_JVM = "/proc/self/coredump_filter";

  private static final Pattern NEVER =
      Pattern.compile(
          ".*/(?:dev/(?:liveupdate|iommu|vfio(?:/.*)?)|(?:rom|vpd|resource\\d*(?:_wc)?)"
              + "|remove|rescan|reset|bind|unbind|new_id)");

  @TempDir private static Path directory;

  /** One file that was opened. */
  private record Opened(String path, String mode) {}

  @BeforeAll
  static void needsStrace() throws IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder("strace", "-o", directory.resolve("try").toString(), "true").start();
    } catch (IOException absent) {
      assumeTrue(false, "strace is not installed");
      return;
    }
    assumeTrue(process.waitFor() == 0, "strace may not trace here (ptrace is forbidden)");
  }

  @Test
  void onlyReadsThisMachine() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/sys/bus/pci/devices")), "this machine shows no PCI bus");

    List<Opened> opened = new ArrayList<>(trace("host-looks", TracedLooks.class, "/"));
    opened.addAll(trace("host-capture", CollectorMain.class, "capture"));
    opened.addAll(trace("host-check", CollectorMain.class, "check"));

    assertHarmless(opened, "");
    assertTrue(opened.stream().anyMatch(o -> o.path().equals("/proc/sys/kernel/random/boot_id")));
  }

  @Test
  void onlyReadsAHostWithVmsAndLeavesSleepingDevicesAlone() throws Exception {
    FixtureHost host = hostWithTraps(Files.createDirectory(directory.resolve("h")));
    String root = host.root().toRealPath().toString();

    List<Opened> opened = new ArrayList<>(trace("fixture-looks", TracedLooks.class, root));
    opened.addAll(trace("fixture-capture", CollectorMain.class, "capture", "--root", root));
    opened.addAll(trace("fixture-check", CollectorMain.class, "check", "--root", root));

    assertHarmless(opened, root);
    String asleep = root + host.realDirectory(PciAddress.parse("0000:07:00.0"));
    String awake = root + host.realDirectory(PciAddress.parse("0000:06:00.0"));
    assertTrue(opened.stream().anyMatch(o -> o.path().equals(asleep + "/power/runtime_status")));
    assertFalse(opened.stream().anyMatch(o -> o.path().equals(asleep + "/config")));
    assertEquals(8, opened.stream().filter(o -> o.path().equals(awake + "/config")).count());
    assertTrue(opened.stream().anyMatch(o -> o.path().equals(root + "/proc/70/fd")));
  }

  /** A host with a VM and all that must not be touched; one function sleeps. */
  private static FixtureHost hostWithTraps(Path root) throws IOException {
    FixtureHost host = FixtureHost.of(TestCaptures.read("switch-before.cap"), root);
    for (String address : List.of("0000:06:00.0", "0000:07:00.0")) {
      String device = host.realDirectory(PciAddress.parse(address));
      host.link("/sys/bus/pci/drivers/vfio-pci/" + address, device);
      for (String trap : List.of("rom", "vpd", "resource", "resource0", "resource0_wc", "reset")) {
        host.write(device + "/" + trap, "");
      }
    }
    String asleep = host.realDirectory(PciAddress.parse("0000:07:00.0"));
    host.write(asleep + "/power/runtime_status", "suspended\n");
    host.write("/proc/70/cmdline", "qemu-system-x86_64\0-device\0vfio-pci,host=06:00.0\0");
    host.write("/dev/liveupdate", "");
    host.write("/dev/iommu", "");
    host.write("/dev/vfio/17", "");
    Files.createDirectories(host.path("/proc/70/fd"));
    Files.createSymbolicLink(host.path("/proc/70/fd/9"), Path.of("/dev/vfio/17"));
    return host;
  }

  private static void assertHarmless(List<Opened> opened, String root) {
    assertFalse(opened.isEmpty());
    for (Opened one : opened) {
      boolean ofHost =
          Stream.of("/sys/", "/proc/", "/dev/").anyMatch(d -> one.path().startsWith(root + d));
      boolean ofMachine = Stream.of("/sys/", "/proc/", "/dev/").anyMatch(one.path()::startsWith);
      if ((ofHost || ofMachine) && !one.path().equals(OF_THE_JVM)) {
        assertTrue(one.mode().startsWith("O_RDONLY"), () -> one + ", expected O_RDONLY");
        assertFalse(one.mode().contains("O_CREAT"), one::toString);
        assertFalse(NEVER.matcher(one.path()).matches(), one::toString);
      }
    }
  }

  /** Runs a main class under strace; what it opened, and with which mode. */
  private static List<Opened> trace(String name, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    Path report = Files.createDirectories(Path.of("target", "harmless"));
    Path calls = directory.resolve(name);
    List<String> command =
        new ArrayList<>(List.of("strace", "-f", "-qq", "-s", "4096", "-e", "trace=%file", "-o"));
    command.add(calls.toString());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--add-") || flag.startsWith("--enable-native"))
        .forEach(command::add);
    command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    Path said = report.resolve(name + ".out");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), name);
    assertEquals(true, List.of(0, 1).contains(process.exitValue()), () -> name + ": see " + said);

    List<Opened> opened = new ArrayList<>();
    for (String line : Files.readAllLines(calls)) {
      Matcher open = OPEN.matcher(line);
      if (open.find()) {
        opened.add(new Opened(open.group(1), mode(line, open.group(2))));
      }
      assertFalse(CHANGE.matcher(line).find(), line);
    }
    Files.write(
        report.resolve(name + ".txt"),
        opened.stream().map(o -> o.mode() + " " + o.path()).distinct().sorted().toList());
    return opened;
  }

  private static String mode(String line, String rest) {
    Matcher mode = MODE.matcher(rest == null ? "" : rest);
    return mode.find() ? mode.group() : "in " + line.strip() + File.separator;
  }
}
