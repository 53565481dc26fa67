package io.acswatch.collector.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process costs the host, as the kernel counts it in {@code /proc/self}.
 *
 * @param cpuSeconds processor time since the start, NaN if unknown
 * @param residentBytes memory that it holds, NaN if unknown
 */
record ProcessCost(double cpuSeconds, double residentBytes) {
  private static final Path SELF = Path.of("/proc/self");
  private static final double TICKS_PER_SECOND = 100; // USER_HZ
  private static final int USER_TICKS = 11; // of stat, after the name in parentheses
  private static final int SYSTEM_TICKS = 12;
  private static final int RESIDENT_PAGES = 21;
  private static final long PAGE_BYTES = 4096;

  static ProcessCost ofThisProcess() {
    try {
      String stat = Files.readString(SELF.resolve("stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
      long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
      return new ProcessCost(
          ticks / TICKS_PER_SECOND, Long.parseLong(fields[RESIDENT_PAGES]) * PAGE_BYTES);
    } catch (IOException | RuntimeException unknown) {
      return new ProcessCost(Double.NaN, Double.NaN);
    }
  }

  void writeTo(MetricsText text, String prefix) {
    text.counter(prefix + "_cpu_seconds_total", "Processor time of the process.")
        .sample(cpuSeconds);
    text.gauge(prefix + "_resident_memory_bytes", "Memory of the process.").sample(residentBytes);
  }
}
