package io.acswatch.standalone;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.CaptureReader;
import java.nio.file.Path;

/** Recorded kexecs, kept with the tests of the streams application. */
final class Recordings {
  private static final Path CAPTURES = Path.of("../streams-app/src/test/resources/captures");
  private static final long TAKEN_AT = 1_767_225_600_000L;

  private Recordings() {}

  /** {@code kexec-001-before} and so on, as taken on {@code host}. */
  static Capture capture(String name, String host) throws InputException {
    return CaptureReader.read(CAPTURES.resolve(name + ".cap")).withHost(host, 1, TAKEN_AT);
  }
}
