package io.acswatch.streams.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.Frames;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.wire.frame.FrameType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IsolationMetricsTest {
  private static final Path DOCS = Path.of("../docs/metrics.md");
  private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

  private static final Capture BEFORE = Frames.capture("kexec-001-before", "h", 1);
  private static final Snapshot SNAPSHOT = Snapshot.of(BEFORE);

  private long now = Frames.TAKEN_AT;
  private final FleetIndex fleet = new FleetIndex(Duration.ofMinutes(15), () -> now);
  private Map<MetricName, Metric> kafka = Map.of();
  private final IsolationMetrics metrics = new IsolationMetrics(fleet, () -> now, () -> kafka);

  @BeforeEach
  void open() {
    for (int partition = 0; partition < 8; partition++) {
      fleet.opened(partition);
    }
  }

  /** By increase() a series that comes with its first alert shows none. */
  @Test
  void everySeriesOfAlertsIsThereBeforeTheFirst() {
    Judged merged = judged("any");
    int before = series().size();
    for (IsolationAlert alert : merged.alerts()) {
      String line =
          "acswatch_alerts_total{code=\"%s\",severity=\"%s\",status=\"raised\",} "
              .formatted(alert.code(), alert.severity().label());
      assertTrue(metrics.text().contains("\n" + line + "0.0\n"), line);
      metrics.alerted(alert, now);
      assertTrue(metrics.text().contains("\n" + line + "1.0\n"), line);
    }
    assertEquals(before, series().size());
  }

  @Test
  void theNumberOfSeriesDoesNotDependOnWhatHostsSend() {
    host(0, "first");
    host(1, "second\"} 1\n# TYPE evil counter\nevil{");
    int few = series().size();
    Judged merged = judged("any");
    for (int i = 2; i < 10_000; i++) {
      String host = "host-" + i;
      fleet.heard(i % 8, host, now, Frames.ANY_SIGN);
      fleet.stored(i % 8, host, merged.state());
      metrics.alerted(merged.alerts().get(i % merged.alerts().size()), now);
      metrics.judged();
      metrics.repetitionSkipped();
      metrics.rejected("bad_magic");
      decodedOneOfEachKind();
    }

    assertEquals(few, series().size(), () -> "series: " + series());
    assertTrue(few < 1_500, "series: " + few);
    assertFalse(metrics.text().contains("host-2"), "a host in a label");
    assertFalse(metrics.text().contains("evil"), "a text from outside in the metrics");
    assertTrue(metrics.text().contains("acswatch_hosts{status=\"fresh\",} 10000.0"));
  }

  @Test
  void countsFramesByKindAndKexecsByStep() {
    decodedOneOfEachKind();
    decodedOneOfEachKind();

    String text = metrics.text();
    for (String kind : List.of("snapshot", "heartbeat", "kexec_event", "unchanged")) {
      assertTrue(text.contains("acswatch_frames_total{kind=\"" + kind + "\",} 2.0"), text);
    }
    assertTrue(text.contains("acswatch_kexec_events_total{step=\"loaded\",} 2.0"), text);
    assertTrue(text.contains("acswatch_kexec_events_total{step=\"going_down\",} 0.0"), text);
    assertTrue(text.contains("acswatch_functions_decoded_total 64.0"), text);
    assertTrue(text.contains("acswatch_decode_seconds_count 8.0"), text);
  }

  /** One frame of each kind. */
  private void decodedOneOfEachKind() {
    for (FrameType kind : FrameType.values()) {
      metrics.decoded(kind, kind == FrameType.SNAPSHOT ? 32 : 0, metrics.decodeStarts());
    }
    metrics.kexec(KexecEvent.Step.LOADED);
  }

  @Test
  void countsOpenAlertsAndForgetsThoseThatAreResolved() {
    String line = "acswatch_alerts_open{code=\"GROUP_MERGED_CROSS_VM\",severity=\"critical\",} ";
    assertTrue(metrics.text().contains(line + "0.0"), metrics::text);

    Judged merged = judged("h");
    fleet.stored(0, "h", merged.state());
    assertTrue(metrics.text().contains(line + "1.0"), metrics::text);

    fleet.stored(
        0,
        "h",
        Judgement.apply(
                merged.state(),
                Snapshot.of(Frames.inBoot("later", Frames.capture("kexec-001-before", "h", 1))))
            .state());
    assertTrue(metrics.text().contains(line + "0.0"), metrics::text);
  }

  @Test
  void measuresAnAlertFromTheAppendOfItsFrame() {
    metrics.alerted(judged("h").alerts().get(0), now - 200);
    metrics.alerted(judged("h").alerts().get(0), now + 60_000);

    String text = metrics.text();
    assertTrue(text.contains("acswatch_alert_latency_seconds_count 2.0"), text);
    assertTrue(text.contains("acswatch_alert_latency_seconds_bucket{le=\"0.25\",} 2.0"), text);
    assertTrue(text.contains("acswatch_alert_latency_seconds_bucket{le=\"0.1\",} 1.0"), text);
    assertTrue(text.contains("acswatch_alert_latency_seconds_sum 0.2"), text);
  }

  @Test
  void tellsWhatWaitsAndWhatIsRestored() {
    Hindrance hangs = new Hindrance(Hindrance.Kind.HANGING_TRANSACTION, 2, "it hangs");
    metrics.backlog(new FrameBacklog.Look(7, 12.5, Map.of(), List.of(hangs)));

    var partition = new org.apache.kafka.common.TopicPartition("changelog", 3);
    metrics.onRestoreStart(partition, "host-state", 0, 100);
    metrics.onBatchRestored(partition, "host-state", 60, 50);

    String text = metrics.text();
    assertTrue(text.contains("acswatch_frames_unprocessed 7.0"), text);
    assertTrue(text.contains("acswatch_frame_oldest_unprocessed_age_seconds 12.5"), text);
    assertTrue(
        text.contains("acswatch_hindered_partitions{reason=\"hanging_transaction\",} 2.0"), text);
    assertTrue(text.contains("acswatch_hindered_partitions{reason=\"retention\",} 0.0"), text);
    assertTrue(text.contains("acswatch_restore_partitions 1.0"), text);
    assertTrue(text.contains("acswatch_restore_remaining_records 50.0"), text);
    assertTrue(text.contains("acswatch_restored_records_total 50.0"), text);

    metrics.onRestoreEnd(partition, "host-state", 50);
    assertTrue(metrics.text().contains("acswatch_restore_partitions 0.0"));
    assertTrue(metrics.text().contains("acswatch_restore_remaining_records 0.0"));
  }

  @Test
  void addsUpKafkasOwnFiguresAndLeavesOutWhatIsNotANumber() {
    kafka =
        Map.ofEntries(
            kafka("stream-thread-metrics", "commit-latency-avg", "thread-id", "t1", 20.0),
            kafka("stream-thread-metrics", "commit-latency-avg", "thread-id", "t2", 45.0),
            kafka("stream-thread-metrics", "commit-latency-max", "thread-id", "t1", Double.NaN),
            kafka("producer-metrics", "record-error-total", "client-id", "p1", 2.0),
            kafka("producer-metrics", "record-error-total", "client-id", "p2", 3.0),
            kafka("producer-topic-metrics", "record-error-total", "client-id", "p2", 3.0));

    String text = metrics.text();
    assertTrue(text.contains("acswatch_kafka_commit_latency_seconds 0.045"), text);
    assertTrue(text.contains("acswatch_kafka_commit_latency_max_seconds 0.0"), text);
    assertTrue(text.contains("acswatch_kafka_producer_errors_total 5.0"), text);
  }

  /** The page is made from what is registered; {@code -Dgolden.update=true} rewrites it. */
  @Test
  void theDocumentationNamesEveryMetric() throws IOException {
    host(0, "h");
    metrics.stateChanged("CREATED", "RUNNING");
    metrics.decoded(FrameType.SNAPSHOT, 32, 0);
    String page = page();
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(DOCS, page);
    }
    assertEquals(Files.readString(DOCS), page, "docs/metrics.md");
  }

  private String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # Metrics
            The metrics that `/metrics` of the streams application answers. A test compares this page
            with what it registers (`-Dgolden.update=true` writes it again). Units are base units;
            counters end in `_total`. Labels have few values, and never a host, an address or a text
            from outside: the number of series does not depend on the number of hosts.

            Counters count work, not results: what a transaction aborted and repeated counts twice.
            Each instance counts the hosts whose state it keeps, so add up all instances.
            `acswatch_frames_unprocessed` and its age are the same from each instance, for the whole
            group: take their maximum.

            | Metric | Type | Labels | Is |
            | --- | --- | --- | --- |
            """);
    Map<String, String> types = new LinkedHashMap<>();
    Map<String, String> helps = new LinkedHashMap<>();
    Map<String, TreeSet<String>> labels = new LinkedHashMap<>();
    for (String line : metrics.text().lines().toList()) {
      Matcher type = TYPE.matcher(line);
      if (line.startsWith("# HELP ")) {
        String[] parts = line.split(" ", 4);
        helps.put(parts[2], parts[3]);
      } else if (type.matches()) {
        types.put(type.group(1), type.group(2));
      } else {
        String name = line.split("[{ ]")[0];
        String family = name.replaceFirst("_(bucket|count|sum)$", "");
        family = types.containsKey(name) ? name : family;
        TreeSet<String> found = labels.computeIfAbsent(family, unused -> new TreeSet<>());
        Matcher label = LABEL.matcher(line.contains("{") ? line.substring(line.indexOf('{')) : "");
        while (label.find()) {
          found.add(label.group(1));
        }
        found.remove("le");
      }
    }
    types.keySet().stream()
        .filter(name -> name.startsWith("acswatch_") && !name.endsWith("_created"))
        .sorted()
        .forEach(
            name ->
                page.append(
                    "| `%s` | %s | %s | %s |\n"
                        .formatted(
                            name,
                            types.get(name),
                            labels.getOrDefault(name, new TreeSet<>()).stream()
                                .map(label -> "`" + label + "`")
                                .reduce((a, b) -> a + ", " + b)
                                .orElse("-"),
                            helps.get(name))));
    page.append(
        """

        The Prometheus library adds metrics of the JVM and the process, `jvm_*` and `process_*`. For
        each counter and histogram it adds `*_created`, the time when it began to count.
        """);
    return page.toString();
  }

  private List<String> series() {
    List<String> series = new ArrayList<>();
    for (String line : metrics.text().lines().toList()) {
      if (line.startsWith("acswatch_")) {
        series.add(line.substring(0, line.lastIndexOf(' ')));
      }
    }
    return series;
  }

  private void host(int partition, String host) {
    Judged merged = judged(host);
    fleet.heard(partition, host, now, Frames.ANY_SIGN);
    fleet.stored(partition, host, merged.state());
    merged.alerts().forEach(alert -> metrics.alerted(alert, now));
  }

  private static Judged judged(String host) {
    HostState before =
        Judgement.apply(HostState.NONE, Snapshot.of(Frames.capture("kexec-001-before", host, 1)))
            .state();
    return Judgement.apply(before, Snapshot.of(Frames.capture("kexec-001-after", host, 1)));
  }

  private static Map.Entry<MetricName, Metric> kafka(
      String group, String name, String tag, String tagged, double value) {
    MetricName metric = new MetricName(name, group, "", Map.of(tag, tagged));
    return Map.entry(
        metric,
        new Metric() {
          @Override
          public MetricName metricName() {
            return metric;
          }

          @Override
          public Object metricValue() {
            return value;
          }
        });
  }
}
