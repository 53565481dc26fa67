package io.acswatch.collector.command.text;

import io.acswatch.cli.Ink;
import io.acswatch.cli.Ink.Style;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of a tree in three columns: what there is, its ACS bits, its group. The first is as wide as
 * it must be, and at most so wide that all three fit into 100 columns.
 */
final class Rows {
  private static final int MOST = 68;
  private static final int GAP = 2;

  private final Ink ink;
  private final boolean lines;
  private final List<Row> rows = new ArrayList<>();

  private record Word(String text, String painted) {}

  private static final class Row {
    private final List<Word> words = new ArrayList<>();
    private Word acs = new Word("", "");
    private Word group = new Word("", "");

    private int width() {
      return words.stream().mapToInt(word -> columns(word.text)).sum();
    }
  }

  /**
   * No rows yet.
   *
   * @param lines draw with line-drawing characters; else with those of ASCII
   */
  Rows(Ink ink, boolean lines) {
    this.ink = ink;
    this.lines = lines;
  }

  /**
   * Begins a row.
   *
   * @param last for each level down to it, whether the branch that leads to it is the last one of
   *     its siblings
   */
  Rows row(List<Boolean> last) {
    rows.add(new Row());
    StringBuilder lead = new StringBuilder();
    for (int i = 0; i < last.size(); i++) {
      boolean own = i == last.size() - 1;
      lead.append(own ? branch(last.get(i)) : last.get(i) ? "   " : lines ? "│  " : "|  ");
    }
    return word(Style.DIM, lead.toString());
  }

  private String branch(boolean last) {
    return last ? lines ? "└─ " : "`- " : lines ? "├─ " : "|- ";
  }

  Rows word(Style style, String text) {
    current().words.add(new Word(text, ink.paint(style, text)));
    return this;
  }

  /** A text in the colour of the {@code number}th VM. */
  Rows vm(int number, String text) {
    current().words.add(new Word(text, ink.distinct(number, text)));
    return this;
  }

  Rows acs(Style style, String text) {
    current().acs = new Word(text, ink.paint(style, text));
    return this;
  }

  Rows group(Style style, String text) {
    current().group = new Word(text, ink.paint(style, text));
    return this;
  }

  private Row current() {
    return rows.get(rows.size() - 1);
  }

  String text() {
    int first = Math.min(MOST, rows.stream().mapToInt(Row::width).max().orElse(0)) + GAP;
    int second = rows.stream().mapToInt(row -> columns(row.acs.text)).max().orElse(0) + GAP;
    StringBuilder text = new StringBuilder(rows.size() * 100);
    for (Row row : rows) {
      int width = 0;
      int end = text.length();
      for (Word word : row.words) {
        text.append(word.painted);
        width += columns(word.text);
        end = word.text.isBlank() ? end : text.length();
      }
      if (!row.acs.text.isEmpty() || !row.group.text.isEmpty()) {
        pad(text, first - width).append(row.acs.painted);
        end = row.acs.text.isEmpty() ? end : text.length();
        if (!row.group.text.isEmpty()) {
          pad(text, second - columns(row.acs.text)).append(row.group.painted);
          end = text.length();
        }
      }
      text.setLength(end);
      text.append('\n');
    }
    return text.toString();
  }

  private static StringBuilder pad(StringBuilder text, int columns) {
    return text.append(" ".repeat(Math.max(1, columns)));
  }

  private static int columns(String text) {
    return text.codePointCount(0, text.length());
  }
}
