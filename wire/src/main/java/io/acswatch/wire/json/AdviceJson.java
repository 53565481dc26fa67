package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.pci.advise.Advice;
import io.acswatch.pci.advise.Together;
import io.acswatch.pci.hierarchy.PciAddress;
import java.io.IOException;
import java.util.List;

/** Advice as fields of a JSON object. Names are part of the contract. */
public final class AdviceJson {
  private AdviceJson() {}

  /** How functions come apart. */
  public static void write(JsonGenerator json, Advice advice) throws IOException {
    Json.texts(json, "group", advice.group());
    lists(json, "apart", advice.apart());
    Json.texts(json, "causes", advice.causes());
    Json.objects(json, "ways", advice.ways(), AdviceJson::way);
    json.writeStringField("answer", advice.answer());
  }

  /** What lets two functions reach each other. */
  public static void write(JsonGenerator json, Together together) throws IOException {
    Json.texts(json, "redirecting", together.redirecting());
    json.writeStringField("change", together.change());
    lists(json, "joined", together.joined());
    json.writeStringField("answer", together.answer());
  }

  private static void way(JsonGenerator json, Advice.Way way) throws IOException {
    json.writeStringField("means", way.means().name());
    json.writeStringField("text", way.text());
    json.writeStringField("change", way.change());
    json.writeStringField("proof", way.proof().name());
    json.writeStringField("note", way.note());
    lists(json, "then", way.then());
  }

  private static void lists(JsonGenerator json, String name, List<List<PciAddress>> lists)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (List<PciAddress> list : lists) {
      json.writeStartArray();
      for (PciAddress address : list) {
        json.writeString(address.toString());
      }
      json.writeEndArray();
    }
    json.writeEndArray();
  }
}
