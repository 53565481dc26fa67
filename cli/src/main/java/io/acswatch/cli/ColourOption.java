package io.acswatch.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option {@code --color} of commands that print for people. */
public final class ColourOption {
  private static final String LINES = "├─└│";

  public enum When {
    /** On a terminal, unless {@code NO_COLOR} is set or the terminal is a dumb one. */
    AUTO,
    ALWAYS,
    NEVER
  }

  @Option(
      names = {"--color", "--colour"},
      paramLabel = "WHEN",
      description =
          "When to colour text: auto (default: on a terminal, unless NO_COLOR is set), always or"
              + " never.")
  private When when = When.AUTO;

  public boolean isOn() {
    return switch (when) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO -> isWanted(System.getenv("NO_COLOR"), System.getenv("TERM")) && isTerminal();
    };
  }

  /** As https://no-color.org asks: any value but an empty one says no. */
  static boolean isWanted(@Nullable String noColor, @Nullable String terminal) {
    return (noColor == null || noColor.isEmpty()) && !"dumb".equals(terminal);
  }

  /** Java's console says what standard input is as well; standard output itself is asked. */
  private static boolean isTerminal() {
    try {
      Path output = Path.of("/proc/self/fd/1").toRealPath();
      return output.startsWith("/dev/pts")
          || output.getFileName().toString().startsWith("tty")
          || output.endsWith("console");
    } catch (IOException notOnLinux) {
      return System.console() != null;
    }
  }

  public Ink ink() {
    return new Ink(isOn());
  }

  /** True if standard output can have line-drawing characters. */
  public static boolean hasLines() {
    return Charset.defaultCharset().newEncoder().canEncode(LINES);
  }
}
