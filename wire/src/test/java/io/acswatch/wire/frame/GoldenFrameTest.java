package io.acswatch.wire.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.CaptureWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Frames that were written once and must be readable for ever, each beside the capture it was made
 * of. {@code -Dgolden.update=true} writes them anew: only before a version is released.
 */
class GoldenFrameTest {
  private static final Path DIRECTORY = Path.of("src/test/resources/v1");

  static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".cap"))
          .map(name -> name.substring(0, name.length() - ".cap".length()))
          .sorted()
          .toList();
    }
  }

  static Capture capture(String name) throws InputException {
    return CaptureReader.read(DIRECTORY.resolve(name + ".cap"));
  }

  static byte[] frame(String name) throws IOException {
    return Files.readAllBytes(DIRECTORY.resolve(name + ".frame"));
  }

  @BeforeAll
  static void update() throws IOException {
    if (Boolean.getBoolean("golden.update")) {
      for (String name : names()) {
        Files.write(DIRECTORY.resolve(name + ".frame"), FrameWriter.write(capture(name)));
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void writesTheGoldenFrame(String name) throws IOException {
    assertArrayEquals(frame(name), FrameWriter.write(capture(name)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void readsTheGoldenFrame(String name) throws IOException {
    FrameReader reader = new FrameReader();
    assertNull(reader.wrap(frame(name)));
    CaptureContent.assertSame(capture(name), reader.toCapture());
    assertEquals(CaptureWriter.toText(capture(name)), CaptureWriter.toText(reader.toCapture()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void decodesTheGoldenFrame(String name) throws IOException {
    FrameReader reader = new FrameReader();
    assertNull(reader.wrap(frame(name)));
    assertEquals(Snapshot.of(capture(name)), reader.toSnapshot());
  }

  @Test
  void theFormatIsDocumentedByAGoldenFrame() throws IOException {
    String document = Files.readString(Path.of("FORMAT.md"));
    byte[] frame = frame("tiny");
    for (int at = 0; at < frame.length; at += 16) {
      String bytes = HexFormat.ofDelimiter(" ").formatHex(frame, at, at + 16);
      assertTrue(document.contains("%04x  %s".formatted(at, bytes)), bytes);
    }
  }
}
