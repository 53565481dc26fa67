package io.acswatch.streams.api;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;

/**
 * A part of a list that several instances hold together: each gives its first lines in one order,
 * which are then merged.
 *
 * @param total number of lines there would be without a limit
 * @param lines in ascending order of key
 */
record ListPart(int total, List<Line> lines) {
  /** Media type of {@link #text}, which only instances send to each other. */
  static final String TYPE = "text/x-acswatch-page; charset=utf-8";

  /** A JSON value on one line, and what it is sorted by. */
  record Line(String key, String json) {}

  static ListPart first(int limit, List<Line> lines) {
    return new ListPart(
        lines.size(), lines.stream().sorted(Comparator.comparing(Line::key)).limit(limit).toList());
  }

  ListPart merge(ListPart other, int limit) {
    List<Line> all = new ArrayList<>(lines);
    all.addAll(other.lines);
    return new ListPart(total + other.total, first(limit, all).lines);
  }

  /** For another instance: the total, then keys and values line by line. */
  String text() {
    StringBuilder text = new StringBuilder().append(total).append('\n');
    for (Line line : lines) {
      text.append(Base64.getEncoder().encodeToString(line.key().getBytes(StandardCharsets.UTF_8)));
      text.append(' ').append(line.json()).append('\n');
    }
    return text.toString();
  }

  /**
   * The opposite of {@link #text}.
   *
   * @throws IllegalArgumentException if it is not that
   */
  static ListPart parse(String text) {
    String[] rows = text.split("\n");
    List<Line> lines = new ArrayList<>();
    for (int i = 1; i < rows.length; i++) {
      int space = rows[i].indexOf(' ');
      if (space < 0) {
        throw new IllegalArgumentException("line " + (i + 1) + ": no space");
      }
      byte[] key = Base64.getDecoder().decode(rows[i].substring(0, space));
      lines.add(new Line(new String(key, StandardCharsets.UTF_8), rows[i].substring(space + 1)));
    }
    return new ListPart(Integer.parseInt(rows[0]), lines);
  }
}
