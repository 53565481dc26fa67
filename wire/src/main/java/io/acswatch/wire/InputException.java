package io.acswatch.wire;

import java.io.IOException;

/** Damaged input, in one line: {@code before.cap:17: dev: fields=13, expected 14}. */
public final class InputException extends IOException {
  private static final long serialVersionUID = 1;
  private static final int QUOTED_CHARACTERS = 40;

  private final String problem;

  /** One place in the input; {@code column} counts from 1, 0 if the whole line is at fault. */
  public InputException(String source, int line, int column, String problem) {
    super(
        source
            + (line > 0 ? ":" + line : "")
            + (line > 0 && column > 0 ? ":" + column : "")
            + ": "
            + problem);
    this.problem = problem;
  }

  public InputException(String source, String problem) {
    this(source, 0, 0, problem);
  }

  public String problem() {
    return problem;
  }

  /** Text from the input for use in a message: quoted, shortened, without control characters. */
  public static String quote(CharSequence text) {
    StringBuilder quoted = new StringBuilder(QUOTED_CHARACTERS + 5).append('"');
    for (int i = 0; i < text.length(); i++) {
      if (i == QUOTED_CHARACTERS) {
        return quoted.append("...\"").toString();
      }
      char c = text.charAt(i);
      quoted.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
    }
    return quoted.append('"').toString();
  }
}
