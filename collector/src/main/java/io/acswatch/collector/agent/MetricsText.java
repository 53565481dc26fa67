package io.acswatch.collector.agent;

/**
 * Writes metrics in Prometheus' text format, version 0.0.4. A library would cost the reader more
 * memory than all else it does.
 */
final class MetricsText {
  private final StringBuilder text = new StringBuilder();
  private String name = "";

  MetricsText gauge(String metric, String help) {
    return begin(metric, help, "gauge");
  }

  MetricsText counter(String metric, String help) {
    return begin(metric, help, "counter");
  }

  private MetricsText begin(String metric, String help, String type) {
    name = metric;
    text.append("# HELP ").append(metric).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(metric).append(' ').append(type).append('\n');
    return this;
  }

  MetricsText sample(double value) {
    text.append(name).append(' ').append(value).append('\n');
    return this;
  }

  /** One value of a metric with a label; {@code value} of the label holds no quotes. */
  MetricsText sample(String label, String labelValue, double value) {
    text.append(name).append('{').append(label).append("=\"").append(labelValue).append("\"} ");
    text.append(value).append('\n');
    return this;
  }

  MetricsText sample(String one, String oneIs, String two, String twoIs, double value) {
    text.append(name).append('{').append(one).append("=\"").append(oneIs).append("\",");
    text.append(two).append("=\"").append(twoIs).append("\"} ").append(value).append('\n');
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
