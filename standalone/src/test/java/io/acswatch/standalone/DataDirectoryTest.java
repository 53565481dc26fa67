package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path scratch;

  @Test
  void createsTheDirectoryWithItsParents() throws Exception {
    Path path = scratch.resolve("a/b/c");
    try (DataDirectory directory = DataDirectory.kept(path)) {
      assertFalse(directory.isFormatted());
    }
    assertTrue(Files.isDirectory(path));
  }

  @Test
  void takesUpADirectoryWhoseFormattingWasCutShort() throws Exception {
    DataDirectory.kept(scratch).close();
    Files.writeString(scratch.resolve("bootstrap.checkpoint"), "half");

    try (DataDirectory directory = DataDirectory.kept(scratch)) {
      assertFalse(directory.isFormatted());
    }
  }

  @Test
  void deletesATemporaryDirectoryWithAllItHolds() throws Exception {
    Path path;
    try (DataDirectory directory = DataDirectory.temporary()) {
      path = directory.path();
      Files.writeString(Files.createDirectories(path.resolve("frames-0")).resolve("0.log"), "x");
    }
    assertFalse(Files.exists(path));
  }

  @Test
  void refusesAFileInPlaceOfTheDirectory() throws IOException {
    Path file = Files.createFile(scratch.resolve("file"));

    assertEquals("data directory " + file + " is not a directory", refusal(file));
  }

  @Test
  void refusesADirectoryBelowAFile() throws IOException {
    Path below = Files.createFile(scratch.resolve("file")).resolve("broker");

    assertTrue(
        refusal(below).startsWith("data directory " + below + " cannot be used: "),
        () -> refusal(below));
  }

  @Test
  void refusesAFileSystemThatTakesNoFiles() {
    Path proc = Path.of("/proc/acswatch");

    assertTrue(
        refusal(proc).startsWith("data directory " + proc + " cannot be used: "),
        () -> refusal(proc));
  }

  @Test
  void refusesSomebodyElsesDirectory() throws IOException {
    Files.writeString(scratch.resolve("thesis.txt"), "dear");

    assertEquals(
        "data directory " + scratch + " holds other files; name an empty or a new directory",
        refusal(scratch));
    assertFalse(Files.exists(scratch.resolve("acswatch.lock")), "a refused directory was touched");
  }

  private static String refusal(Path path) {
    return assertThrows(CommandFailure.class, () -> DataDirectory.kept(path)).getMessage();
  }
}
