package io.acswatch.collector.command.text;

import io.acswatch.cli.Ink;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.wire.json.AlertText;
import java.util.Map;

/** Text for people, laid out in 100 columns; a word longer than that stays whole. */
public final class ConsoleText {
  private final StringBuilder text = new StringBuilder(512);

  public static String alert(IsolationAlert alert, Ink ink) {
    return AlertText.render(
        alert, Map.of(), (look, text) -> ink.paint(Ink.Style.valueOf(look.name()), text));
  }

  public ConsoleText line(String line) {
    text.append(AlertText.printable(line)).append('\n');
    return this;
  }

  public ConsoleText gap() {
    text.append('\n');
    return this;
  }

  /** Appends words after {@code lead}; further lines begin below the first word. */
  public ConsoleText wrapped(String lead, String sentence) {
    return wrapped(lead, lead.length(), sentence);
  }

  /** Appends a sentence of words after {@code lead}; further lines begin at column {@code from}. */
  public ConsoleText wrapped(String lead, int from, String sentence) {
    String words = AlertText.printable(sentence).strip().replaceAll(" +", " ");
    text.append(AlertText.printable(lead)).append(AlertText.wrapped(words, lead.length(), from));
    text.append('\n');
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
