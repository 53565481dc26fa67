package io.acswatch.collector.command;

import io.acswatch.wire.terminal.Colour;
import io.acswatch.wire.terminal.Ink;
import java.nio.charset.Charset;
import picocli.CommandLine.Option;

/** The option {@code --color} of commands that print for people. */
final class ColourOption {
  private static final String LINES = "├─└│";

  @Option(
      names = {"--color", "--colour"},
      paramLabel = "WHEN",
      defaultValue = "auto",
      description =
          "Whether to colour text: auto (default; on a terminal, unless NO_COLOR is set), always or"
              + " never.")
  private Colour colour = Colour.AUTO;

  boolean isOn() {
    return colour.isOn();
  }

  Ink ink() {
    return new Ink(isOn());
  }

  /** True if standard output can have line-drawing characters. */
  static boolean hasLines() {
    return Charset.defaultCharset().newEncoder().canEncode(LINES);
  }
}
