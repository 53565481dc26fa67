package io.acswatch.benchmarks.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary directory, deleted with all that is in it. */
public final class Scratch implements AutoCloseable {
  private final Path directory;

  /** Makes it. */
  public Scratch() throws IOException {
    directory = Files.createTempDirectory("acswatch-bench-");
  }

  /** Where it is. */
  public Path directory() {
    return directory;
  }

  /** Deletes a directory in it. */
  public static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(tree)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      try {
        Files.deleteIfExists(file);
      } catch (NoSuchFileException gone) {
        continue;
      }
    }
  }

  @Override
  public void close() throws IOException {
    delete(directory);
  }
}
