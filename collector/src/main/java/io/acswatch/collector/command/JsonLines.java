package io.acswatch.collector.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Collection;

/** Writes JSON objects of one line each. */
final class JsonLines {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Writes the fields of one object. */
  interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }

  private JsonLines() {}

  /** One object as text, without a line end. */
  static String object(Fields fields) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      fields.writeTo(json);
      json.writeEndObject();
    }
    return text.toString();
  }

  /** An array field of strings: the texts of {@code items}. */
  static void strings(JsonGenerator json, String name, Collection<?> items) throws IOException {
    json.writeArrayFieldStart(name);
    for (Object item : items) {
      json.writeString(item.toString());
    }
    json.writeEndArray();
  }
}
