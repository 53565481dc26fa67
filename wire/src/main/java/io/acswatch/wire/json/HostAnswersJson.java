package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.explain.Explainer;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.snapshot.Snapshot;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answers that the page of one host asks a server for, as one JSON object. */
public record HostAnswersJson(
    @Nullable Snapshot before,
    Snapshot now,
    List<IsolationAlert> alerts,
    @Nullable PciAddress selected,
    String says) {
  /** Of hosts with more functions only those of alerts are explained, for the file's size. */
  private static final int EXPLAINED_FUNCTIONS = 1_000;

  public static String write(
      @Nullable Snapshot before,
      Snapshot now,
      List<IsolationAlert> alerts,
      @Nullable PciAddress selected,
      String says) {
    return Json.object(new HostAnswersJson(before, now, alerts, selected, says)::answers);
  }

  private void answers(JsonGenerator json) throws IOException {
    Explainer explainer = new Explainer(now, null, before);
    json.writeStringField("says", says);
    json.writeStringField("selected", selected == null ? "" : selected.toString());
    Json.object(json, "host", this, (out, answers) -> answers.host(out));
    Json.objects(json, "weak_points", explainer.weakPoints(), ExplanationJson::write);
    json.writeObjectFieldStart("explanations");
    boolean all = now.functions().size() <= EXPLAINED_FUNCTIONS;
    for (int i = 0; i < now.functions().size(); i++) {
      PciFunction function = now.functions().get(i);
      boolean wanted =
          all
              || alerts.stream()
                  .flatMap(alert -> alert.devices().stream())
                  .anyMatch(device -> function.path().equals(device.path()));
      if (wanted) {
        Explanation explanation =
            explainer.explain(explainer.indexOf(function.address()).orElseThrow());
        Json.object(
            json,
            function.address().toString(),
            explanation,
            (out, one) -> ExplanationJson.write(out, explainer.choice(), one));
      }
    }
    json.writeEndObject();
  }

  private void host(JsonGenerator json) throws IOException {
    json.writeStringField("host", now.host());
    json.writeNullField("status");
    Json.time(json, "heard_at", now.takenAtMillis());
    json.writeNumberField("frames_passed_over", 0);
    json.writeNumberField("revision", 0);
    json.writeNumberField("vms", now.ownerOfEach().values().stream().distinct().count());
    json.writeArrayFieldStart("awaited");
    json.writeEndArray();
    Json.object(json, "before", before, (out, then) -> SnapshotJson.write(out, then, null));
    Json.object(json, "after", now, (out, present) -> SnapshotJson.write(out, present, before));
    Json.objects(
        json, "alerts", alerts, (out, alert) -> AlertJson.writeTo(out, alert, AlertLinks.DEFAULT));
  }
}
