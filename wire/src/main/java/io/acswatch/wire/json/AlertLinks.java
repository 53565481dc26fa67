package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Where people read on from an alert.
 *
 * @param runbook address of the runbook; each code has a section in it
 * @param page address of the page, without a slash at its end; empty if it is not known
 */
public record AlertLinks(String runbook, String page) {
  /** Where the runbook is unless a setting says otherwise; the rules of Prometheus name it too. */
  public static final String RUNBOOK =
      "https://github.com/acswatch/acswatch/blob/main/deploy/RUNBOOK.md";

  /** Of a command, which knows no page. */
  public static final AlertLinks DEFAULT = new AlertLinks(RUNBOOK, "");

  void writeTo(JsonGenerator json, IsolationAlert alert) throws IOException {
    String host = page.isEmpty() ? "" : page + "/host?id=" + encoded(alert.host());
    String chosen = host.isEmpty() ? "" : function(alert);
    json.writeStringField("runbook_url", runbookOf(alert.code()));
    Json.text(json, "host_url", host);
    Json.text(json, "picture_url", chosen.isEmpty() ? host : host + "&function=" + chosen);
  }

  public String runbookOf(AlertCode code) {
    return runbook + "#" + code.name().toLowerCase(Locale.ROOT);
  }

  /** The function that the picture shows chosen: the port at fault, or the first device. */
  private static String function(IsolationAlert alert) {
    Cause cause = alert.cause();
    List<AlertDevice> devices = alert.devices();
    if (cause != null && cause.register() != null) {
      return encoded(cause.register().port().toString());
    }
    return devices.isEmpty() ? "" : encoded(devices.get(0).address().toString());
  }

  /** A text as part of a URI. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
