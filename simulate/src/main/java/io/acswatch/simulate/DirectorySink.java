package io.acswatch.simulate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes each record as a file, in the order in which they are sent: 000042-HOST.frame. */
final class DirectorySink implements FleetSink {
  private final Path directory;
  private int number;

  DirectorySink(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  @Override
  public void accept(Emission emission) throws IOException {
    String name = "%06d-%s.frame".formatted(number++, emission.host());
    if (emission.value() != null) {
      Files.write(directory.resolve(name), emission.value());
    }
  }
}
