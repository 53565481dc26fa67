package io.acswatch.streams.app;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * The few of Kafka's own metrics that tell whether the application keeps up, over all its threads
 * together: labels of Kafka's name threads, tasks and partitions, and those are many.
 */
final class KafkaMetrics extends Collector {
  private static final List<Figure> FIGURES = read("kafka-metrics.tsv");

  private final Supplier<Map<MetricName, ? extends Metric>> source;

  /** One metric of ours, made of all of Kafka's with that group, name and tags. */
  private record Figure(
      String name,
      String over,
      double unit,
      String group,
      String theirs,
      Set<String> tags,
      String help) {
    private static Figure of(String line) {
      String[] column = line.split("\t");
      return new Figure(
          column[0],
          column[1],
          Double.parseDouble(column[2]),
          column[3],
          column[4],
          column[5].equals("-") ? Set.of() : Set.of(column[5].split(",")),
          column[6]);
    }

    private boolean takes(MetricName metric) {
      return metric.name().equals(theirs)
          && metric.group().equals(group)
          && (tags.isEmpty() || metric.tags().keySet().equals(tags));
    }

    private double of(Map<MetricName, ? extends Metric> metrics) {
      double value = 0;
      for (Map.Entry<MetricName, ? extends Metric> entry : metrics.entrySet()) {
        if (takes(entry.getKey())
            && entry.getValue().metricValue() instanceof Number number
            && Double.isFinite(number.doubleValue())) {
          double one = number.doubleValue() * unit;
          value = over.equals("largest") ? Math.max(value, one) : value + one;
        }
      }
      return value;
    }
  }

  KafkaMetrics(Supplier<Map<MetricName, ? extends Metric>> source) {
    this.source = source;
  }

  private static List<Figure> read(String resource) {
    try (InputStream in =
        Objects.requireNonNull(KafkaMetrics.class.getResourceAsStream(resource))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(Figure::of)
          .toList();
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  @Override
  public List<MetricFamilySamples> collect() {
    Map<MetricName, ? extends Metric> theirs = source.get();
    List<MetricFamilySamples> ours = new ArrayList<>(FIGURES.size());
    for (Figure figure : FIGURES) {
      double value = figure.of(theirs);
      ours.add(
          figure.over().equals("total")
              ? new CounterMetricFamily(figure.name(), figure.help(), value)
              : new GaugeMetricFamily(figure.name(), figure.help(), value));
    }
    return ours;
  }
}
