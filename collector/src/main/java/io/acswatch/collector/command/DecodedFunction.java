package io.acswatch.collector.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.collector.command.text.CodeNames;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.config.capability.CapabilityWalk;
import io.acswatch.pci.config.capability.WalkStep;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.wire.json.FunctionJson;
import io.acswatch.wire.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One function with its configuration space decoded, as {@code decode} prints it.
 *
 * @param inWords known by words of {@code lspci}: what they do not show is left out
 */
record DecodedFunction(
    CapturedFunction captured, ConfigFacts facts, CapabilityLists lists, boolean inWords) {

  /**
   * The capability lists of one function, in the order of their chains.
   *
   * @param standardEnd what the standard list ended with; null if nothing was read
   * @param extendedEnd what the extended list ended with; null if the function has no extended
   *     space, or none that was read
   */
  record CapabilityLists(
      List<Entry> standard,
      @Nullable WalkStep standardEnd,
      List<Entry> extended,
      @Nullable WalkStep extendedEnd) {
    /** One capability; {@code version} has 4 bits and means nothing in the standard list. */
    record Entry(int id, int version, int offset) {}

    static CapabilityLists of(ConfigSpace space, ConfigFacts facts) {
      List<Entry> standard = new ArrayList<>();
      List<Entry> extended = new ArrayList<>();
      if (!facts.hasHeader()) {
        return new CapabilityLists(standard, null, extended, null);
      }
      WalkStep end = walk(CapabilityWalk.standard().wrap(space), standard);
      boolean isExtended =
          facts.claimedType().isPcie()
              && facts.status() != ReadStatus.EXT_ALIASED
              && space.length() > ConfigSpace.CONVENTIONAL_LENGTH;
      return new CapabilityLists(
          standard,
          end,
          extended,
          isExtended ? walk(CapabilityWalk.extended().wrap(space), extended) : null);
    }

    private static WalkStep walk(CapabilityWalk walk, List<Entry> found) {
      WalkStep step = walk.advance();
      for (; step == WalkStep.CAPABILITY; step = walk.advance()) {
        found.add(new Entry(walk.id(), walk.version(), walk.offset()));
      }
      return step;
    }
  }

  static DecodedFunction of(CapturedFunction captured, FunctionDecoder decoder, boolean inWords) {
    ConfigFacts facts = decoder.decode(captured.config(), captured.readStatus());
    return new DecodedFunction(
        captured, facts, CapabilityLists.of(captured.config(), facts), inWords);
  }

  /** One JSON object; the names are part of the contract with scripts. */
  String toJson(String source) {
    return Json.object(
        json -> {
          json.writeStringField("source", source);
          FunctionJson.writeHeader(json, captured.address(), captured.ids(), facts, inWords);
          Json.objects(json, "capabilities", lists.standard(), DecodedFunction::standard);
          json.writeStringField("capability_list_end", nameOrNull(lists.standardEnd()));
          Json.objects(json, "extended_capabilities", lists.extended(), DecodedFunction::extended);
          json.writeStringField("extended_list_end", nameOrNull(lists.extendedEnd()));
          FunctionJson.writeAcs(json, facts, inWords);
        });
  }

  private static void standard(JsonGenerator json, CapabilityLists.Entry entry) throws IOException {
    json.writeNumberField("id", entry.id());
    json.writeNumberField("offset", entry.offset());
  }

  private static void extended(JsonGenerator json, CapabilityLists.Entry entry) throws IOException {
    json.writeNumberField("id", entry.id());
    json.writeNumberField("version", entry.version());
    json.writeNumberField("offset", entry.offset());
  }

  private static @Nullable String nameOrNull(@Nullable WalkStep step) {
    return step == null ? null : step.name();
  }

  String toText() {
    StringBuilder text = new StringBuilder();
    text.append(captured.address());
    if (inWords && captured.ids().vendor() == 0) {
      text.append("  ids not shown");
    } else {
      text.append("  ").append(captured.ids());
      // A heading alone does not show the last byte.
      text.append(
          inWords && !facts.hasHeader()
              ? "  class %04x".formatted(captured.ids().classCode() >>> 8)
              : "  class %06x".formatted(captured.ids().classCode()));
    }
    if (facts.hasHeader()) {
      text.append("  ").append(facts.claimedType().label());
      text.append("  header type ").append(facts.headerLayout());
      text.append(facts.multiFunctionBit() && !inWords ? " multi-function" : "");
    }
    if (inWords) {
      text.append("  in words of lspci\n");
    } else {
      text.append("  ").append(captured.config().length()).append(" bytes ");
      text.append(facts.status()).append('\n');
    }
    for (CapabilityLists.Entry entry : lists.standard()) {
      text.append(
          "    [%02x]  %02x %s%n"
              .formatted(
                  entry.offset(),
                  entry.id(),
                  CodeNames.CAPABILITIES.of("%02x".formatted(entry.id()), "?")));
    }
    if (!inWords) {
      appendEnd(text, "capability list", lists.standardEnd());
    }
    for (CapabilityLists.Entry entry : lists.extended()) {
      text.append(
          "    [%03x] %04x %s v%d%n"
              .formatted(
                  entry.offset(),
                  entry.id(),
                  CodeNames.CAPABILITIES.of("%04x".formatted(entry.id()), "?"),
                  entry.version()));
    }
    if (!inWords) {
      appendEnd(text, "extended capability list", lists.extendedEnd());
    }
    AcsRegisters acs = facts.acs();
    if (acs != null) {
      text.append("    ACS capability ").append(word(acs.capability()));
      text.append("  control ").append(word(acs.control()));
      int bits = inWords ? 0 : AcsCapability.egressVectorBits(acs.capability());
      text.append(bits == 0 ? "" : "  egress vector of " + bits + " bits").append('\n');
    } else if (!facts.capabilitiesKnown()) {
      text.append("    ACS unknown: the bytes that would tell were not ")
          .append(inWords ? "shown\n" : "read\n");
    }
    return text.toString();
  }

  private static void appendEnd(StringBuilder text, String list, @Nullable WalkStep end) {
    if (end != null && end != WalkStep.END) {
      text.append("    ! ").append(list).append(" ends with ").append(end).append('\n');
    }
  }

  /** Four hex digits and the names of the bits: {@code 001d (SV RR CR UF)}. */
  private static String word(int word) {
    List<String> names = AcsRegisters.flagNames(word);
    String digits = "%04x".formatted(word);
    return names.isEmpty() ? digits : digits + " (" + String.join(" ", names) + ")";
  }
}
