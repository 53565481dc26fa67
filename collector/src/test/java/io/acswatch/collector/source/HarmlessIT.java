package io.acswatch.collector.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.command.FixtureHost;
import io.acswatch.collector.command.HostCommands;
import io.acswatch.collector.command.ReaderCommand;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
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

  private static final Pattern NETWORK =
      Pattern.compile("\\b(connect|bind|listen|accept4?|sendto|sendmsg|recvfrom)\\(");

  /** The C library asks the name service of the machine, if it has one, who the user is. */
  private static final String NAME_SERVICE = "sun_path=\"/var/run/nscd/socket\"";

  private static final Path REPORT = Path.of("target", "harmless");

  /** The JVM itself sets which of its own memory a core dump would hold. */
  private static final String OF_THE_JVM = "/proc/self/coredump_filter";

  private static final Pattern NEVER =
      Pattern.compile(
          ".*/(?:dev/(?:liveupdate|iommu|vfio(?:/.*)?)|proc/kmsg|(?:rom|vpd|resource\\d*(?:_wc)?)"
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
      assumeTrue(false, "strace is missing (Debian: strace)");
      return;
    }
    assumeTrue(process.waitFor() == 0, "strace may not trace here (ptrace is forbidden)");
  }

  @Test
  void onlyReadsThisMachine() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/sys/bus/pci/devices")), "this machine shows no PCI bus");

    List<Opened> opened = new ArrayList<>(trace("host-looks", TracedLooks.class, "/"));
    opened.addAll(trace("host-capture", HostCommands.class, "capture"));
    opened.addAll(trace("host-check", HostCommands.class, "check"));
    opened.addAll(traceReader("host-reader", "/"));

    assertHarmless(opened, "");
    assertTrue(opened.stream().anyMatch(o -> o.path().equals("/proc/sys/kernel/random/boot_id")));
  }

  @Test
  void onlyReadsAHostWithVmsAndLeavesSleepingDevicesAlone() throws Exception {
    FixtureHost host = hostWithTraps(Files.createDirectory(directory.resolve("h")));
    String root = host.root().toRealPath().toString();

    List<Opened> opened = new ArrayList<>(trace("fixture-looks", TracedLooks.class, root));
    opened.addAll(trace("fixture-capture", HostCommands.class, "capture", "--root", root));
    opened.addAll(trace("fixture-check", HostCommands.class, "check", "--root", root));
    int looks = opened.size();
    opened.addAll(traceReader("fixture-reader", root));

    assertHarmless(opened, root);
    String asleep = root + host.realDirectory(PciAddress.parse("0000:07:00.0"));
    String awake = root + host.realDirectory(PciAddress.parse("0000:06:00.0"));
    assertTrue(opened.stream().anyMatch(o -> o.path().equals(asleep + "/power/runtime_status")));
    assertFalse(opened.stream().anyMatch(o -> o.path().equals(asleep + "/config")));
    assertEquals(
        8,
        opened.subList(0, looks).stream().filter(o -> o.path().equals(awake + "/config")).count());
    assertTrue(
        opened.subList(looks, opened.size()).stream()
            .anyMatch(o -> o.path().equals(awake + "/config")));
    assertTrue(opened.stream().anyMatch(o -> o.path().equals(root + "/proc/70/fd")));
    assertTrue(opened.stream().anyMatch(o -> o.path().equals(root + "/dev/kmsg")));
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
    host.write(asleep + "/power_state", "D3cold\n");
    host.write("/proc/70/cmdline", "qemu-system-x86_64\0-device\0vfio-pci,host=06:00.0\0");
    host.write("/dev/liveupdate", "");
    host.write("/dev/iommu", "");
    host.write("/dev/vfio/17", "");
    host.write("/proc/kmsg", "<6>[    1.0] whoever reads this takes it from others\n");
    host.write("/dev/kmsg", "6,1,1500,-;Linux version 7.3.4\n");
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
    Traced traced = new Traced(name, main, arguments);
    assertTrue(traced.process.waitFor(120, TimeUnit.SECONDS), name);
    assertEquals(true, List.of(0, 1).contains(traced.process.exitValue()), traced::said);
    traced.calls().forEach(line -> assertFalse(CHANGE.matcher(line).find(), line));
    return traced.opened();
  }

  /**
   * Runs the reader, as its unit does, until it has looked many times and was told to stop. It
   * writes to its spool and nowhere else, and to no network at all.
   */
  private static List<Opened> traceReader(String name, String root)
      throws IOException, InterruptedException {
    Path spool = directory.resolve(name + "-spool");
    Traced traced =
        new Traced(
            name,
            ReaderCommand.class,
            "--root",
            root,
            "--host-id",
            "traced",
            "--glance-interval",
            "100ms",
            "--spool",
            spool.toString());
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> Files.exists(spool.resolve("reader.prom")) && traced.glances() >= 10);
    traced.process.children().forEach(ProcessHandle::destroy);
    assertTrue(traced.process.waitFor(120, TimeUnit.SECONDS), name);
    assertEquals(0, traced.process.exitValue(), traced::said);
    for (String line : traced.calls()) {
      if (CHANGE.matcher(line).find()) {
        assertTrue(line.contains("\"" + spool), () -> "outside the spool: " + line);
      }
      assertFalse(NETWORK.matcher(line).find() && !line.contains(NAME_SERVICE), line);
    }
    List<Opened> opened = traced.opened();
    for (Opened one : opened) {
      assertTrue(
          one.mode().startsWith("O_RDONLY") && !one.mode().contains("O_CREAT")
              || one.path().startsWith(spool.toString())
              || one.path().equals(OF_THE_JVM),
          one::toString);
    }
    return opened;
  }

  /** A JVM under strace. */
  private static final class Traced {
    private final String name;
    private final Path calls;
    private final Path said;
    private final Process process;

    Traced(String name, Class<?> main, String... arguments) throws IOException {
      this.name = name;
      calls = directory.resolve(name);
      said = Files.createDirectories(REPORT).resolve(name + ".out");
      List<String> command = new ArrayList<>(List.of("strace", "-f", "-qq", "-s", "4096", "-e"));
      command.addAll(List.of("trace=%file,%network", "-o", calls.toString()));
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .filter(flag -> flag.startsWith("--add-") || flag.startsWith("--enable-native"))
          .forEach(command::add);
      command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-cp"));
      command.add(System.getProperty("java.class.path"));
      command.add(main.getName());
      command.addAll(List.of(arguments));
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
    }

    String said() {
      return name + ": see " + said;
    }

    List<String> calls() throws IOException {
      return Files.readAllLines(calls);
    }

    /** Looks at the host: what each of them opens or, where it keeps files open, asks for. */
    long glances() throws IOException {
      return calls().stream()
          .filter(line -> line.contains("uevent_seqnum") || line.contains("acswatch/owners.d\""))
          .count();
    }

    /** Leaves the list of paths and modes in the report. */
    List<Opened> opened() throws IOException {
      List<Opened> opened = new ArrayList<>();
      for (String line : calls()) {
        Matcher open = OPEN.matcher(line);
        if (open.find()) {
          opened.add(new Opened(open.group(1), mode(line, open.group(2))));
        }
      }
      Files.write(
          REPORT.resolve(name + ".txt"),
          opened.stream().map(o -> o.mode() + " " + o.path()).distinct().sorted().toList());
      return opened;
    }
  }

  private static String mode(String line, String rest) {
    Matcher mode = MODE.matcher(rest == null ? "" : rest);
    return mode.find() ? mode.group() : "in " + line.strip() + File.separator;
  }
}
