package io.acswatch.collector.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Prometheus' text format 0.0.4; a library would take more memory than all else in the reader. */
final class MetricsText {
  private static final Path SELF = Path.of("/proc/self/stat");
  private static final double TICKS_PER_SECOND = 100; // USER_HZ
  private static final int USER_TICKS = 11; // of stat, after the name in parentheses
  private static final int SYSTEM_TICKS = 12;
  private static final int RESIDENT_PAGES = 21;
  private static final long PAGE_BYTES = 4096;

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

  /** What this process costs the host, as the kernel counts it; NaN where it does not tell. */
  void process(String prefix) {
    double cpuSeconds = Double.NaN;
    double residentBytes = Double.NaN;
    try {
      String stat = Files.readString(SELF);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
      long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
      residentBytes = Long.parseLong(fields[RESIDENT_PAGES]) * PAGE_BYTES;
      cpuSeconds = ticks / TICKS_PER_SECOND;
    } catch (IOException | RuntimeException unknown) {
      // both stay NaN
    }
    counter(prefix + "_cpu_seconds_total", "Processor time of the process.").sample(cpuSeconds);
    gauge(prefix + "_resident_memory_bytes", "Memory of the process.").sample(residentBytes);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
