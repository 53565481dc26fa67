package io.acswatch.simulate;

import io.acswatch.wire.text.CaptureWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes each record as a file, in the order in which they are sent: {@code 000042-HOST.frame}, or
 * {@code .cap} where the record is a sound frame and captures are asked for.
 */
final class DirectorySink implements FleetSink {
  private final Path directory;
  private final boolean captures;
  private int number;

  DirectorySink(Path directory, boolean captures) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.captures = captures;
  }

  @Override
  public void accept(Emission emission) throws IOException {
    String name = "%06d-%s".formatted(number++, emission.host());
    if (captures && emission.capture() != null) {
      try (Writer out = Files.newBufferedWriter(directory.resolve(name + ".cap"))) {
        CaptureWriter.write(emission.capture(), out);
      }
    } else if (!captures && emission.value() != null) {
      Files.write(directory.resolve(name + ".frame"), emission.value());
    }
  }

  @Override
  public void close() {}
}
