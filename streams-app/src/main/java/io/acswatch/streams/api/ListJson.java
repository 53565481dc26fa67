package io.acswatch.streams.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.alert.Severity;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.streams.fleet.HostSummary;
import io.acswatch.streams.fleet.OpenAlert;
import io.acswatch.wire.json.Json;
import java.io.IOException;

/** Hosts and alerts as the lists show them: fields of an object. */
final class ListJson {
  private ListJson() {}

  static void host(JsonGenerator json, FleetIndex.Listed listed) throws IOException {
    HostSummary host = listed.summary();
    Severity worst = host.worst();
    json.writeStringField("host", host.host());
    json.writeStringField("status", listed.status().label());
    Json.time(json, "heard_at", listed.heardMillis());
    Json.time(json, "taken_at", host.takenAtMillis());
    json.writeStringField("kernel_release", host.kernelRelease());
    json.writeStringField("boot_class", host.bootClass());
    json.writeNumberField("functions", host.functions());
    json.writeNumberField("groups", host.groups());
    json.writeNumberField("vms", host.vms());
    json.writeNumberField("open_alerts", host.open().size());
    Json.text(json, "worst", worst == null ? null : worst.label());
    Json.text(json, "headline", worst == null ? null : host.open().get(0).headline());
  }

  static void alert(JsonGenerator json, OpenAlert alert) throws IOException {
    json.writeStringField("fingerprint", alert.fingerprint());
    json.writeStringField("host", alert.host());
    json.writeNumberField("revision", alert.revision());
    json.writeStringField("code", alert.code().name());
    json.writeStringField("severity", alert.severity().label());
    json.writeStringField("status", alert.status().name());
    Json.time(json, "taken_at", alert.takenAtMillis());
    Json.texts(json, "vms", alert.vms());
    json.writeStringField("headline", alert.headline());
  }
}
