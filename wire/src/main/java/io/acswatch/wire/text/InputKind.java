package io.acswatch.wire.text;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What a text holds, told by how it begins. */
public enum InputKind {
  /** A capture, for {@link CaptureReader}. */
  CAPTURE,
  /** Any other text, for {@link PostedHost}. */
  TEXT,
  /** Bytes that are no text. */
  BINARY;

  private static final int LOOKED_AT = 4096;

  /** Looks at the beginning of a stream, which afterwards stands where it stood before. */
  public static InputKind of(BufferedInputStream stream) throws IOException {
    stream.mark(LOOKED_AT);
    byte[] beginning = stream.readNBytes(LOOKED_AT);
    stream.reset();
    return ofBeginning(new String(beginning, StandardCharsets.UTF_8));
  }

  private static InputKind ofBeginning(String text) {
    String first = text.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
    if (first.replace("\uFEFF", "").startsWith(CaptureFormat.MAGIC.strip())) {
      return CAPTURE;
    }
    return text.indexOf('\0') >= 0 ? BINARY : TEXT;
  }
}
