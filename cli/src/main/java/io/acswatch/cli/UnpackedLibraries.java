package io.acswatch.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Native libraries that RocksDB and the compressors have unpacked into the temporary directory.
 * They are to be deleted when the JVM ends, but not if it is halted, as our commands are when they
 * are stopped: to be stopped is no failure, and only {@code halt} ends a stopped JVM with exit code
 * 0. One that is killed deletes nothing, so a process that goes on for long does it while it runs.
 */
public final class UnpackedLibraries {
  private static final Path MAPPED = Path.of("/proc/self/maps");
  private static final String LOCK = ".lck";

  private UnpackedLibraries() {}

  /** Deletes those that this process has loaded; what is loaded stays usable. */
  public static void delete() {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
    // Each line names a file in its last column; none of this is there but on Linux.
    try (Stream<String> lines = Files.lines(MAPPED, StandardCharsets.ISO_8859_1)) {
      Set<String> loaded =
          lines
              .filter(line -> line.endsWith(".so") && line.contains(" /"))
              .map(line -> line.substring(line.indexOf(" /") + 1))
              .collect(Collectors.toSet());
      for (String file : loaded) {
        Path library = Path.of(file);
        if (temporary.equals(library.getParent())) {
          Files.deleteIfExists(library);
          Files.deleteIfExists(Path.of(library + LOCK));
        }
      }
    } catch (IOException notThere) {
      return;
    }
  }
}
