package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.wire.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
    List<AlertDevice> members = new ArrayList<>();
    for (JsonObject member : json.objects("members")) {
      members.add(AlertParser.device(member));
    }
    return new Evidence(
        new Evidence.Basis(
            json.has("platform") ? json.optionalText("platform") : "",
            json.constant("boot_class", BootClass.class),
            isPartial(json),
            json.bool("privileged"),
            json.number("functions"),
            json.number("unread")),
        new Evidence.Observed(
            observed.text("boot"),
            AlertParser.time(observed, "taken"),
            observed.longNumber("sequence")),
        confidence(json),
        facts(json),
        ports(json),
        members);
  }

  private static Confidence confidence(JsonObject json) throws InputException {
    String label = json.text("confidence");
    for (Confidence confidence : Confidence.values()) {
      if (confidence.label().equals(label)) {
        return confidence;
      }
    }
    throw json.refused("confidence", InputException.quote(label) + " is not a confidence");
  }

  private static boolean isPartial(JsonObject json) throws InputException {
    String word = json.text("comparison");
    if (!word.equals(PARTIAL) && !word.equals(COMPLETE)) {
      throw json.refused(
          "comparison", InputException.quote(word) + ", expected complete or partial");
    }
    return word.equals(PARTIAL);
  }

  private static List<Evidence.Fact> facts(JsonObject json) throws InputException {
    List<Evidence.Fact> facts = new ArrayList<>();
    for (JsonObject fact : json.objects("facts")) {
      facts.add(
          new Evidence.Fact(
              fact.text("name"), fact.optionalText("before"), fact.optionalText("after")));
    }
    return facts;
  }

  private static List<Evidence.PortRegisters> ports(JsonObject json) throws InputException {
    List<Evidence.PortRegisters> ports = new ArrayList<>();
    for (JsonObject port : json.objects("ports")) {
      ports.add(
          new Evidence.PortRegisters(
              AlertParser.address(port, "port"),
              AlertParser.path(port, "port_path"),
              AlertParser.portType(port),
              port.optionalNumber("capability_before"),
              port.optionalNumber("capability_after"),
              port.optionalNumber("control_before"),
              port.optionalNumber("control_after")));
    }
    return ports;
  }
}
