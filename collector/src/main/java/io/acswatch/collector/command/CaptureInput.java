package io.acswatch.collector.command;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.InputKind;
import io.acswatch.wire.text.LspciReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens what a command was given as an input: a file, or {@code -} for standard input. */
final class CaptureInput {
  static final String STANDARD_INPUT = "-";

  private static final String STANDARD_INPUT_NAME = "standard input";

  private CaptureInput() {}

  static String nameOf(String name) {
    return name.equals(STANDARD_INPUT) ? STANDARD_INPUT_NAME : name;
  }

  static Capture read(String name) throws IOException {
    return name.equals(STANDARD_INPUT)
        ? CaptureReader.read(STANDARD_INPUT_NAME, System.in)
        : CaptureReader.read(Path.of(name));
  }

  /** Reads the functions in a capture, or in text of {@code lspci -xxxx}, whichever it is. */
  static List<CapturedFunction> readFunctions(String name) throws IOException {
    if (name.equals(STANDARD_INPUT)) {
      return functions(STANDARD_INPUT_NAME, System.in);
    }
    Path file = Path.of(name);
    if (Files.isDirectory(file)) {
      throw new InputException(name, "is a directory, expected a capture or lspci -xxxx text");
    }
    try (InputStream stream = Files.newInputStream(file)) {
      return functions(name, stream);
    }
  }

  private static List<CapturedFunction> functions(String source, InputStream stream)
      throws IOException {
    BufferedInputStream text = new BufferedInputStream(stream);
    return switch (InputKind.of(text)) {
      case CAPTURE -> CaptureReader.read(source, text).functions();
      case LSPCI -> LspciReader.read(source, text);
      case UNKNOWN ->
          throw new InputException(
              source, "neither a capture (# pci-capture 1) nor text of lspci -x, -xxx or -xxxx");
    };
  }
}
