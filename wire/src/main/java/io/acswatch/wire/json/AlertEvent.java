package io.acswatch.wire.json;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
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
  /** Begins the type of each event; the code of the alert ends it. */
  public static final String TYPE_PREFIX = "io.acswatch.alert.";

  /** Begins the source of each event; the host ends it, percent-encoded. */
  public static final String SOURCE_PREFIX = "/acswatch/hosts/";

  /** Names the schema of the value: its {@code $id}. */
  public static final String DATA_SCHEMA = "urn:acswatch:alert:" + AlertJson.SCHEMA_VERSION;

  /** Names the alert: its fingerprint. */
  public static final String SUBJECT = "ce_subject";

  /** Extension: where the alert is in its life, in lower case. */
  public static final String STATUS = "ce_status";

  private static final String ATTRIBUTE = "ce_";

  private AlertEvent() {}

  /** The headers in their order, all of them text; {@code ce_time} only where it is known. */
  public static Map<String, String> headers(IsolationAlert alert) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(ATTRIBUTE + "specversion", "1.0");
    headers.put(ATTRIBUTE + "id", alert.fingerprint() + "/" + alert.revision());
    headers.put(ATTRIBUTE + "source", source(alert.host()));
    headers.put(ATTRIBUTE + "type", type(alert.code()));
    headers.put(SUBJECT, alert.fingerprint());
    long takenAtMillis = alert.interval().after().takenAtMillis();
    if (takenAtMillis != 0) {
      headers.put(ATTRIBUTE + "time", Instant.ofEpochMilli(takenAtMillis).toString());
    }
    headers.put(ATTRIBUTE + "dataschema", DATA_SCHEMA);
    // Extensions: what a consumer sorts by without reading the value.
    headers.put(ATTRIBUTE + "severity", alert.severity().label());
    headers.put(STATUS, alert.status().name().toLowerCase(Locale.ROOT));
    headers.put("content-type", "application/json");
    return headers;
  }

  /** Type of the events of a code. */
  public static String type(AlertCode code) {
    return TYPE_PREFIX + code.name();
  }

  /** A relative reference: a host may call itself anything, and a source is a URI. */
  private static String source(String host) {
    return SOURCE_PREFIX + URLEncoder.encode(host, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
