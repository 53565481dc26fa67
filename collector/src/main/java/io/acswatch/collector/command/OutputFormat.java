package io.acswatch.collector.command;

import java.util.Locale;

/** How a command prints its result. */
enum OutputFormat {
  /** For people. */
  TEXT,
  /** For programs: one JSON object per line. */
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
