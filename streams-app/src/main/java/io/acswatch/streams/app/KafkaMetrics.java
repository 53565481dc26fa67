package io.acswatch.streams.app;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Supplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * The few of Kafka's own metrics that tell whether the application keeps up, over all its threads
 * together: labels of Kafka's name threads, tasks and partitions, and those are many.
 */
final class KafkaMetrics extends Collector {
  private static final double MILLIS = 1e-3;
  private static final double NANOS = 1e-9;

  /** Tags of what a client says of itself, and not of one of its topics or nodes. */
  private static final Set<String> CLIENT = Set.of("client-id");

  private static final Set<String> THREAD = Set.of("thread-id");
  private static final Set<String> ANY = Set.of();

  private static final List<Figure> FIGURES =
      List.of(
          largest(
              "acswatch_kafka_consumer_lag_records",
              "Records that the consumer furthest behind on a partition has yet to fetch.",
              "consumer-fetch-manager-metrics",
              "records-lag-max",
              CLIENT,
              1),
          sum(
              "acswatch_kafka_consumed_bytes",
              "Bytes fetched from the brokers, as compressed.",
              "consumer-fetch-manager-metrics",
              "bytes-consumed-total",
              CLIENT,
              1),
          largest(
              "acswatch_kafka_commit_latency_seconds",
              "Mean time of a commit over the last minute or so, of the slowest thread.",
              "stream-thread-metrics",
              "commit-latency-avg",
              THREAD,
              MILLIS),
          largest(
              "acswatch_kafka_commit_latency_max_seconds",
              "Longest commit of the last minute or so.",
              "stream-thread-metrics",
              "commit-latency-max",
              THREAD,
              MILLIS),
          sum(
              "acswatch_kafka_commits",
              "Transactions that were committed.",
              "stream-thread-metrics",
              "commit-total",
              THREAD,
              1),
          sum(
              "acswatch_kafka_transaction_commit_seconds",
              "Time spent waiting for transactions to be committed.",
              "producer-metrics",
              "txn-commit-time-ns-total",
              CLIENT,
              NANOS),
          sum(
              "acswatch_kafka_producer_errors",
              "Records that could not be sent.",
              "producer-metrics",
              "record-error-total",
              CLIENT,
              1),
          sum(
              "acswatch_kafka_producer_retries",
              "Records that were sent again.",
              "producer-metrics",
              "record-retry-total",
              CLIENT,
              1),
          sum(
              "acswatch_kafka_rebalances",
              "Times that partitions were shared out anew.",
              "consumer-coordinator-metrics",
              "rebalance-total",
              CLIENT,
              1),
          gaugeSum(
              "acswatch_kafka_stream_threads",
              "Stream threads that are alive.",
              "stream-metrics",
              "alive-stream-threads",
              CLIENT,
              1),
          sum(
              "acswatch_kafka_stream_threads_failed",
              "Stream threads that ended by a failure.",
              "stream-metrics",
              "failed-stream-threads",
              CLIENT,
              1),
          gaugeSum(
              "acswatch_state_store_bytes",
              "Bytes of the stores on disk.",
              "stream-state-metrics",
              "total-sst-files-size",
              ANY,
              1),
          gaugeSum(
              "acswatch_state_memtable_bytes",
              "Bytes of the stores in write buffers.",
              "stream-state-metrics",
              "size-all-mem-tables",
              ANY,
              1));

  private final Supplier<Map<MetricName, ? extends Metric>> source;

  /** One metric of ours, made of all of Kafka's with that group, name and tags. */
  private record Figure(
      String name,
      String help,
      boolean counts,
      String group,
      String metric,
      Set<String> tags,
      double unit,
      DoubleBinaryOperator together) {
    private boolean takes(MetricName theirs) {
      return theirs.name().equals(metric)
          && theirs.group().equals(group)
          && (tags.isEmpty() || theirs.tags().keySet().equals(tags));
    }

    private double of(Map<MetricName, ? extends Metric> metrics) {
      double value = 0;
      for (Map.Entry<MetricName, ? extends Metric> entry : metrics.entrySet()) {
        if (takes(entry.getKey())
            && entry.getValue().metricValue() instanceof Number number
            && Double.isFinite(number.doubleValue())) {
          value = together.applyAsDouble(value, number.doubleValue() * unit);
        }
      }
      return value;
    }
  }

  KafkaMetrics(Supplier<Map<MetricName, ? extends Metric>> source) {
    this.source = source;
  }

  private static Figure largest(
      String name, String help, String group, String metric, Set<String> tags, double unit) {
    return new Figure(name, help, false, group, metric, tags, unit, Math::max);
  }

  private static Figure sum(
      String name, String help, String group, String metric, Set<String> tags, double unit) {
    return new Figure(name, help, true, group, metric, tags, unit, Double::sum);
  }

  private static Figure gaugeSum(
      String name, String help, String group, String metric, Set<String> tags, double unit) {
    return new Figure(name, help, false, group, metric, tags, unit, Double::sum);
  }

  @Override
  public List<MetricFamilySamples> collect() {
    Map<MetricName, ? extends Metric> theirs = source.get();
    List<MetricFamilySamples> ours = new ArrayList<>(FIGURES.size());
    for (Figure figure : FIGURES) {
      double value = figure.of(theirs);
      ours.add(
          figure.counts()
              ? new CounterMetricFamily(figure.name(), figure.help(), value)
              : new GaugeMetricFamily(figure.name(), figure.help(), value));
    }
    return ours;
  }
}
