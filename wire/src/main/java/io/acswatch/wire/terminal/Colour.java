package io.acswatch.streams;

import java.io.IOException;
import java.nio.file.Path;

/** Whether to colour what is printed. */
public enum Colour {
  /** On a terminal, unless {@code NO_COLOR} is set. */
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
      // NO_COLOR is the common way to say so.
      case AUTO -> System.getenv("NO_COLOR") == null && isTerminal();
    };
  }

  /** From Java 22 on there is a console even where output goes to a file: ask the file itself. */
  private static boolean isTerminal() {
    try {
      return System.console() != null && Path.of("/proc/self/fd/1").toRealPath().startsWith("/dev");
    } catch (IOException notOnLinux) {
      return false;
    }
  }
}
