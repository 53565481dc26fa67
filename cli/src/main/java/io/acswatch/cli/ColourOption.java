package io.acswatch.cli;

import java.nio.charset.Charset;
import picocli.CommandLine.Option;

/** The option {@code --color} of commands that print for people. */
public final class ColourOption {
  private static final String LINES = "├─└│";

  @Option(
      names = {"--color", "--colour"},
      paramLabel = "WHEN",
      description =
          "When to colour text: auto (default: on a terminal, unless NO_COLOR is set), always or"
              + " never.")
  private Colour colour = Colour.AUTO;

  /** True if text is to be coloured. */
  public boolean isOn() {
    return colour.isOn();
  }

  /** What to colour with. */
  public Ink ink() {
    return new Ink(isOn());
  }

  /** True if standard output can have line-drawing characters. */
  public static boolean hasLines() {
    return Charset.defaultCharset().newEncoder().canEncode(LINES);
  }
}
