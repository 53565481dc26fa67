package io.acswatch.collector;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.text.CaptureReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The captures that tests use: those in the resources, and the corpus if it is there. */
public final class TestCaptures {
  /** Names of the captures in the resources. */
  public static final List<String> NAMES =
      List.of(
          "switch-before.cap",
          "switch-after.cap",
          "sriov-vfs.cap",
          "iommu-off-before.cap",
          "iommu-off-after.cap",
          "renumbered-before.cap",
          "renumbered-after.cap",
          "setpci-runtime.cap",
          "amd-iommu.cap",
          "late-acs.cap",
          "kho-fresh.cap",
          "kho-live-update.cap",
          "kho-ignored.cap",
          "late-acs-kexec-before.cap",
          "late-acs-kexec-cleared.cap",
          "late-acs-kexec-after.cap");

  private TestCaptures() {}

  /** A capture of the resources. */
  public static Capture read(String name) throws IOException {
    try (InputStream stream = TestCaptures.class.getResourceAsStream("/captures/" + name)) {
      if (stream == null) {
        throw new IOException("no test capture " + name);
      }
      return CaptureReader.read(name, stream);
    }
  }

  /** A capture of the resources as a file. */
  public static Path file(String name) {
    return Path.of("src", "test", "resources", "captures", name);
  }

  /**
   * The directory of the whole corpus: the property {@code acswatch.corpus}, or {@code
   * shared/corpus} beside this tree or further up; empty if there is none.
   */
  public static Optional<Path> corpus() {
    String configured = System.getProperty("acswatch.corpus", "");
    if (!configured.isEmpty()) {
      return Optional.of(Path.of(configured));
    }
    for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
      Path candidate = up.resolve("shared").resolve("corpus");
      if (Files.isDirectory(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** All captures below a directory, in order of name. */
  public static List<Path> below(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(".cap")).sorted().toList();
    }
  }
}
