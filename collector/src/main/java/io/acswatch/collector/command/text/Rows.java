package io.acswatch.collector.command.text;

import io.acswatch.cli.Ink;
import io.acswatch.cli.Ink.Style;
import io.acswatch.wire.json.AlertText;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of a tree in three columns: what there is, its ACS bits, its group. The first is as wide as
 * it must be, and at most so wide that all three fit into 100 columns.
 */
final class Rows {
  private static final int MOST = 68;
  private static final int GAP = 2;
  private static final int LONGEST_NAME = 24;

  private final Ink ink;
  private final boolean lines;
  private final List<String> vms;
  private final List<Row> rows = new ArrayList<>();
  private boolean crossed;

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
   * @param vms those that have devices; each has the colour of its place here
   */
  Rows(Ink ink, boolean lines, List<String> vms) {
    this.ink = ink;
    this.lines = lines;
    this.vms = vms;
  }

  /** Begins a row after {@code lead}, which draws the branches that pass it. */
  Rows row(String lead) {
    rows.add(new Row());
    return word(Style.DIM, lead);
  }

  /** Begins the row of a branch, {@code last} if it is the last one of its siblings. */
  Rows row(String lead, boolean last) {
    return row(lead + (last ? lines ? "└─ " : "`- " : lines ? "├─ " : "|- "));
  }

  String leadBelow(String lead, boolean last) {
    return lead + (last ? "   " : lines ? "│  " : "|  ");
  }

  Rows word(Style style, String text) {
    current().words.add(new Word(text, ink.paint(style, text)));
    return this;
  }

  Rows vm(String name) {
    String text = "[" + shortened(name) + "]";
    current().words.add(new Word(text, ink.distinct(vms.indexOf(name), text)));
    return word(Style.PLAIN, " ");
  }

  Rows acs(Style style, String text) {
    current().acs = new Word(text, ink.paint(style, text));
    return this;
  }

  Rows group(Style style, String text) {
    current().group = new Word(text, ink.paint(style, text));
    return this;
  }

  /** A group with a note; if devices of several VMs are in it, a mark that the legend explains. */
  Rows group(Style style, String text, boolean cross, String note) {
    crossed |= cross;
    return group(cross ? Style.ALARM : style, text + (cross ? " !" : "") + note);
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
    String legend = "! devices of several VMs in one group\n";
    return text + (crossed ? "\n" + ink.paint(Style.ALARM, legend) : "");
  }

  private static StringBuilder pad(StringBuilder text, int columns) {
    return text.append(" ".repeat(Math.max(1, columns)));
  }

  static String shortened(String name) {
    String printable = AlertText.printable(name);
    return columns(printable) <= LONGEST_NAME
        ? printable
        : printable.substring(0, printable.offsetByCodePoints(0, LONGEST_NAME - 3)) + "...";
  }

  private static int columns(String text) {
    return text.codePointCount(0, text.length());
  }
}
