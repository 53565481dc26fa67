package io.acswatch.benchmarks.rig;

import java.util.Collection;
import java.util.List;

/** Median, least and most of some measurements; all are NaN if there is none. */
public record Spread(double median, double least, double most) {
  /** Of these measurements. */
  public static Spread of(Collection<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int count = sorted.size();
    if (count == 0) {
      return new Spread(Double.NaN, Double.NaN, Double.NaN);
    }
    double middle = (sorted.get((count - 1) / 2) + sorted.get(count / 2)) / 2;
    return new Spread(middle, sorted.get(0), sorted.get(count - 1));
  }
}
