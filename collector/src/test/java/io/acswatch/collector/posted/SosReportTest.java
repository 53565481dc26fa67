package io.acswatch.collector.posted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.text.PostedHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A report of this machine, made by Debian's {@code sosreport}, as directory and as archive. */
class SosReportTest {
  private static final Path PCI = Path.of("/proc/bus/pci");

  @TempDir private Path directory;

  @Test
  void readsAReportOfThisMachine() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/sos")), "sos is missing (Debian: sosreport)");
    assumeTrue("root".equals(System.getProperty("user.name")), "sos report takes root");
    assumeTrue(Files.isDirectory(PCI), "this machine has no PCI");
    Path made = Files.createDirectory(directory.resolve("made"));
    run("sos", "report", "--batch", "--tmp-dir", made.toString(), "-o", "pci,kernel,libvirt");
    Path archive = only(made, ".tar.xz");
    Path unpacked = Files.createDirectories(directory.resolve("cases/17"));
    run("tar", "-C", unpacked.toString(), "-xf", archive.toString());

    Capture ofArchive = check(archive);
    Capture ofDirectory = check(directory.resolve("cases"));

    assertEquals(ofArchive.boot(), ofDirectory.boot());
    assertEquals(ofArchive.functions().size(), ofDirectory.functions().size());
  }

  private static Capture check(Path report) throws IOException {
    PostedHost host = new PostedHost();
    PostedInput.add(report, host);
    Capture capture = host.toCapture();
    assertEquals(
        Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip(), capture.boot().id());
    assertEquals(
        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
        capture.boot().kernelRelease());
    assertTrue(host.origins().toString().contains("proc/bus/pci"), host.origins().toString());
    try (Stream<String> devices = Files.lines(PCI.resolve("devices"))) {
      assertEquals(devices.count(), capture.functions().size());
    }
    return capture;
  }

  private static Path only(Path directory, String end) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(end)).toList();
      assertEquals(1, found.size(), found.toString());
      return found.get(0);
    }
  }

  private void run(String... command) throws IOException, InterruptedException {
    Path said = directory.resolve("said");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertTrue(process.waitFor(3, TimeUnit.MINUTES), String.join(" ", command) + " does not end");
    assertEquals(0, process.exitValue(), () -> read(said));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }
}
