package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.iommu.ModelChoice;
import java.io.IOException;
import java.util.List;

/** Explanations as JSON fields, for {@code explain} and the API; names are a contract. */
public final class ExplanationJson {
  private ExplanationJson() {}

  public static void write(JsonGenerator json, ModelChoice model, Explanation explanation)
      throws IOException {
    model(json, model);
    function(json, explanation);
  }

  /** Why two functions share a group, or what keeps them apart. */
  public static void write(JsonGenerator json, ModelChoice model, Explanation.Pair pair)
      throws IOException {
    model(json, model);
    json.writeBooleanField("together", pair.together());
    Json.objects(
        json, "functions", List.of(pair.first(), pair.second()), ExplanationJson::function);
    Json.objects(json, "kept_apart_by", pair.keptApartBy(), ExplanationJson::write);
  }

  /** Functions that alone keep owners apart. */
  public static void write(JsonGenerator json, Explanation.WeakPoint point) throws IOException {
    Json.texts(json, "functions", point.functions());
    json.writeStringField("port_type", point.portType());
    Json.texts(json, "bits", AcsRegisters.flagNames(point.bits()));
    Json.texts(json, "vms", point.vms());
  }

  private static void model(JsonGenerator json, ModelChoice model) throws IOException {
    json.writeStringField("model", model.model().label());
    json.writeStringField("model_reason", model.reason());
  }

  private static void function(JsonGenerator json, Explanation explanation) throws IOException {
    json.writeStringField("address", explanation.function().toString());
    Json.texts(json, "group", explanation.group());
    json.writeBooleanField("kernel_agrees", explanation.kernelAgrees());
    Json.objects(json, "steps", explanation.steps(), ExplanationJson::step);
    if (!explanation.note().isEmpty()) {
      json.writeStringField("note", explanation.note());
    }
  }

  private static void step(JsonGenerator json, Explanation.Step step) throws IOException {
    json.writeStringField("kind", step.kind().name());
    json.writeStringField("function", step.subject().toString());
    json.writeStringField("text", step.text());
    if (step.acs() != null) {
      Json.object(json, "acs", step.acs(), ExplanationJson::registers);
    }
  }

  private static void registers(JsonGenerator json, Explanation.Registers acs) throws IOException {
    json.writeNumberField("capability_offset", acs.capabilityOffset());
    json.writeNumberField("capability", acs.capability());
    json.writeNumberField("control_offset", acs.controlOffset());
    json.writeNumberField("control", acs.control());
    Json.texts(json, "missing", AcsRegisters.flagNames(acs.missing()));
  }
}
