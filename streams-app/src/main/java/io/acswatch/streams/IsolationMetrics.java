package io.acswatch.streams;

import io.acswatch.pci.liveupdate.IsolationAlert;
import io.acswatch.streams.topology.Refusal;
import io.acswatch.streams.topology.TopologyObserver;
import io.acswatch.wire.FrameResult;
import io.acswatch.wire.RejectReason;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import io.prometheus.client.hotspot.DefaultExports;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * The metrics of one application. Labels are out of few: never a host, an address or a text from
 * outside.
 *
 * <p>Counters count work, not results: what a transaction took back and did again counts twice.
 */
public final class IsolationMetrics implements TopologyObserver {
  /** Content type of {@link #text}. */
  public static final String CONTENT_TYPE = TextFormat.CONTENT_TYPE_004;

  private static final double NANOS_PER_SECOND = 1e9;
  // A host of 32 functions takes some 50 us, one of 10 000 some 20 ms.
  private static final double[] DECODE_BUCKETS = {
    5e-6, 10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1
  };

  private final CollectorRegistry registry = new CollectorRegistry();
  private final Counter frames =
      counter("acswatch_frames_decoded", "Frames that were decoded into a snapshot.");
  private final Counter functions =
      counter("acswatch_functions_decoded", "PCI functions in the frames that were decoded.");
  private final Counter rejects =
      counter("acswatch_rejects", "Records sent to the rejects topic.", "reason");
  private final Counter judgements = counter("acswatch_judgements", "Snapshots that were judged.");
  private final Counter repetitions =
      counter("acswatch_repetitions_skipped", "Snapshots that told nothing new.");
  private final Counter alerts =
      counter("acswatch_alerts", "Alerts sent.", "code", "severity", "status");
  private final Histogram decodeSeconds =
      Histogram.build("acswatch_decode_seconds", "Time to decode or refuse one record.")
          .buckets(DECODE_BUCKETS)
          .register(registry);
  private final Gauge state =
      Gauge.build("acswatch_streams_state", "1 for the state Kafka Streams is in, else 0.")
          .labelNames("state")
          .register(registry);
  private final Gauge brokerReachable =
      Gauge.build("acswatch_broker_reachable", "1 while a broker answers, else 0.")
          .register(registry);

  /** Metrics of an application in which nothing has happened. */
  public IsolationMetrics() {
    // All reasons from the start, so that the first reject is an increase and not a new series.
    for (RejectReason reason : RejectReason.values()) {
      rejects.labels(reason.label());
    }
    for (Refusal refusal : Refusal.values()) {
      rejects.labels(refusal.label());
    }
    Gauge.build("acswatch_build_info", "1; what runs, in the labels.")
        .labelNames("version", "java_version")
        .register(registry)
        .labels(StreamsMain.version(), System.getProperty("java.version"))
        .set(1);
    DefaultExports.register(registry);
  }

  private Counter counter(String name, String help, String... labels) {
    return Counter.build(name, help).labelNames(labels).register(registry);
  }

  @Override
  public long decodeStarts() {
    return System.nanoTime();
  }

  @Override
  public void decoded(FrameResult result, long startedAt) {
    decodeSeconds.observe((System.nanoTime() - startedAt) / NANOS_PER_SECOND);
    if (result instanceof FrameResult.Accepted accepted) {
      frames.inc();
      functions.inc(accepted.snapshot().functions().size());
    }
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
  public void judged() {
    judgements.inc();
  }

  @Override
  public void alerted(IsolationAlert alert) {
    alerts
        .labels(
            alert.code().name(),
            alert.severity().label(),
            alert.status().name().toLowerCase(Locale.ROOT))
        .inc();
  }

  /** Kafka Streams went from one state to another; equal at the start. */
  void stateChanged(String from, String to) {
    state.labels(from).set(0);
    state.labels(to).set(1);
  }

  /** A broker answers, or none does. */
  void brokerReachable(boolean reachable) {
    brokerReachable.set(reachable ? 1 : 0);
  }

  /** All metrics in Prometheus' text format. */
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
