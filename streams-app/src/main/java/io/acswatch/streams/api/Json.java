package io.acswatch.streams.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Writes JSON; null where a value is unknown or there is none. */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /** Writes a text with a generator. */
  @FunctionalInterface
  interface Body {
    void writeTo(JsonGenerator json) throws IOException;
  }

  static String write(Body body) {
    StringWriter text = new StringWriter(1024);
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      body.writeTo(json);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  static void text(JsonGenerator json, String name, @Nullable String text) throws IOException {
    if (text == null || text.isEmpty()) {
      json.writeNullField(name);
    } else {
      json.writeStringField(name, text);
    }
  }

  static void time(JsonGenerator json, String name, long millis) throws IOException {
    text(json, name, millis == 0 ? null : Instant.ofEpochMilli(millis).toString());
  }

  /** A number that stands for none below 0. */
  static void number(JsonGenerator json, String name, int number) throws IOException {
    if (number < 0) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, number);
    }
  }

  static void texts(JsonGenerator json, String name, Collection<?> texts) throws IOException {
    json.writeArrayFieldStart(name);
    for (Object text : texts) {
      json.writeString(text.toString());
    }
    json.writeEndArray();
  }
}
