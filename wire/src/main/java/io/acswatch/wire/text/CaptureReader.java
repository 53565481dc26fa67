package io.acswatch.wire.text;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.InputException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads captures in the {@code pci-capture 1} text format. The opposite of {@link CaptureWriter}.
 *
 * <p>A capture is complete or refused: a file that ends early is told by its missing {@code end}
 * line or, where it has none, by functions that {@code scan_order} or a {@code group} line names
 * and no {@code dev} line describes.
 */
public final class CaptureReader {
  private CaptureReader() {}

  public static Capture read(Path file) throws InputException {
    return LineSource.readFile(file, CaptureReader::read);
  }

  /** Reads a stream to its end; leaves it open. */
  public static Capture read(String source, InputStream stream) throws InputException {
    return read(new LineSource(source, stream));
  }

  public static Capture readText(String source, String text) throws InputException {
    return read(source, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static Capture read(LineSource lines) throws InputException {
    CaptureAssembly assembly = new CaptureAssembly(lines);
    String header = lines.nextUnbroken();
    if (header == null) {
      throw lines.errorInWhole("empty, expected the line \"" + CaptureFormat.HEADER + "\"");
    }
    if (!header.equals(CaptureFormat.HEADER)) {
      throw lines.error(
          "first line is %s, expected \"%s\""
              .formatted(InputException.quote(header), CaptureFormat.HEADER));
    }
    for (String line = lines.nextUnbroken(); line != null; line = lines.nextUnbroken()) {
      assembly.add(line);
    }
    return assembly.build();
  }
}
