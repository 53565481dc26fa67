package io.acswatch.cli;

/** Colours for a terminal, by ANSI escapes; plain text where colours are off. */
public final class Ink {
  public enum Style {
    PLAIN(""),
    BOLD("1"),
    DIM("2"),
    ALARM("1;31"),
    /** What is to be looked at. */
    NOTICE("33"),
    CALM("32");

    private final String code;

    Style(String code) {
      this.code = code;
    }
  }

  /** Colours that tell things apart; none of them is that of an alarm. */
  private static final String[] DISTINCT = {"36", "35", "32", "34", "33", "96", "95", "92", "94"};

  private final boolean on;

  public Ink(boolean on) {
    this.on = on;
  }

  public String paint(Style style, String text) {
    return paint(style.code, text);
  }

  /** A text in the colour of the {@code number}th thing of a kind; colours come round again. */
  public String distinct(int number, String text) {
    return paint(DISTINCT[number % DISTINCT.length], text);
  }

  private String paint(String code, String text) {
    return !on || code.isEmpty() || text.isEmpty()
        ? text
        : "\u001b[" + code + 'm' + text + "\u001b[0m";
  }
}
