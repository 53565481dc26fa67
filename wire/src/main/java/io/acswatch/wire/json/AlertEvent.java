package io.acswatch.wire.json;

import io.acswatch.pci.alert.IsolationAlert;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An alert as a CloudEvent: the headers of its record in the binary mode of the Kafka binding
 * (CloudEvents 1.0.2, Kafka Protocol Binding §3.2). The value of the record is {@link AlertJson}'s.
 *
 * <p>All of them follow from the alert, so that an alert that is judged again gets the same ones:
 * source and id together name an event once and for all.
 */
public final class AlertEvent {
  /** Names the schema of the value: its {@code $id}. */
  public static final String DATA_SCHEMA = "urn:acswatch:alert:" + AlertJson.SCHEMA_VERSION;

  private static final String ATTRIBUTE = "ce_";

  private AlertEvent() {}

  /** The headers in their order, all of them text; {@code ce_time} only where it is known. */
  public static Map<String, String> headers(IsolationAlert alert) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(ATTRIBUTE + "specversion", "1.0");
    headers.put(ATTRIBUTE + "id", alert.fingerprint() + "/" + alert.revision());
    headers.put(ATTRIBUTE + "source", source(alert.host()));
    headers.put(ATTRIBUTE + "type", "io.acswatch.alert." + alert.code().name());
    headers.put(ATTRIBUTE + "subject", alert.fingerprint());
    long takenAtMillis = alert.interval().after().takenAtMillis();
    if (takenAtMillis != 0) {
      headers.put(ATTRIBUTE + "time", Instant.ofEpochMilli(takenAtMillis).toString());
    }
    headers.put(ATTRIBUTE + "dataschema", DATA_SCHEMA);
    // Extensions: what a consumer sorts by without reading the value.
    headers.put(ATTRIBUTE + "severity", alert.severity().label());
    headers.put(ATTRIBUTE + "status", alert.status().name().toLowerCase(Locale.ROOT));
    headers.put("content-type", "application/json");
    return headers;
  }

  /** A relative reference: a host may call itself anything, and a source is a URI. */
  private static String source(String host) {
    return "/acswatch/hosts/" + AlertLinks.encoded(host);
  }
}
