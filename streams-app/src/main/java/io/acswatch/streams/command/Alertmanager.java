package io.acswatch.streams.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.wire.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tells an Alertmanager of alerts, by the second version of its interface. */
public final class Alertmanager {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int ALERTS_A_REQUEST = 500;
  private static final int QUOTED_CHARACTERS = 200;

  private final URI uri;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  /** One that answers below this address, {@code http://host:9093}. */
  public Alertmanager(URI base) {
    String text = base.toString();
    uri = URI.create((text.endsWith("/") ? text : text + "/") + "api/v2/alerts");
  }

  /**
   * Tells all of them.
   *
   * @throws IOException if it cannot be reached or refuses; the message is one line
   */
  public void tell(List<OpenAlerts.Posted> alerts) throws IOException, InterruptedException {
    for (int from = 0; from < alerts.size(); from += ALERTS_A_REQUEST) {
      post(alerts.subList(from, Math.min(alerts.size(), from + ALERTS_A_REQUEST)));
    }
  }

  private void post(List<OpenAlerts.Posted> alerts) throws IOException, InterruptedException {
    String body =
        alerts.stream().map(Alertmanager::json).collect(Collectors.joining(",", "[", "]"));
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response;
    try {
      response = http.send(request, BodyHandlers.ofString());
    } catch (IOException unreachable) {
      String why = unreachable.getMessage();
      throw new IOException(uri + ": " + (why == null ? "cannot be reached" : why), unreachable);
    }
    if (response.statusCode() / 100 != 2) {
      String said = response.body().strip().lines().findFirst().orElse("");
      throw new IOException(
          "%s answers %d %s"
              .formatted(
                  uri,
                  response.statusCode(),
                  said.substring(0, Math.min(said.length(), QUOTED_CHARACTERS))));
    }
  }

  private static String json(OpenAlerts.Posted alert) {
    return Json.object(
        json -> {
          write(json, "labels", alert.labels());
          write(json, "annotations", alert.annotations());
          writeIfKnown(json, "generatorURL", alert.generatorUrl());
          writeIfKnown(json, "startsAt", alert.startsAt());
          writeIfKnown(json, "endsAt", alert.endsAt());
        });
  }

  private static void writeIfKnown(JsonGenerator json, String name, @Nullable String text)
      throws IOException {
    if (text != null) {
      json.writeStringField(name, text);
    }
  }

  private static void write(JsonGenerator json, String name, Map<String, String> texts)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, String> text : texts.entrySet()) {
      json.writeStringField(text.getKey(), text.getValue());
    }
    json.writeEndObject();
  }
}
