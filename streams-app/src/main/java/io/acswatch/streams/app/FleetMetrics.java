package io.acswatch.streams.app;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Severity;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.fleet.HostStatus;
import io.prometheus.client.Collector;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;
import java.util.Map;

/** Hosts and open alerts, counted when asked for; each series is there from the start. */
final class FleetMetrics extends Collector {
  private static final double MILLIS_PER_SECOND = 1e3;

  private final FleetIndex fleet;

  FleetMetrics(FleetIndex fleet) {
    this.fleet = fleet;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    FleetIndex.Counts counts = fleet.counts();
    GaugeMetricFamily hosts =
        new GaugeMetricFamily(
            "acswatch_hosts",
            "Hosts whose state this instance keeps: fresh, stale (silent too long, or a snapshot was"
                + " missed) or unknown (a port was not read).",
            List.of("status"));
    for (HostStatus status : HostStatus.values()) {
      hosts.addMetric(List.of(status.label()), counts.hosts().getOrDefault(status, 0));
    }
    GaugeMetricFamily open =
        new GaugeMetricFamily("acswatch_alerts_open", "Open alerts.", List.of("code", "severity"));
    for (AlertCode code : AlertCode.values()) {
      Map<Severity, Integer> bySeverity = counts.open().getOrDefault(code, Map.of());
      for (Severity severity : Severity.values()) {
        open.addMetric(
            List.of(code.name(), severity.label()), bySeverity.getOrDefault(severity, 0));
      }
    }
    return List.of(
        hosts,
        open,
        new GaugeMetricFamily(
            "acswatch_partitions",
            "Partitions of the frames that this instance judges.",
            fleet.partitions().size()),
        new GaugeMetricFamily(
            "acswatch_frames_overtaken",
            "Frames of this instance's partitions that retention deleted before they were judged,"
                + " found within the last hour.",
            fleet.overtaken().values().stream().mapToLong(Long::longValue).sum()),
        new GaugeMetricFamily(
            "acswatch_last_frame_timestamp_seconds",
            "When the last valid frame was appended, seconds since 1970; 0 if none was.",
            fleet.lastFrameMillis() / MILLIS_PER_SECOND));
  }
}
