package io.acswatch.streams.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.acswatch.client.Alert;
import io.acswatch.client.AlertSerde;
import io.acswatch.client.Severity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAlertsTest {
  private static final Path RELEASED =
      Path.of("..", "wire", "src", "test", "resources", "released", "alerts-v1.0.jsonl");
  private static final Instant NOW = Instant.parse("2026-11-23T20:00:00Z");

  private final OpenAlerts alerts =
      new OpenAlerts(new AlertFilter(Severity.INFO, List.of(), List.of(), List.of()));

  private static Alert alert(String severity) throws IOException {
    String json = Files.readAllLines(RELEASED).get(0);
    return new AlertSerde()
        .deserialize(
            "t",
            json.replace("\"severity\":\"critical\"", "\"severity\":\"" + severity + "\"")
                .getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void tellsAnOpenAlertAgainAndAgainUnderTheSameLabels() throws IOException {
    Alert alert = alert("critical");
    alerts.take(alert.fingerprint(), alert);
    OpenAlerts.Posted posted = alerts.toTell(NOW).get(0);
    alerts.told();

    assertEquals(
        Map.of(
            "alertname", "GROUP_MERGED_CROSS_VM",
            "host", "rack7-host12",
            "severity", "critical",
            "fingerprint", alert.fingerprint()),
        posted.labels());
    assertEquals(alert.headline(), posted.annotations().get("summary"));
    assertEquals(alert.takenAfter(), posted.startsAt());
    assertNull(posted.endsAt());
    assertEquals(List.of(posted), alerts.toTell(NOW));
  }

  private static Alert alert(String raisedAt, String revision) throws IOException {
    String json =
        Files.readAllLines(RELEASED)
            .get(0)
            .replace("\"revision\":1", "\"revision\":" + revision)
            .replaceFirst(
                "}$",
                ",\"raised_at\":%s,\"runbook_url\":\"https://r#c\",\"host_url\":\"https://p/h\",\"picture_url\":\"https://p/h&f\"}"
                    .formatted(raisedAt));
    return new AlertSerde().deserialize("t", json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void saysSinceWhenItIsOpenAndWhereToReadOn() throws IOException {
    Alert alert = alert("\"2026-11-20T00:00:00Z\"", "9");
    alerts.take(alert.fingerprint(), alert);
    OpenAlerts.Posted posted = alerts.toTell(NOW).get(0);

    assertEquals("2026-11-20T00:00:00Z", posted.startsAt());
    assertEquals("https://p/h&f", posted.generatorUrl());
    assertEquals("https://r#c", posted.annotations().get("runbook_url"));
  }

  /** An Alertmanager refuses an alert that begins after its end, and the request with it. */
  @ParameterizedTest
  @ValueSource(strings = {"\"2027-01-01T00:00:00Z\"", "\"soon\""})
  void leavesABeginningOutThatIsNoneYet(String raisedAt) throws IOException {
    Alert alert = alert(raisedAt, "9");
    alerts.take(alert.fingerprint(), alert);
    assertNull(alerts.toTell(NOW).get(0).startsAt());
    alerts.take(alert.fingerprint(), null);
    assertNull(alerts.toTell(NOW).get(0).startsAt());
  }

  @Test
  void tellsAnEndUntilItHasArrived() throws IOException {
    Alert alert = alert("critical");
    alerts.take(alert.fingerprint(), alert);
    alerts.take(alert.fingerprint(), null);

    assertEquals(NOW.toString(), alerts.toTell(NOW).get(0).endsAt());
    assertEquals(1, alerts.toTell(NOW).size());
    alerts.told();
    assertEquals(List.of(), alerts.toTell(NOW));
  }

  @Test
  void anotherSeverityEndsTheOneAndBeginsTheOther() throws IOException {
    Alert alert = alert("critical");
    alerts.take(alert.fingerprint(), alert);
    alerts.take(alert.fingerprint(), alert("high"));

    List<OpenAlerts.Posted> told = alerts.toTell(NOW);
    assertEquals(2, told.size());
    assertEquals("critical", told.get(0).labels().get("severity"));
    assertEquals(NOW.toString(), told.get(0).endsAt());
    assertEquals("high", told.get(1).labels().get("severity"));
    assertNull(told.get(1).endsAt());
  }

  @Test
  void endsWhatTheFilterNoLongerWants() throws IOException {
    OpenAlerts urgent =
        new OpenAlerts(new AlertFilter(Severity.HIGH, List.of(), List.of(), List.of()));
    Alert alert = alert("critical");
    urgent.take("other", alert("info"));
    assertEquals(List.of(), urgent.toTell(NOW));
    urgent.take(alert.fingerprint(), alert);
    urgent.take(alert.fingerprint(), alert("warning"));

    assertEquals(1, urgent.toTell(NOW).size(), "no more than the end");
    assertEquals(NOW.toString(), urgent.toTell(NOW).get(0).endsAt());
  }

  @Test
  void postsInPiecesAndSaysWhatTheServerAnswers() throws Exception {
    List<String> bodies = Collections.synchronizedList(new ArrayList<>());
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/prefix/api/v2/alerts",
        exchange -> {
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] said = "too much\nfor me".getBytes(StandardCharsets.UTF_8);
          boolean first = bodies.size() == 1;
          exchange.sendResponseHeaders(first ? 200 : 503, first ? -1 : said.length);
          if (!first) {
            exchange.getResponseBody().write(said);
          }
          exchange.close();
        });
    server.start();
    try {
      URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/prefix");
      OpenAlerts.Posted one = new OpenAlerts.Posted(Map.of("a", "b"), Map.of(), null, null, null);
      IOException refused =
          assertThrows(
              IOException.class, () -> new Alertmanager(base).tell(Collections.nCopies(501, one)));

      assertEquals(base + "/api/v2/alerts answers 503 too much", refused.getMessage());
      assertEquals(2, bodies.size());
      assertEquals("[{\"labels\":{\"a\":\"b\"},\"annotations\":{}}]", bodies.get(1));
    } finally {
      server.stop(0);
    }
    IOException away =
        assertThrows(
            IOException.class,
            () ->
                new Alertmanager(URI.create("http://127.0.0.1:1"))
                    .tell(List.of(new OpenAlerts.Posted(Map.of(), Map.of(), null, null, null))));
    assertTrue(away.getMessage().startsWith("http://127.0.0.1:1/api/v2/alerts: "));
  }
}
