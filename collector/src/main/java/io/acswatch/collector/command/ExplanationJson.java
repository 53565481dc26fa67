package io.acswatch.collector.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.iommu.ModelChoice;
import java.io.IOException;

/** Explanations as JSON objects of one line; names and order are part of the contract. */
final class ExplanationJson {
  private ExplanationJson() {}

  static String of(String source, ModelChoice model, Explanation explanation) throws IOException {
    return JsonLines.object(
        json -> {
          head(json, source, model);
          function(json, explanation);
        });
  }

  static String of(String source, ModelChoice model, Explanation.Pair pair) throws IOException {
    return JsonLines.object(
        json -> {
          head(json, source, model);
          json.writeBooleanField("together", pair.together());
          json.writeArrayFieldStart("functions");
          for (Explanation explanation : new Explanation[] {pair.first(), pair.second()}) {
            json.writeStartObject();
            function(json, explanation);
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeArrayFieldStart("kept_apart_by");
          for (Explanation.WeakPoint point : pair.keptApartBy()) {
            json.writeStartObject();
            weakPoint(json, point);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  static String of(String source, Explanation.WeakPoint point) throws IOException {
    return JsonLines.object(
        json -> {
          json.writeStringField("source", source);
          weakPoint(json, point);
        });
  }

  private static void head(JsonGenerator json, String source, ModelChoice model)
      throws IOException {
    json.writeStringField("source", source);
    json.writeStringField("model", model.model().label());
    json.writeStringField("model_reason", model.reason());
  }

  private static void function(JsonGenerator json, Explanation explanation) throws IOException {
    json.writeStringField("address", explanation.function().toString());
    JsonLines.strings(json, "group", explanation.group());
    json.writeBooleanField("kernel_agrees", explanation.kernelAgrees());
    json.writeArrayFieldStart("steps");
    for (Explanation.Step step : explanation.steps()) {
      json.writeStartObject();
      json.writeStringField("kind", step.kind().name());
      json.writeStringField("function", step.subject().toString());
      json.writeStringField("text", step.text());
      if (step.acs() != null) {
        words(json, step.acs());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    if (!explanation.note().isEmpty()) {
      json.writeStringField("note", explanation.note());
    }
  }

  private static void words(JsonGenerator json, Explanation.Words acs) throws IOException {
    json.writeObjectFieldStart("acs");
    json.writeNumberField("capability_offset", acs.capabilityOffset());
    json.writeNumberField("capability", acs.capability());
    json.writeNumberField("control_offset", acs.controlOffset());
    json.writeNumberField("control", acs.control());
    JsonLines.strings(json, "missing", AcsRegisters.flagNames(acs.missing()));
    json.writeEndObject();
  }

  private static void weakPoint(JsonGenerator json, Explanation.WeakPoint point)
      throws IOException {
    JsonLines.strings(json, "functions", point.functions());
    json.writeStringField("port_type", point.portType());
    JsonLines.strings(json, "bits", AcsRegisters.flagNames(point.bits()));
    JsonLines.strings(json, "vms", point.vms());
  }
}
