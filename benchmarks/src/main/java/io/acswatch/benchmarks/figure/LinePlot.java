package io.acswatch.benchmarks.figure;

import java.util.List;
import java.util.Locale;

/** A {@link Series} as a line plot in SVG: both axes linear and from zero. */
final class LinePlot {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 360;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TOP = 40;
  private static final int BOTTOM = 50;
  private static final int STEPS = 5;

  /** Told apart by people who see no red or no green too; and by their dashes. */
  private static final List<String> COLOURS = List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7");

  private static final List<String> DASHES = List.of("none", "8 4", "2 3", "10 3 2 3");

  private final Series series;
  private final double stepX;
  private final double stepY;
  private final int stepsX;
  private final int stepsY;
  private final StringBuilder svg = new StringBuilder();

  private LinePlot(Series series) {
    this.series = series;
    stepX = niceStep(series.mostX());
    stepY = niceStep(series.mostY());
    stepsX = steps(series.mostX(), stepX);
    stepsY = steps(series.mostY(), stepY);
  }

  /** The text of the SVG file. The same series gives the same text. */
  static String svg(Series series) {
    LinePlot plot = new LinePlot(series);
    plot.frame();
    for (int column = 1; column < series.names().size(); column++) {
      plot.line(column);
    }
    return plot.svg.append("</svg>\n").toString();
  }

  /** 1, 2 or 5 times a power of ten, such that five of them or fewer reach {@code most}. */
  static double niceStep(double most) {
    double rough = Math.max(most, 1e-9) / STEPS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    for (double nice : new double[] {1, 2, 5}) {
      if (nice * power >= rough * (1 - 1e-9)) {
        return nice * power;
      }
    }
    return 10 * power;
  }

  private static int steps(double most, double step) {
    return Math.max(1, (int) Math.ceil(most / step - 1e-9));
  }

  private double x(double value) {
    return LEFT + value / (stepX * stepsX) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - value / (stepY * stepsY) * (HEIGHT - TOP - BOTTOM);
  }

  private void frame() {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"12\">%n",
        WIDTH, HEIGHT);
    add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>%n", WIDTH, HEIGHT);
    text(LEFT, 22, "start", series.title());
    for (int i = 0; i <= stepsY; i++) {
      double atY = y(i * stepY);
      rule(LEFT, atY, WIDTH - RIGHT, atY);
      text(LEFT - 8, atY + 4, "end", number(i * stepY));
    }
    for (int i = 0; i <= stepsX; i++) {
      text(x(i * stepX), HEIGHT - BOTTOM + 18, "middle", number(i * stepX));
    }
    rule(LEFT, TOP, LEFT, HEIGHT - BOTTOM);
    text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", series.names().get(0));
  }

  private void line(int column) {
    String colour = COLOURS.get((column - 1) % COLOURS.size());
    String dash = DASHES.get((column - 1) % DASHES.size());
    StringBuilder points = new StringBuilder();
    for (List<Double> row : series.rows()) {
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(row.get(0)), y(row.get(column))));
    }
    add(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\""
            + " points=\"%s\"/>%n",
        colour, dash, points.toString().strip());
    int keyY = TOP + 16 * column;
    add(
        "<path d=\"M%d %d h30\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/>%n",
        LEFT + 16, keyY - 4, colour, dash);
    text(LEFT + 54, keyY, "start", series.names().get(column));
  }

  private void rule(double x1, double y1, double x2, double y2) {
    add("<path d=\"M%.1f %.1f L%.1f %.1f\" stroke=\"#cccccc\"/>%n", x1, y1, x2, y2);
  }

  private void text(double x, double y, String anchor, String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, escaped);
  }

  private static String number(double value) {
    boolean whole = Math.abs(value - Math.rint(value)) < 1e-9;
    return whole
        ? Long.toString(Math.round(value))
        : String.format(Locale.ROOT, "%.3g", value).replaceAll("0+$", "");
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format.replace("%n", "\n"), values));
  }
}
