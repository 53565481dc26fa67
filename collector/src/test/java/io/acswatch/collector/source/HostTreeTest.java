package io.acswatch.collector.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTreeTest {
  @TempDir private Path root;

  @Test
  void takesAnAbsoluteTargetFromTheRoot() throws IOException {
    Files.createDirectories(root.resolve("sys/devices/a"));
    Files.writeString(root.resolve("sys/devices/a/vendor"), "0x8086\n");
    Files.createSymbolicLink(root.resolve("link"), Path.of("/sys/devices/a"));
    HostTree tree = new HostTree(root);

    assertEquals("/sys/devices/a", tree.realPath("/link"));
    assertEquals("0x8086", tree.text("/link/vendor"));
    assertEquals("a", tree.linkName("/link"));
  }

  /** The kernel shows such a number by the first read, and nothing by a second one. */
  @Test
  void readsWholeNumbersOfTheKernel() throws IOException, InterruptedException {
    String number = "/proc/sys/kernel/pid_max";
    assumeTrue(Files.isReadable(Path.of(number)), number + " is not there");
    Process cat = new ProcessBuilder("cat", number).start();
    String expected = new String(cat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertEquals(0, cat.waitFor());
    assertEquals(expected.strip(), new HostTree(Path.of("/")).text(number));
  }

  @Test
  void readsFilesThatAreLongerThanAPage() throws IOException {
    String text = "0123456789".repeat(2_000);
    Files.writeString(root.resolve("long"), text);
    Files.writeString(root.resolve("page"), text.substring(0, 4_096));
    HostTree tree = new HostTree(root);

    assertEquals(text, tree.text("/long"));
    assertEquals(text.substring(0, 4_096), tree.text("/page"));
  }

  @Test
  void isNotLedOutByDots() throws IOException {
    Files.createDirectories(root.resolve("etc"));
    Files.createSymbolicLink(root.resolve("up"), Path.of("../../../../../../../../etc"));

    assertEquals("/etc", new HostTree(root).realPath("/up"));
    assertNull(new HostTree(root).text("/up/passwd"));
  }

  @Test
  void endsAtALoopOfLinks() throws IOException {
    Files.createSymbolicLink(root.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(root.resolve("b"), Path.of("a"));

    assertThrows(FileSystemLoopException.class, () -> new HostTree(root).realPath("/a"));
  }

  @Test
  void listsNothingWhereThereIsNoDirectory() throws IOException {
    assertEquals(List.of(), new HostTree(root).names("/sys/kernel/iommu_groups"));
  }

  @Test
  void refusesARootThatIsNoDirectory() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "");

    assertThrows(NotDirectoryException.class, () -> new HostTree(file));
    assertThrows(NoSuchFileException.class, () -> new HostTree(root.resolve("absent")));
  }

  @Test
  void readsTheMachineItselfFromTheRootDirectory() throws IOException {
    HostTree machine = new HostTree(Path.of("/"));

    assertEquals("/proc", machine.realPath("/proc"));
    assertEquals(36, machine.textOr("/proc/sys/kernel/random/boot_id", "").length());
  }
}
