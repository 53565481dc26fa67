package io.acswatch.collector.agent;

import io.acswatch.collector.source.ReadGuard;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolLoss;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.snapshot.BootOrigin;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** The reader's metrics. It has no network: they lie in the spool, and the sender serves them. */
final class ReaderReport {
  static final String FILE = "reader.prom";

  private final MetricsText text = new MetricsText();

  ReaderReport(long nowMillis) {
    text.gauge("acswatch_reader_report_timestamp_seconds", "When the reader wrote its report.")
        .sample(nowMillis / 1000.0);
    text.process("acswatch_reader");
  }

  ReaderReport agent(HostWatcher watcher, ReadGuard guard, long stuck, long failures) {
    text.counter("acswatch_reader_sweeps_total", "Reads of every function (sweeps).")
        .sample(watcher.sweeps());
    text.counter("acswatch_reader_reads_total", "Reads of functions.").sample(guard.reads());
    text.counter(
            "acswatch_reader_config_dwords_total",
            "Dwords of configuration space read of functions, each a transaction on hardware.")
        .sample(watcher.dwords());
    text.counter("acswatch_reader_reads_skipped_total", "Reads that were skipped: denied or stuck.")
        .sample(guard.skipped());
    text.counter("acswatch_reader_reads_stuck_total", "Reads that did not return in time.")
        .sample(stuck);
    text.counter(
            "acswatch_reader_failures_total",
            "Failed reads of the host, and snapshots without room on disk.")
        .sample(failures);
    return this;
  }

  ReaderReport host(Capture last) {
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
    text.gauge("acswatch_reader_functions", "Functions, by the status of their last read.");
    byStatus.forEach((status, count) -> text.sample("status", label(status), count));
    BootOrigin boot = BootOrigin.of(last.boot(), last.notes());
    text.gauge(
            "acswatch_reader_boot_info",
            "1; the class of this boot and its confidence, in the labels.")
        .sample("class", label(boot.bootClass()), "confidence", label(boot.confidence()), 1);
    text.gauge("acswatch_reader_kexec_loaded", "1 while an image for a kexec is loaded.")
        .sample(last.kexecLoaded() ? 1 : 0);
    return this;
  }

  ReaderReport sources(HostWatcher watcher) {
    text.gauge("acswatch_reader_source_success", "1 if the last read of a source was complete.");
    watcher.timings().forEach(t -> text.sample("source", t.label(), t.isSuccess() ? 1 : 0));
    text.gauge("acswatch_reader_source_duration_seconds", "Duration of the last read of a source.");
    watcher.timings().forEach(t -> text.sample("source", t.label(), t.took().toNanos() / 1e9));
    text.gauge("acswatch_reader_owner_claims", "Claims of VMs on functions, by source.");
    watcher.ownerHealth().forEach(h -> text.sample("source", h.timing().label(), h.claims()));
    text.gauge("acswatch_reader_owner_conflicts", "Functions that several VMs claim.")
        .sample(watcher.ownerConflicts());
    return this;
  }

  ReaderReport losses(Map<SpoolLoss, Long> losses) {
    text.counter("acswatch_spool_dropped_total", "Frames that the reader discarded, by reason.");
    for (SpoolLoss reason : SpoolLoss.OF_THE_READER) {
      text.sample("reason", reason.label(), losses.getOrDefault(reason, 0L));
    }
    return this;
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Puts it into the spool. Not forced to disk: after a crash it is old anyway. */
  void putInto(Spool spool) throws IOException {
    spool.put(FILE, text.toString());
  }
}
