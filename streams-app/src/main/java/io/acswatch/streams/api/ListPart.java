package io.acswatch.streams.api;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** A part of a list that several instances hold: the first lines of one, to be merged. */
record ListPart(int total, List<Line> lines) {
  /** Media type of {@link #text}, which only instances send to each other. */
  static final String TYPE = "text/x-acswatch-page; charset=utf-8";

  /** Most bytes of an answer: 9,000 functions before and after, or some 20,000 alerts. */
  static final int MAX_BYTES = 16 << 20;

  private static final long LARGEST = 1_000_000_000_000_000L;

  record Line(String key, String json) {}

  private static final Comparator<Line> BY_KEY = Comparator.comparing(Line::key);

  /** The first of all, in order of their keys; only those are written out. */
  static <T> ListPart of(List<T> all, Function<T, String> key, Function<T, String> json, int limit)
      throws ApiException {
    Map<String, T> sorted = new TreeMap<>();
    all.forEach(one -> sorted.put(key.apply(one), one));
    List<Line> lines = new ArrayList<>();
    long length = 0;
    for (Map.Entry<String, T> one : sorted.entrySet()) {
      if (lines.size() == limit) {
        break;
      }
      Line line = new Line(one.getKey(), json.apply(one.getValue()));
      length += line.json().length();
      if (length > MAX_BYTES) {
        throw ApiException.tooLarge();
      }
      lines.add(line);
    }
    return new ListPart(all.size(), lines);
  }

  ListPart merge(ListPart other, int limit) {
    return new ListPart(
        total + other.total,
        Stream.concat(lines.stream(), other.lines.stream()).sorted(BY_KEY).limit(limit).toList());
  }

  /** A number not below 0, so that keys are in the order of the numbers. */
  static String digits(long number) {
    return Long.toString(LARGEST + number).substring(1);
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

  /** The opposite of {@link #text}; IllegalArgumentException for any other text. */
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
