package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.wire.InputException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The evidence of an alert as JSON, and back. Alerts of earlier versions have none. */
final class EvidenceJson {
  private static final String FIELD = "evidence";
  private static final String PARTIAL = "partial";
  private static final String COMPLETE = "complete";

  private EvidenceJson() {}

  static void write(JsonGenerator json, Evidence evidence) throws IOException {
    Evidence.Basis basis = evidence.basis();
    Json.text(json, "platform", basis.platform());
    json.writeStringField("boot_class", basis.bootClass().name());
    Json.object(json, "observed", evidence.observed(), EvidenceJson::write);
    json.writeStringField("confidence", evidence.confidence().label());
    json.writeStringField("comparison", basis.partial() ? PARTIAL : COMPLETE);
    json.writeBooleanField("privileged", basis.privileged());
    json.writeNumberField("functions", basis.functions());
    json.writeNumberField("unread", basis.unread());
    Json.objects(json, "facts", evidence.facts(), EvidenceJson::write);
    Json.objects(json, "ports", evidence.ports(), EvidenceJson::write);
    Json.objects(json, "members", evidence.members(), AlertJson::writeDevice);
  }

  private static void write(JsonGenerator json, Evidence.Observed observed) throws IOException {
    json.writeStringField("boot", observed.bootId());
    Json.time(json, "taken", observed.takenAtMillis());
    json.writeNumberField("sequence", observed.sequence());
  }

  private static void write(JsonGenerator json, Evidence.Fact fact) throws IOException {
    json.writeStringField("name", fact.name());
    Json.text(json, "before", fact.before());
    Json.text(json, "after", fact.after());
  }

  private static void write(JsonGenerator json, Evidence.PortRegisters port) throws IOException {
    json.writeStringField("port", port.port().toString());
    json.writeStringField("port_path", port.path().text());
    json.writeStringField("port_type", port.type().label());
    Json.number(json, "capability_before", port.capabilityBefore());
    Json.number(json, "capability_after", port.capabilityAfter());
    Json.number(json, "control_before", port.controlBefore());
    Json.number(json, "control_after", port.controlAfter());
  }

  static @Nullable Evidence read(JsonObject alert) throws InputException {
    JsonObject json = alert.has(FIELD) ? alert.optionalObject(FIELD) : null;
    if (json == null) {
      return null;
    }
    JsonObject observed = json.object("observed");
    return new Evidence(
        new Evidence.Basis(
            json.has("platform") ? json.optionalText("platform") : "",
            json.constant("boot_class", BootClass.class),
            isPartial(json),
            json.bool("privileged"),
            json.number("functions"),
            json.number("unread")),
        new Evidence.Observed(
            observed.text("boot"), observed.time("taken"), observed.longNumber("sequence")),
        json.labelled("confidence", "confidence", Confidence.values(), Confidence::label),
        json.list("facts", EvidenceJson::fact),
        json.list("ports", EvidenceJson::port),
        json.list("members", AlertParser::device));
  }

  private static boolean isPartial(JsonObject json) throws InputException {
    String word = json.text("comparison");
    if (!word.equals(PARTIAL) && !word.equals(COMPLETE)) {
      throw json.refused(
          "comparison", InputException.quote(word) + ", expected complete or partial");
    }
    return word.equals(PARTIAL);
  }

  private static Evidence.Fact fact(JsonObject json) throws InputException {
    return new Evidence.Fact(
        json.text("name"), json.optionalText("before"), json.optionalText("after"));
  }

  private static Evidence.PortRegisters port(JsonObject json) throws InputException {
    return new Evidence.PortRegisters(
        AlertParser.address(json, "port"),
        new DevicePath(json.text("port_path")),
        AlertParser.portType(json),
        json.optionalNumber("capability_before"),
        json.optionalNumber("capability_after"),
        json.optionalNumber("control_before"),
        json.optionalNumber("control_after"));
  }
}
