package io.acswatch.cli;

import java.nio.file.Path;
import java.util.Map;

/** Where a user's programs keep what they must not forget: the XDG base directory specification. */
public final class StateDirectory {
  private StateDirectory() {}

  /** {@code acswatch/PART} below {@code $XDG_STATE_HOME}, or below {@code $HOME/.local/state}. */
  public static Path of(String part, Map<String, String> environment) {
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    // HOME, and not what the user's entry in passwd says: it is what sudo, env and containers set.
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    Path base = state.startsWith("/") ? Path.of(state) : Path.of(home, ".local", "state");
    return base.resolve("acswatch").resolve(part);
  }
}
