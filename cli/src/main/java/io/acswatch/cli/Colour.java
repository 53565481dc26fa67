package io.acswatch.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether to colour what is printed. */
public enum Colour {
  /** On a terminal, unless {@code NO_COLOR} is set or the terminal is a dumb one. */
  AUTO,
  /** Wherever it goes. */
  ALWAYS,
  /** Nowhere. */
  NEVER;

  /** True if to be coloured. */
  public boolean isOn() {
    return switch (this) {
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

  /** As it is written in a command. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
