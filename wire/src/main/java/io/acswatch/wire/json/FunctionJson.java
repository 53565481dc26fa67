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

  public static void writeHeader(
      JsonGenerator json, PciAddress address, PciIds ids, ConfigFacts facts) throws IOException {
    json.writeStringField("address", address.toString());
    json.writeNumberField("vendor", ids.vendor());
    json.writeNumberField("device", ids.device());
    json.writeNumberField("class", ids.classCode());
    if (facts.hasHeader()) {
      json.writeNumberField("header_type", facts.headerLayout());
      json.writeBooleanField("multifunction", facts.multiFunctionBit());
    } else {
      json.writeNullField("header_type");
      json.writeNullField("multifunction");
    }
    json.writeStringField(
        "port_type", facts.claimedType().isPcie() ? facts.claimedType().label() : null);
    json.writeNumberField("length", facts.lengthBytes());
    json.writeStringField("status", facts.status().name());
  }

  public static void writeAcs(JsonGenerator json, ConfigFacts facts) throws IOException {
    Json.object(json, "acs", facts.acs(), FunctionJson::registers);
  }

  private static void registers(JsonGenerator json, AcsRegisters acs) throws IOException {
    json.writeNumberField("offset", acs.offset());
    json.writeNumberField("capability", acs.capability());
    json.writeNumberField("control", acs.control());
    Json.texts(json, "capability_flags", AcsRegisters.flagNames(acs.capability()));
    Json.texts(json, "control_flags", AcsRegisters.flagNames(acs.control()));
    json.writeNumberField("egress_vector_bits", AcsCapability.egressVectorBits(acs.capability()));
  }
}
