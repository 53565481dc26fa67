package io.acswatch.collector.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.collector.command.text.AcsText;
import io.acswatch.collector.command.text.CapabilityLists;
import io.acswatch.collector.command.text.CapabilityNames;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.config.capability.WalkStep;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.snapshot.CapturedFunction;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One function with its configuration space decoded, as {@code decode} prints it.
 *
 * @param captured the function as it was found
 * @param facts what its bytes say
 * @param lists its capability lists
 */
record DecodedFunction(CapturedFunction captured, ConfigFacts facts, CapabilityLists lists) {

  /** Decodes a function. */
  static DecodedFunction of(CapturedFunction captured, FunctionDecoder decoder) {
    ConfigFacts facts = decoder.decode(captured.config(), captured.readStatus());
    return new DecodedFunction(captured, facts, CapabilityLists.of(captured.config(), facts));
  }

  /** One JSON object; the names are part of the contract with scripts. */
  String toJson(String source) throws IOException {
    return JsonLines.object(
        json -> {
          json.writeStringField("source", source);
          json.writeStringField("address", captured.address().toString());
          json.writeNumberField("vendor", captured.ids().vendor());
          json.writeNumberField("device", captured.ids().device());
          json.writeNumberField("class", captured.ids().classCode());
          if (facts.hasHeader()) {
            json.writeNumberField("header_type", facts.headerLayout());
            json.writeBooleanField("multifunction", facts.multiFunctionBit());
          } else {
            json.writeNullField("header_type");
            json.writeNullField("multifunction");
          }
          json.writeStringField(
              "port_type", facts.claimedType().isPcie() ? facts.claimedType().label() : null);
          json.writeNumberField("length", captured.config().length());
          json.writeStringField("status", facts.status().name());
          writeLists(json);
          writeAcs(json, facts.acs());
        });
  }

  private void writeLists(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("capabilities");
    for (CapabilityLists.Entry entry : lists.standard()) {
      json.writeStartObject();
      json.writeNumberField("id", entry.id());
      json.writeNumberField("offset", entry.offset());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeStringField("capability_list_end", nameOrNull(lists.standardEnd()));
    json.writeArrayFieldStart("extended_capabilities");
    for (CapabilityLists.Entry entry : lists.extended()) {
      json.writeStartObject();
      json.writeNumberField("id", entry.id());
      json.writeNumberField("version", entry.version());
      json.writeNumberField("offset", entry.offset());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeStringField("extended_list_end", nameOrNull(lists.extendedEnd()));
  }

  private static @Nullable String nameOrNull(@Nullable WalkStep step) {
    return step == null ? null : step.name();
  }

  private static void writeAcs(JsonGenerator json, @Nullable AcsRegisters acs) throws IOException {
    if (acs == null) {
      json.writeNullField("acs");
      return;
    }
    json.writeObjectFieldStart("acs");
    json.writeNumberField("offset", acs.offset());
    json.writeNumberField("capability", acs.capability());
    json.writeNumberField("control", acs.control());
    JsonLines.strings(json, "capability_flags", AcsRegisters.flagNames(acs.capability()));
    JsonLines.strings(json, "control_flags", AcsRegisters.flagNames(acs.control()));
    json.writeNumberField("egress_vector_bits", AcsCapability.egressVectorBits(acs.capability()));
    json.writeEndObject();
  }

  /** A paragraph for people, with a line end. */
  String toText() {
    StringBuilder text = new StringBuilder();
    text.append(captured.address())
        .append("  ")
        .append(captured.ids())
        .append("  class %06x".formatted(captured.ids().classCode()));
    if (facts.hasHeader()) {
      text.append("  ").append(facts.claimedType().label());
      text.append("  header type ").append(facts.headerLayout());
      text.append(facts.multiFunctionBit() ? " multi-function" : "");
    }
    text.append("  ").append(captured.config().length()).append(" bytes ");
    text.append(facts.status()).append('\n');
    for (CapabilityLists.Entry entry : lists.standard()) {
      text.append(
          "    [%02x]  %02x %s%n"
              .formatted(entry.offset(), entry.id(), CapabilityNames.standard(entry.id())));
    }
    appendEnd(text, "capability list", lists.standardEnd());
    for (CapabilityLists.Entry entry : lists.extended()) {
      text.append(
          "    [%03x] %04x %s v%d%n"
              .formatted(
                  entry.offset(),
                  entry.id(),
                  CapabilityNames.extended(entry.id()),
                  entry.version()));
    }
    appendEnd(text, "extended capability list", lists.extendedEnd());
    AcsRegisters acs = facts.acs();
    if (acs != null) {
      text.append("    ACS capability ").append(AcsText.word(acs.capability()));
      text.append("  control ").append(AcsText.word(acs.control()));
      int bits = AcsCapability.egressVectorBits(acs.capability());
      text.append(bits == 0 ? "" : "  egress vector of " + bits + " bits").append('\n');
    } else if (!facts.status().isConclusive()) {
      text.append("    ACS unknown: the bytes that would tell were not read\n");
    }
    return text.toString();
  }

  private static void appendEnd(StringBuilder text, String list, @Nullable WalkStep end) {
    if (end != null && end != WalkStep.END) {
      text.append("    ! ").append(list).append(" ends with ").append(end).append('\n');
    }
  }
}
