package io.acswatch.streams.app;

import io.acswatch.cli.Program;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.topology.Refusal;
import io.acswatch.streams.topology.TopologyObserver;
import io.acswatch.wire.frame.FrameType;
import io.acswatch.wire.frame.RejectReason;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import io.prometheus.client.hotspot.DefaultExports;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of one application. Labels are out of few: never a host, an address or a text from
 * outside.
 *
 * <p>Counters count work, not results: what a transaction took back and did again counts twice.
 */
public final class IsolationMetrics implements TopologyObserver, StateRestoreListener {
  public static final String CONTENT_TYPE = TextFormat.CONTENT_TYPE_004;

  private static final double NANOS_PER_SECOND = 1e9;
  // A host of 32 functions takes some 10 us, one of 10 000 some 5 ms.
  private static final double[] DECODE_BUCKETS = {
    5e-6, 10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1
  };

  // An alert is sent some milliseconds after its frame was appended, and seen with the next commit.
  private static final double[] LATENCY_BUCKETS = {
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300
  };
  private static final double MILLIS_PER_SECOND = 1e3;

  private final LongSupplier clock;
  private final CollectorRegistry registry = new CollectorRegistry();
  private final Map<FrameType, Counter.Child> frames =
      children(counter("acswatch_frames", "Valid frames, by kind.", "kind"), FrameType.class);
  private final Map<KexecEvent.Step, Counter.Child> kexecs =
      children(
          counter("acswatch_kexec_events", "Kexec events, by step.", "step"),
          KexecEvent.Step.class);
  private final Counter functions =
      counter("acswatch_functions_decoded", "PCI functions in decoded snapshots.");
  private final Counter rejects =
      counter("acswatch_rejects", "Records sent to the rejects topic.", "reason");
  private final Counter judgements = counter("acswatch_judgements", "Snapshots that were judged.");
  private final Counter repetitions =
      counter(
          "acswatch_repetitions_skipped", "Snapshots and unchanged frames without anything new.");
  private final Counter missed =
      counter(
          "acswatch_snapshots_missed",
          "Unchanged frames that name a snapshot that is not known here.");
  private final Counter passedOver =
      counter(
          "acswatch_frames_passed_over",
          "Frames that were not judged: of an older boot, or delivered before.");
  private final Counter alerts =
      counter("acswatch_alerts", "Alerts sent.", "code", "severity", "status");
  private final Histogram alertLatency =
      Histogram.build(
              "acswatch_alert_latency_seconds",
              "Time from the append of a frame to the sending of its alert.")
          .buckets(LATENCY_BUCKETS)
          .register(registry);
  private final Histogram decodeSeconds =
      Histogram.build("acswatch_decode_seconds", "Time to decode, refuse or recognize one record.")
          .buckets(DECODE_BUCKETS)
          .register(registry);
  private final Gauge state =
      Gauge.build("acswatch_streams_state", "1 for the present state of Kafka Streams, else 0.")
          .labelNames("state")
          .register(registry);
  private final Gauge brokerReachable =
      Gauge.build("acswatch_broker_reachable", "1 while a broker answers, else 0.")
          .register(registry);
  private final Gauge unprocessed =
      gauge(
          "acswatch_frames_unprocessed",
          "Frames of all partitions that wait to be judged; NaN while no broker answers.");
  private final Gauge oldestUnprocessed =
      gauge(
          "acswatch_frame_oldest_unprocessed_age_seconds",
          "Age of the oldest frame that waits to be judged, to a tenth; 0 if none waits, NaN while"
              + " no broker answers.");
  private final Gauge hindered =
      Gauge.build(
              "acswatch_hindered_partitions",
              "Partitions whose frames are not judged, or cannot be, by reason; /readyz has the"
                  + " words.")
          .labelNames("reason")
          .register(registry);
  private final Gauge restoringPartitions =
      gauge("acswatch_restore_partitions", "Partitions whose store is being restored.");
  private final Gauge restoreRemaining =
      gauge(
          "acswatch_restore_remaining_records", "Maximum number of records still to be restored.");
  private final Counter restored =
      counter("acswatch_restored_records", "Records of the stores that were restored.");

  /** Records that are still to be read back, of each changelog that is being read. */
  private final Map<TopicPartition, Long> remaining = new ConcurrentHashMap<>();

  /** Metrics of an application in which nothing has happened. */
  public IsolationMetrics(
      FleetIndex fleet, LongSupplier clock, Supplier<Map<MetricName, ? extends Metric>> kafka) {
    this.clock = clock;
    // All series from the start, so that the first of a kind is an increase and not a new series.
    for (AlertCode code : AlertCode.values()) {
      for (Severity severity : Severity.values()) {
        for (AlertStatus status : AlertStatus.values()) {
          series(code, severity, status);
        }
      }
    }
    for (Hindrance.Kind kind : Hindrance.Kind.values()) {
      hindered.labels(kind.label());
    }
    for (RejectReason reason : RejectReason.values()) {
      rejects.labels(reason.label());
    }
    for (Refusal refusal : Refusal.values()) {
      rejects.labels(refusal.label());
    }
    Gauge.build("acswatch_build_info", "1; version and Java version, in the labels.")
        .labelNames("version", "java_version")
        .register(registry)
        .labels(Program.versionOf(IsolationApp.class), System.getProperty("java.version"))
        .set(1);
    registry.register(new FleetMetrics(fleet));
    registry.register(new KafkaMetrics(kafka));
    DefaultExports.register(registry);
  }

  private Counter counter(String name, String help, String... labels) {
    return Counter.build(name, help).labelNames(labels).register(registry);
  }

  /** The series of each constant, there from the start and looked up once. */
  private static <E extends Enum<E>> Map<E, Counter.Child> children(
      Counter counter, Class<E> labels) {
    Map<E, Counter.Child> children = new EnumMap<>(labels);
    for (E label : labels.getEnumConstants()) {
      children.put(label, counter.labels(label.name().toLowerCase(Locale.ROOT)));
    }
    return children;
  }

  private Gauge gauge(String name, String help) {
    return Gauge.build(name, help).register(registry);
  }

  @Override
  public long decodeStarts() {
    return System.nanoTime();
  }

  @Override
  public void decoded(@Nullable FrameType type, int functionCount, long startedAt) {
    decodeSeconds.observe((System.nanoTime() - startedAt) / NANOS_PER_SECOND);
    if (type != null) {
      Objects.requireNonNull(frames.get(type)).inc();
      functions.inc(functionCount);
    }
  }

  @Override
  public void kexec(KexecEvent.Step step) {
    Objects.requireNonNull(kexecs.get(step)).inc();
  }

  @Override
  public void rejected(String reason) {
    rejects.labels(reason).inc();
  }

  @Override
  public void repetitionSkipped() {
    repetitions.inc();
  }

  @Override
  public void snapshotMissed() {
    missed.inc();
  }

  @Override
  public void passedOver() {
    passedOver.inc();
  }

  @Override
  public void judged() {
    judgements.inc();
  }

  @Override
  public void alerted(IsolationAlert alert, long appendedAtMillis) {
    long took = Math.max(0, clock.getAsLong() - appendedAtMillis);
    alertLatency.observe(took / MILLIS_PER_SECOND);
    series(alert.code(), alert.severity(), alert.status()).inc();
  }

  private Counter.Child series(AlertCode code, Severity severity, AlertStatus status) {
    return alerts.labels(code.name(), severity.label(), status.name().toLowerCase(Locale.ROOT));
  }

  void backlog(FrameBacklog.Look look) {
    unprocessed.set(look.frames());
    oldestUnprocessed.set(look.oldestAgeSeconds());
    for (Hindrance.Kind kind : Hindrance.Kind.values()) {
      hindered
          .labels(kind.label())
          .set(
              look.hindrances().stream()
                  .filter(found -> found.kind() == kind)
                  .mapToInt(Hindrance::partitions)
                  .sum());
    }
  }

  @Override
  public void onRestoreStart(TopicPartition partition, String store, long start, long end) {
    remaining.put(partition, Math.max(0, end - start));
    restoring(0);
  }

  @Override
  public void onBatchRestored(TopicPartition partition, String store, long end, long count) {
    // The changelog is compacted and has transaction markers: offsets are more than records.
    remaining.computeIfPresent(partition, (unused, before) -> Math.max(0, before - count));
    restoring(count);
  }

  @Override
  public void onRestoreEnd(TopicPartition partition, String store, long total) {
    remaining.remove(partition);
    restoring(0);
  }

  @Override
  public void onRestoreSuspended(TopicPartition partition, String store, long total) {
    onRestoreEnd(partition, store, total);
  }

  private void restoring(long records) {
    restoringPartitions.set(remaining.size());
    restoreRemaining.set(remaining.values().stream().mapToLong(Long::longValue).sum());
    restored.inc(records);
  }

  /** Kafka Streams went from one state to another; equal at the start. */
  void stateChanged(String from, String to) {
    state.labels(from).set(0);
    state.labels(to).set(1);
  }

  void brokerReachable(boolean reachable) {
    brokerReachable.set(reachable ? 1 : 0);
  }

  public String text() {
    StringWriter text = new StringWriter(16 << 10);
    try {
      TextFormat.write004(text, registry.metricFamilySamples());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }
}
