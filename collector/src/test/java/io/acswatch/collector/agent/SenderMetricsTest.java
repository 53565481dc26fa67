package io.acswatch.collector.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.HttpAddress;
import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.command.FixtureHost;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolLimits;
import io.acswatch.collector.spool.SpoolLoss;
import io.acswatch.pci.config.ReadStatus;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scrape of a collector gets: the sender's metrics and those the reader left for it. */
class SenderMetricsTest {
  private static final Path DOCS = Path.of("../docs/collector-metrics.md");
  private static final Pattern SERVED = Pattern.compile("http://\\S+");
  private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)(?:\\{([^}]*)})? .+");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"[^\"]*\"");

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir private Path directory;
  private String metrics;
  private HttpResponse<String> health;
  private HttpResponse<String> page;
  private HttpResponse<String> missing;

  @BeforeEach
  void scrape() throws Exception {
    FixtureHost host =
        FixtureHost.of(
            TestCaptures.read("switch-before.cap"), Files.createDirectory(directory.resolve("h")));
    CollectorConfig config =
        CollectorConfig.from(
            Map.of(
                "collector.bootstrap.servers",
                "127.0.0.1:1",
                "collector.root",
                host.root().toString(),
                "collector.reads.per.second",
                "100000",
                "collector.spool.dir",
                directory.resolve("spool").toString()));
    Spool spool = Spool.open(config.spoolOrDefault(), config.spoolLimits());
    Clock clock = Clock.systemUTC();
    new SpoolingReader(config, spool, clock).tick(1);
    SpoolSender sender = new SpoolSender(config, spool, clock);
    try (SenderMetrics served =
        SenderMetrics.serve(Optional.of(HttpAddress.parse("127.0.0.1:0")), spool, sender, clock)) {
      Matcher url = SERVED.matcher(served.described());
      assertTrue(url.find(), served.described());
      URI base = URI.create(url.group()).resolve("/");
      List<Socket> halfSent = new ArrayList<>();
      try {
        for (int i = 0; i < 16; i++) {
          Socket half = new Socket(base.getHost(), base.getPort());
          halfSent.add(half);
          half.getOutputStream().write("GET /metrics HTTP/1.1\r\nHos".getBytes(US_ASCII));
        }
        metrics = get(url.group()).body();
        health = get(base + "healthz");
        page = get(base.toString());
        missing = get(base + "nosuch");
      } finally {
        for (Socket half : halfSent) {
          half.close();
        }
      }
    }
  }

  private static HttpResponse<String> get(String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(LIMIT).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
  }

  /** Here no request is sent whole, ever: the time for it must end. */
  @Test
  void aRequestThatIsNotSentWholeIsCut() throws Exception {
    Spool spool = Spool.open(directory.resolve("other"), new SpoolLimits(1 << 20, LIMIT));
    CollectorConfig config =
        CollectorConfig.from(Map.of("collector.bootstrap.servers", "127.0.0.1:1"));
    SpoolSender sender = new SpoolSender(config, spool, Clock.systemUTC());
    try (SenderMetrics served =
        SenderMetrics.serve(
            Optional.of(HttpAddress.parse("127.0.0.1:0")), spool, sender, Clock.systemUTC())) {
      Matcher url = SERVED.matcher(served.described());
      assertTrue(url.find(), served.described());
      URI base = URI.create(url.group());
      try (Socket half = new Socket(base.getHost(), base.getPort())) {
        half.getOutputStream().write("GET /metrics HTTP/1.1\r\nHos".getBytes(US_ASCII));
        half.setSoTimeout(30_000);
        assertEquals(-1, half.getInputStream().read());
      }
    }
  }

  @Test
  void answersWhetherItGoesOnAndWhereToLook() {
    assertEquals(200, health.statusCode());
    assertTrue(health.body().startsWith("last turn "), health.body());
    assertEquals(200, page.statusCode());
    assertTrue(page.body().contains("href=\"metrics\""), page.body());
    assertEquals(404, missing.statusCode());
  }

  @Test
  void everySeriesIsThereBeforeAnythingHappens() {
    for (SpoolLoss loss : SpoolLoss.OF_THE_READER) {
      assertShows("acswatch_spool_dropped_total{reason=\"" + loss.label() + "\"} 0.0");
    }
    for (SpoolLoss loss : SpoolLoss.OF_THE_SENDER) {
      assertShows("acswatch_spool_set_aside_total{reason=\"" + loss.label() + "\"} 0.0");
    }
    for (ReadStatus status : ReadStatus.values()) {
      assertShows(
          "acswatch_reader_functions{status=\"%s\"} "
              .formatted(status.name().toLowerCase(Locale.ROOT)));
    }
  }

  @Test
  void aHostWithMoreFunctionsHasNoMoreSeries() {
    List<String> series = metrics.lines().filter(line -> !line.startsWith("#")).toList();
    assertTrue(series.size() < 90, () -> "series: " + series);
    assertEquals(series.size(), series.stream().distinct().count(), () -> "twice: " + series);
  }

  /** The page is made from what is served; {@code -Dgolden.update=true} rewrites it. */
  @Test
  void theDocumentationNamesEveryMetric() throws Exception {
    String page = page();
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(DOCS, page);
    }
    assertEquals(Files.readString(DOCS), page, "docs/collector-metrics.md");
  }

  private void assertShows(String line) {
    assertTrue(metrics.contains("\n" + line), () -> line + " is not in:\n" + metrics);
  }

  private String page() {
    Map<String, String> types = new TreeMap<>();
    Map<String, String> helps = new TreeMap<>();
    Map<String, TreeSet<String>> labels = new TreeMap<>();
    for (String line : metrics.lines().toList()) {
      String[] parts = line.split(" ", 4);
      if (line.startsWith("# HELP ")) {
        helps.put(parts[2], parts[3]);
      } else if (line.startsWith("# TYPE ")) {
        types.put(parts[2], parts[3]);
      } else {
        Matcher sample = SAMPLE.matcher(line);
        assertTrue(sample.matches(), line);
        TreeSet<String> names = labels.computeIfAbsent(sample.group(1), unused -> new TreeSet<>());
        Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
        while (label.find()) {
          names.add("`" + label.group(1) + "`");
        }
      }
    }
    assertEquals(types.keySet(), labels.keySet());
    StringBuilder page =
        new StringBuilder(
            """
            # Metrics of the collector
            The metrics that `/metrics` of the sender answers, by default at `127.0.0.1:9641`. A test
            compares this page with what the sender serves (`-Dgolden.update=true` writes it again).

            The reader has no network. It leaves its metrics in the spool with every heartbeat, and
            the sender serves them unchanged. `acswatch_reader_report_timestamp_seconds` says how
            old they are. Labels have few values: the number of series does not depend on the
            number of functions.

            `/healthz` answers 200 while the sender goes on, with a broker or without, and 503 when its last turn is
            five minutes ago.

            | Metric | Type | Labels | Is |
            | --- | --- | --- | --- |
            """);
    types.forEach(
        (name, type) ->
            page.append(
                "| `%s` | %s | %s | %s |\n"
                    .formatted(
                        name,
                        type,
                        labels.get(name).isEmpty() ? "-" : String.join(", ", labels.get(name)),
                        helps.get(name))));
    return page.toString();
  }
}
