package io.acswatch.collector.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.acswatch.collector.source.HostReader.WatchedRegister;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept between looks on the machine itself; a directory here stands for one of sysfs. */
class KeptFilesTest {
  private static final PciAddress ADDRESS = PciAddress.parse("0000:00:03.0");
  private static final int OFFSET = 0x14E;

  @TempDir private Path directory;
  private HostTree machine;
  private Path function;

  @BeforeEach
  void makeFunction() throws IOException {
    machine = new HostTree(Path.of("/"));
    function = write(directory.resolve("function"), "0x8086");
  }

  private static Path write(Path function, String vendor) throws IOException {
    Files.createDirectories(function.resolve("power"));
    Files.writeString(function.resolve("vendor"), vendor + "\n");
    Files.writeString(function.resolve("device"), "0x1521\n");
    Files.writeString(function.resolve("power/runtime_status"), "active\n");
    Files.writeString(function.resolve("power_state"), "D0\n");
    byte[] space = new byte[4096];
    space[OFFSET] = 0x1D;
    Files.write(function.resolve("config"), space);
    return function;
  }

  @Test
  void readsATextAnewEachTime() throws IOException {
    OpenTexts texts = new OpenTexts(machine);
    Path file = directory.resolve("uevent_seqnum");
    assertNull(texts.text(file.toString()));

    Files.writeString(file, "1000\n");
    assertEquals("1000", texts.text(file.toString()));

    Files.writeString(file, "7\n");
    assertEquals("7", texts.text(file.toString()));
    texts.forget(file.toString());
    Files.delete(file);
    assertEquals("none", texts.textOr(file.toString(), "none"));
  }

  @Test
  void readsWhatTheKernelMakesForEachRead() throws IOException {
    OpenTexts texts = new OpenTexts(machine);
    String bootId = texts.text("/proc/sys/kernel/random/boot_id");

    assertEquals(machine.text("/proc/sys/kernel/random/boot_id"), bootId);
    assertEquals(bootId, texts.text("/proc/sys/kernel/random/boot_id"));
  }

  @Test
  void looksAtThePowerOfWhatReadsOtherThanBefore() throws IOException {
    RegisterFiles files = new RegisterFiles(machine, new ConfigReader(machine));
    assertEquals(0x1D, files.read(function.toString(), new WatchedRegister(ADDRESS, OFFSET, 0x1D)));
    WatchedRegister other = new WatchedRegister(ADDRESS, OFFSET, 0x11);
    assertEquals(0x1D, files.read(function.toString(), other));

    Files.writeString(function.resolve("power_state"), "D3cold\n");
    assertEquals(-1, files.read(function.toString(), other));
  }

  @Test
  void leavesAWordOfWhatSleepsAlone() throws IOException {
    RegisterFiles files = new RegisterFiles(machine, new ConfigReader(machine));
    WatchedRegister word = new WatchedRegister(ADDRESS, OFFSET, 0x11);
    files.read(function.toString(), word);

    Files.writeString(function.resolve("power/runtime_status"), "suspended\n");
    Files.writeString(function.resolve("power_state"), "D3cold\n");
    assertEquals(-1, files.read(function.toString(), word));
  }

  @Test
  void keepsWhatCannotChangeUntilAnotherFunctionHasCome() throws IOException {
    FixedAttributes attributes = new FixedAttributes(machine);
    Path second = write(directory.resolve("second"), "0x15b3");
    assertEquals(0x8086, attributes.of(ADDRESS, function.toString()).vendor());

    Files.writeString(function.resolve("vendor"), "0x0000\n");
    assertEquals(0x8086, attributes.of(ADDRESS, function.toString()).vendor());

    Files.move(function, directory.resolve("gone"));
    assertThrows(NoSuchFileException.class, () -> attributes.of(ADDRESS, function.toString()));
    Files.move(second, function);
    assertEquals(0x15B3, attributes.of(ADDRESS, function.toString()).vendor());
  }
}
