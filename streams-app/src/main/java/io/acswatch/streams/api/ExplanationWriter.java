package io.acswatch.streams.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.explain.Explainer;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Snapshot;
import java.io.IOException;
import java.util.List;

/** Explanations in words, of one function, of two, and of the weak points of a host. */
final class ExplanationWriter {
  private final Explainer explainer;
  private final String address;

  ExplanationWriter(Snapshot snapshot) {
    explainer = new Explainer(snapshot, null);
    address = snapshot.host();
  }

  String one(String function) throws ApiException {
    Explanation explanation = explainer.explain(index(function));
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeFieldName("first");
          write(json, explanation);
          json.writeNullField("second");
          json.writeNullField("together");
          json.writeArrayFieldStart("kept_apart_by");
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  String pair(String first, String second) throws ApiException {
    Explanation.Pair pair = explainer.explain(index(first), index(second));
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeFieldName("first");
          write(json, pair.first());
          json.writeFieldName("second");
          write(json, pair.second());
          json.writeBooleanField("together", pair.together());
          json.writeArrayFieldStart("kept_apart_by");
          for (Explanation.WeakPoint point : pair.keptApartBy()) {
            write(json, point);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  String weakPoints() {
    List<Explanation.WeakPoint> points = explainer.weakPoints();
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("weak_points");
          for (Explanation.WeakPoint point : points) {
            write(json, point);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private int index(String text) throws ApiException {
    PciAddress asked;
    try {
      asked = PciAddress.parse(text);
    } catch (IllegalArgumentException notAnAddress) {
      throw ApiException.badRequest(text + " is not an address, expected 0000:00:03.0");
    }
    return explainer
        .indexOf(asked)
        .orElseThrow(() -> ApiException.notFound(address + " has no function " + text));
  }

  private static void write(JsonGenerator json, Explanation explanation) throws IOException {
    json.writeStartObject();
    json.writeStringField("function", explanation.function().toString());
    Json.texts(json, "group", explanation.group());
    json.writeBooleanField("kernel_agrees", explanation.kernelAgrees());
    json.writeArrayFieldStart("steps");
    for (Explanation.Step step : explanation.steps()) {
      json.writeStartObject();
      json.writeStringField("kind", step.kind().name());
      json.writeStringField("subject", step.subject().toString());
      json.writeStringField("text", step.text());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Explanation.WeakPoint point) throws IOException {
    json.writeStartObject();
    Json.texts(json, "functions", point.functions());
    Json.texts(json, "bits", AcsRegisters.flagNames(point.bits()));
    Json.texts(json, "vms", point.vms());
    Json.text(json, "port_type", point.portType());
    json.writeEndObject();
  }
}
