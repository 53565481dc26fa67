package io.acswatch.benchmarks.chaos;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
  @TempDir private Path below;

  @Test
  void whatAKilledRunLeftIsTakenAwayWithItsProcesses() throws Exception {
    Path dead = Files.createDirectories(below.resolve("acswatch-chaos-1"));
    Files.createFile(dead.resolve("lock"));
    Path log = Files.createFile(dead.resolve("b1.log"));
    Path other = Files.createDirectories(below.resolve("other"));
    List<String> longCommand = new ArrayList<>(List.of("tail", "-f"));
    longCommand.addAll(Collections.nCopies(1_000, "/dev/null"));
    longCommand.add(log.toString());
    Process left = new ProcessBuilder(longCommand).start();
    try (RunDirectory run = RunDirectory.create(below)) {
      assertFalse(Files.exists(dead));
      assertTrue(left.waitFor(10, TimeUnit.SECONDS));
      assertTrue(Files.exists(run.path()));
    } finally {
      left.destroyForcibly();
    }
    assertTrue(Files.exists(other));
    try (var files = Files.list(below)) {
      assertTrue(files.allMatch(other::equals), "the run has left something");
    }
  }
}
