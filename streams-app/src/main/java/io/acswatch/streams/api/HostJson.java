package io.acswatch.streams.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.fleet.FleetIndex;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import io.acswatch.wire.json.Json;
import io.acswatch.wire.json.SnapshotJson;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One host with all that is remembered of it: both snapshots, their groups, its open alerts. */
final class HostJson {
  private HostJson() {}

  static void write(
      JsonGenerator json, FleetIndex.@Nullable Listed listed, HostState state, AlertLinks links)
      throws IOException {
    Snapshot current = state.current();
    Snapshot before = before(state);
    json.writeStringField("host", current == null ? "" : current.host());
    Json.text(json, "status", listed == null ? null : listed.status().label());
    Json.time(json, "heard_at", listed == null ? 0 : listed.heardMillis());
    json.writeNumberField("revision", state.revision());
    json.writeNumberField("vms", state.vms().size());
    Json.objects(json, "awaited", state.awaited().entrySet(), HostJson::awaited);
    Json.object(json, "before", before, (out, then) -> SnapshotJson.write(out, then, null));
    Json.object(json, "after", current, (out, now) -> SnapshotJson.write(out, now, before));
    Json.objects(
        json, "alerts", state.open(), (out, alert) -> AlertJson.writeTo(out, alert, links));
  }

  private static void awaited(JsonGenerator json, Map.Entry<PciAddress, String> function)
      throws IOException {
    json.writeStringField("address", function.getKey().toString());
    json.writeStringField("vm", function.getValue());
  }

  /** The last snapshot of the boot before; null of a host that was seen in one snapshot only. */
  static @Nullable Snapshot before(HostState state) {
    Snapshot current = state.current();
    return current == null || current.equals(state.baseline()) ? null : state.baseline();
  }
}
