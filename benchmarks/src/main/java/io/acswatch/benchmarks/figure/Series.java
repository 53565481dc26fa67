package io.acswatch.benchmarks.figure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Columns of numbers over a first one, from text:
 *
 * <pre>
 *   # title: What a host costs
 *   functions,reader CPU s/h,sender CPU s/h
 *   16,8.5,9.4
 * </pre>
 *
 * Further lines that begin with {@code #} are for people: how it was measured.
 *
 * @param title what is shown
 * @param names of the columns, the first one that of the x axis
 * @param rows in ascending order of their first number; at least two
 */
record Series(String title, List<String> names, List<List<Double>> rows) {
  private static final String TITLE = "# title:";

  /**
   * Reads it.
   *
   * @throws IOException naming the line that is no row
   */
  static Series parse(List<String> lines) throws IOException {
    String title = "";
    List<String> names = List.of();
    List<List<Double>> rows = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.startsWith(TITLE)) {
        title = line.substring(TITLE.length()).strip();
      } else if (line.isEmpty() || line.startsWith("#")) {
        continue;
      } else if (names.isEmpty()) {
        names = List.of(line.split(","));
      } else {
        rows.add(row(line, i + 1, names.size()));
      }
    }
    if (names.size() < 2 || rows.size() < 2) {
      throw new IOException("expected two columns and two rows at least");
    }
    for (int i = 1; i < rows.size(); i++) {
      if (rows.get(i).get(0) <= rows.get(i - 1).get(0)) {
        throw new IOException("the first column does not ascend at " + rows.get(i).get(0));
      }
    }
    return new Series(title, names, List.copyOf(rows));
  }

  private static List<Double> row(String line, int number, int columns) throws IOException {
    List<Double> row = new ArrayList<>();
    try {
      for (String cell : line.split(",")) {
        row.add(Double.valueOf(cell.strip()));
      }
    } catch (NumberFormatException notANumber) {
      throw new IOException("line " + number + ": expected numbers, found " + line, notANumber);
    }
    if (row.size() != columns) {
      throw new IOException(
          "line %d: %d numbers, expected %d".formatted(number, row.size(), columns));
    }
    return List.copyOf(row);
  }

  double mostX() {
    return rows.get(rows.size() - 1).get(0);
  }

  double mostY() {
    return rows.stream()
        .flatMap(row -> row.subList(1, row.size()).stream())
        .mapToDouble(Double::doubleValue)
        .max()
        .orElse(1);
  }
}
