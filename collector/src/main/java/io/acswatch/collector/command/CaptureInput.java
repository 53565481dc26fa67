package io.acswatch.collector.command;

import io.acswatch.pci.capture.Capture;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.LspciReader;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Opens what a command was given as an input: a file, or {@code -} for standard input. */
final class CaptureInput {
  /** Name of standard input on the command line. */
  static final String STANDARD_INPUT = "-";

  private static final String CAPTURE_MARK = "# pci-capture";
  private static final int SNIFFED_BYTES = 512;

  private CaptureInput() {}

  /** Reads a capture. */
  static Capture read(String name) throws IOException {
    if (name.equals(STANDARD_INPUT)) {
      return CaptureReader.read("standard input", System.in);
    }
    return CaptureReader.read(Path.of(name));
  }

  /** Reads a capture or the text of {@code lspci -xxxx}, whichever it is. */
  static Capture readAny(String name) throws IOException {
    if (name.equals(STANDARD_INPUT)) {
      return readAny("standard input", System.in);
    }
    Path file = Path.of(name);
    if (Files.isDirectory(file)) {
      throw new InputException(name, "is a directory, expected a capture or lspci -xxxx text");
    }
    try (InputStream stream = new BufferedInputStream(Files.newInputStream(file))) {
      return readAny(name, stream);
    }
  }

  private static Capture readAny(String source, InputStream stream) throws IOException {
    byte[] start = stream.readNBytes(SNIFFED_BYTES);
    InputStream whole = new SequenceInputStream(new ByteArrayInputStream(start), stream);
    String text = new String(start, StandardCharsets.UTF_8).stripLeading();
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    if (text.toLowerCase(Locale.ROOT).startsWith(CAPTURE_MARK)) {
      return CaptureReader.read(source, whole);
    }
    return LspciReader.read(source, whole);
  }
}
