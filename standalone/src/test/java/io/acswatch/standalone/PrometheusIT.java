package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debian's Prometheus with the configuration that is shipped, on a running {@code standalone} and a
 * collector of two processes: every query of every dashboard, and whatever a rule looks at, has
 * data; and a merge that was replayed makes the rule fire that it should.
 */
class PrometheusIT {
  private static final Pattern BROKER = Pattern.compile("broker +(127\\.0\\.0\\.1:[0-9]+)\n");
  private static final Path CAPTURES =
      Path.of("../streams-app/src/test/resources/captures").toAbsolutePath();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private Path scratch;
  private int prometheus;

  @Test
  void everyQueryHasDataAndAMergeFiresItsRule() throws Exception {
    assumeTrue(Tools.isInstalled("prometheus"), "prometheus is missing (Debian: prometheus)");
    int[] free = freePorts();
    int http = free[0];
    int sender = free[1];
    prometheus = free[2];
    Path host = HostDirectory.of(RecordedKexec.before(), scratch.resolve("host"));
    try (LaunchedProcess standalone = standalone(host, http)) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> standalone.out().contains("Watching;") || !standalone.isAlive());
      Matcher broker = BROKER.matcher(standalone.out());
      assertTrue(broker.find(), standalone::all);
      Path config = collectorConfig(host, broker.group(1), sender);
      try (LaunchedProcess reading = collect("reader", config);
          LaunchedProcess sending = collect("sender", config)) {
        replayAMerge(broker.group(1));
        Process scraping = startPrometheus(http, sender);
        try {
          awaitData("up{job=\"acswatch-streams\"} == 1", standalone);
          awaitData("up{job=\"acswatch-collector\"} == 1", sending);
          awaitData("acswatch_reader_report_timestamp_seconds", reading);
          assertDashboardsHaveData(sender);
          assertRulesLookAtSomething();
          assertTheMergeIsTold();
        } finally {
          scraping.destroy();
          scraping.waitFor();
        }
      }
    }
  }

  private void assertDashboardsHaveData(int sender) throws Exception {
    Map<String, String> queries = new TreeMap<>();
    for (Deployment.Query query : Deployment.queries()) {
      queries.put(
          query.expression().replace("$host(:[0-9]+)?", "127.0.0.1:" + sender), query.panel());
    }
    assertHaveData(queries);
  }

  /** The rules themselves have no data when all is well; what they look at has. */
  private void assertRulesLookAtSomething() throws Exception {
    Map<String, String> selectors = new TreeMap<>();
    for (Deployment.Rule rule : Deployment.rules()) {
      query(rule.expression());
      Deployment.selectors(rule.expression())
          .forEach(selector -> selectors.put(selector, rule.name()));
    }
    assertHaveData(selectors);
  }

  /** Queries, and what for. Rates have none before the second scrape. */
  private void assertHaveData(Map<String, String> queries) {
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              Map<String, String> empty = new TreeMap<>(queries);
              for (String query : queries.keySet()) {
                if (hasData(query)) {
                  empty.remove(query);
                }
              }
              assertEquals(Map.of(), empty);
            });
  }

  private void assertTheMergeIsTold() throws Exception {
    Awaitility.await()
        .atMost(LIMIT)
        .until(() -> hasData("ALERTS{alertstate=\"firing\", code=\"GROUP_MERGED_CROSS_VM\"}"));
    Set<String> loaded = new TreeSet<>();
    String summary = "";
    for (JsonNode group : get("/api/v1/rules").at("/data/groups")) {
      for (JsonNode rule : group.get("rules")) {
        assertEquals("ok", rule.get("health").asText(), rule::toString);
        loaded.add(rule.get("name").asText());
        if (rule.get("name").asText().equals("AcswatchCriticalAlertOpen")) {
          summary = rule.at("/alerts/0/annotations/summary").asText();
        }
      }
    }
    Set<String> shipped = new TreeSet<>();
    Deployment.rules().forEach(rule -> shipped.add(rule.name()));
    assertEquals(shipped, loaded);
    assertEquals("GROUP_MERGED_CROSS_VM is open on 1 hosts or places", summary);
  }

  private LaunchedProcess standalone(Path host, int http) throws IOException {
    return LaunchedProcess.acswatch(
        scratch,
        "standalone",
        "--temporary",
        "--http",
        "127.0.0.1:" + http,
        "--root",
        host.toString(),
        "--host-id",
        "inside");
  }

  private Path collectorConfig(Path host, String broker, int sender) throws IOException {
    return Files.write(
        scratch.resolve("collector.conf"),
        List.of(
            "collector.bootstrap.servers=" + broker,
            "collector.root=" + host,
            "collector.host.id=outside",
            "collector.heartbeat.interval.ms=1000",
            "collector.http.address=127.0.0.1:" + sender,
            "collector.spool.dir=" + scratch.resolve("spool")));
  }

  private LaunchedProcess collect(String role, Path config) throws IOException {
    return LaunchedProcess.acswatch(scratch, "collect", role, "--config", config.toString());
  }

  private void replayAMerge(String broker) throws Exception {
    try (LaunchedProcess replay =
        LaunchedProcess.acswatch(
            scratch,
            "replay",
            CAPTURES.resolve("kexec-001-before.cap").toString(),
            CAPTURES.resolve("kexec-001-after.cap").toString(),
            "--host-id",
            "merged",
            "--bootstrap-servers",
            broker)) {
      assertEquals(0, replay.exitCode(), replay::all);
    }
  }

  /** With what is shipped, but for the targets, and that a test does not wait for a minute. */
  private Process startPrometheus(int http, int sender) throws IOException {
    Path directory = scratch.resolve("prometheus");
    Path shipped = Deployment.DIRECTORY.resolve("prometheus");
    Files.createDirectories(directory.resolve("targets"));
    Files.copy(Deployment.RULES, directory.resolve(Deployment.RULES.getFileName()));
    String config = Files.readString(shipped.resolve("prometheus.yml"));
    Files.writeString(
        directory.resolve("prometheus.yml"),
        config.replaceAll("_interval: [0-9]+s", "_interval: 1s"));
    target(directory, "acswatch-streams.yml", http);
    target(directory, "acswatch-collector.yml", sender);
    return new ProcessBuilder(
            "prometheus",
            "--config.file=" + directory.resolve("prometheus.yml"),
            "--storage.tsdb.path=" + directory.resolve("data"),
            "--web.listen-address=127.0.0.1:" + prometheus)
        .redirectErrorStream(true)
        .redirectOutput(scratch.resolve("prometheus.log").toFile())
        .start();
  }

  private static void target(Path directory, String file, int port) throws IOException {
    Path shipped = Deployment.DIRECTORY.resolve("prometheus/targets").resolve(file);
    Files.writeString(
        directory.resolve("targets").resolve(file),
        Files.readString(shipped).replaceFirst("- 127\\.0\\.0\\.1:[0-9]+", "- 127.0.0.1:" + port));
  }

  private void awaitData(String query, LaunchedProcess from) {
    Awaitility.await()
        .atMost(LIMIT)
        .failFast(() -> assertTrue(from.isAlive(), from::all))
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> hasData(query));
  }

  private boolean hasData(String query) throws Exception {
    return query(query).size() > 0;
  }

  private JsonNode query(String query) throws Exception {
    JsonNode answer =
        get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
    assertEquals("success", answer.path("status").asText(), () -> query + ": " + answer);
    return answer.at("/data/result");
  }

  private JsonNode get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + prometheus + path);
    return new ObjectMapper()
        .readTree(HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body());
  }

  /** Three that differ: held until all are known. */
  private static int[] freePorts() throws IOException {
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    try (ServerSocket first = new ServerSocket(0, 1, loopback);
        ServerSocket second = new ServerSocket(0, 1, loopback);
        ServerSocket third = new ServerSocket(0, 1, loopback)) {
      return new int[] {first.getLocalPort(), second.getLocalPort(), third.getLocalPort()};
    }
  }
}
