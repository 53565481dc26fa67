package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import java.io.IOException;

/** A function as JSON fields, for {@code decode} and the API; names are a contract. */
public final class FunctionJson {
  private FunctionJson() {}

  /** All but ACS; {@code inWords}: known by words of lspci, what they do not show is null. */
  public static void writeHeader(
      JsonGenerator json, PciAddress address, PciIds ids, ConfigFacts facts, boolean inWords)
      throws IOException {
    boolean lacksIds = inWords && ids.vendor() == 0;
    json.writeStringField("address", address.toString());
    json.writeObjectField("vendor", lacksIds ? null : ids.vendor());
    json.writeObjectField("device", lacksIds ? null : ids.device());
    json.writeObjectField("class", lacksIds ? null : ids.classCode());
    json.writeObjectField("header_type", facts.hasHeader() ? facts.headerLayout() : null);
    json.writeObjectField(
        "multifunction", facts.hasHeader() && !inWords ? facts.multiFunctionBit() : null);
    json.writeStringField(
        "port_type", facts.claimedType().isPcie() ? facts.claimedType().label() : null);
    json.writeObjectField("length", inWords ? null : facts.lengthBytes());
    json.writeStringField("status", inWords ? "IN_WORDS" : facts.status().name());
  }

  public static void writeAcs(JsonGenerator json, ConfigFacts facts, boolean inWords)
      throws IOException {
    Json.object(json, "acs", facts.acs(), (out, acs) -> registers(out, acs, inWords));
  }

  private static void registers(JsonGenerator json, AcsRegisters acs, boolean inWords)
      throws IOException {
    json.writeNumberField("offset", acs.offset());
    json.writeNumberField("capability", acs.capability());
    json.writeNumberField("control", acs.control());
    Json.texts(json, "capability_flags", AcsRegisters.flagNames(acs.capability()));
    Json.texts(json, "control_flags", AcsRegisters.flagNames(acs.control()));
    json.writeObjectField(
        "egress_vector_bits", inWords ? null : AcsCapability.egressVectorBits(acs.capability()));
  }
}
