package io.acswatch.collector.command;

import java.util.Locale;

/**
 * One line of {@code check}.
 *
 * @param subject what was looked at, one word
 * @param state whether the collector sees it
 * @param says what was found
 * @param next what to do about it; empty if nothing
 */
record CheckItem(String subject, State state, String says, String next) {
  enum State {
    /** All there is. */
    OK,
    /** A part, or nothing where there may be nothing. */
    LIMITED,
    /** Not what it cannot do without. */
    FAILED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static CheckItem ok(String subject, String says) {
    return new CheckItem(subject, State.OK, says, "");
  }

  static CheckItem limited(String subject, String says, String next) {
    return new CheckItem(subject, State.LIMITED, says, next);
  }

  static CheckItem failed(String subject, String says, String next) {
    return new CheckItem(subject, State.FAILED, says, next);
  }
}
