package io.acswatch.collector.agent;

import io.acswatch.collector.source.ReadGuard;
import io.acswatch.collector.source.ownership.SourceHealth;
import io.acswatch.collector.spool.SpoolLoss;
import io.acswatch.pci.capture.Capture;
import io.acswatch.pci.capture.CapturedFunction;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * How the reader does, as metrics in Prometheus' text format. It has no network: the text lies in
 * the spool, and the sender serves it with its own.
 */
final class ReaderReport {
  /** Its file in the spool. */
  static final String FILE = "reader.prom";

  private final MetricsText text = new MetricsText();

  private ReaderReport() {}

  static ReaderReport of(
      HostWatcher watcher,
      ReadGuard guard,
      long stuck,
      long failures,
      Map<SpoolLoss, Long> losses,
      long nowMillis) {
    ReaderReport report = new ReaderReport();
    MetricsText text = report.text;
    text.gauge("acswatch_reader_report_timestamp_seconds", "When the reader wrote this")
        .sample(nowMillis / 1000.0);
    text.counter("acswatch_reader_sweeps_total", "Looks at every function")
        .sample(watcher.sweeps());
    text.counter("acswatch_reader_reads_total", "Functions looked into").sample(guard.reads());
    text.counter("acswatch_reader_reads_skipped_total", "Functions left alone: denied or stuck")
        .sample(guard.skipped());
    text.counter("acswatch_reader_reads_stuck_total", "Reads that did not return in time")
        .sample(stuck);
    text.counter("acswatch_reader_failures_total", "Looks that failed").sample(failures);
    report.functions(watcher.last());
    report.sources(watcher);
    text.counter(
        "acswatch_spool_dropped_total", "Frames that left the spool unsent, by the reader");
    losses.forEach((reason, count) -> text.sample("reason", reason.label(), count));
    return report;
  }

  private void functions(Capture last) {
    if (last == null) {
      return;
    }
    FunctionDecoder decoder = new FunctionDecoder();
    // All of them, so that one that is gone is 0 and not its last value for some minutes.
    Map<ReadStatus, Integer> byStatus = new EnumMap<>(ReadStatus.class);
    for (ReadStatus status : ReadStatus.values()) {
      byStatus.put(status, 0);
    }
    for (CapturedFunction function : last.functions()) {
      ReadStatus status = decoder.decode(function.config(), function.readStatus()).status();
      byStatus.merge(status, 1, Integer::sum);
    }
    text.gauge("acswatch_reader_functions", "Functions by how their last read went");
    byStatus.forEach(
        (status, count) -> text.sample("status", status.name().toLowerCase(Locale.ROOT), count));
  }

  private void sources(HostWatcher watcher) {
    text.gauge("acswatch_reader_source_success", "1 if the last reading of a source saw all");
    for (SourceHealth health : watcher.ownerHealth()) {
      text.sample("source", label(health), health.isSuccess() ? 1 : 0);
    }
    text.gauge("acswatch_reader_source_duration_seconds", "Time of the last reading of a source");
    for (SourceHealth health : watcher.ownerHealth()) {
      text.sample("source", label(health), health.took().toNanos() / 1e9);
    }
  }

  private static String label(SourceHealth health) {
    return health.source().name().toLowerCase(Locale.ROOT);
  }

  /** Puts it into the spool. Not forced to disk: after a crash it is old anyway. */
  void writeTo(Path directory) throws IOException {
    Path temporary = directory.resolve(FILE + ".tmp");
    Files.writeString(temporary, text.toString());
    Files.move(temporary, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }
}
