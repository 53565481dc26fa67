package io.acswatch.wire.frame;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.CaptureReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Captures to test with: a few that the module keeps, and the whole corpus where it is there. */
public final class Captures {
  private static final String CORPUS_PROPERTY = "acswatch.corpus";

  /** Names of the captures in the module's resources. */
  public static final List<String> NAMES =
      List.of(
          "small",
          "before-merge",
          "after-merge",
          "sriov-vfs",
          "iommu-off",
          "live-update",
          "setpci-note");

  private Captures() {}

  /** Text of one of the captures in the resources. */
  public static String text(String name) {
    try (InputStream stream = Captures.class.getResourceAsStream("/captures/" + name + ".cap")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** One of the captures in the resources. */
  public static Capture read(String name) {
    try {
      return CaptureReader.readText(name + ".cap", text(name));
    } catch (InputException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  /** Every capture file of the corpus; skips the test, with the reason, where there is none. */
  public static List<Path> corpus() throws IOException {
    Path directory = corpusDirectory();
    Assumptions.assumeTrue(
        directory != null,
        "no corpus: set -D" + CORPUS_PROPERTY + "=DIRECTORY or the environment variable");
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(".cap")).sorted().toList();
    }
  }

  private static Path corpusDirectory() {
    String configured = System.getProperty(CORPUS_PROPERTY, System.getenv().get("ACSWATCH_CORPUS"));
    if (configured != null) {
      return Path.of(configured);
    }
    for (Path above = Path.of("").toAbsolutePath(); above != null; above = above.getParent()) {
      Path candidate = above.resolve("shared").resolve("corpus");
      if (Files.isDirectory(candidate)) {
        return candidate;
      }
    }
    return null;
  }
}
