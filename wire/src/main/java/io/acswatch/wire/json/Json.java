package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Writes JSON of one line; null where a value is unknown or there is none. */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int USUAL_LENGTH = 4096;

  private Json() {}

  @FunctionalInterface
  public interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }

  @FunctionalInterface
  public interface FieldsOf<T> {
    void writeTo(JsonGenerator json, T item) throws IOException;
  }

  /** One object as text, without a line feed. */
  public static String object(Fields fields) {
    return new String(bytes(fields), StandardCharsets.UTF_8);
  }

  public static byte[] bytes(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_LENGTH);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      fields.writeTo(json);
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** A field with an object, or with null where there is no item. */
  public static <T> void object(
      JsonGenerator json, String name, @Nullable T item, FieldsOf<? super T> fields)
      throws IOException {
    if (item == null) {
      json.writeNullField(name);
    } else {
      json.writeObjectFieldStart(name);
      fields.writeTo(json, item);
      json.writeEndObject();
    }
  }

  public static <T> void objects(
      JsonGenerator json, String name, Collection<? extends T> items, FieldsOf<T> fields)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (T item : items) {
      json.writeStartObject();
      fields.writeTo(json, item);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** A field with an array of the texts of some items. */
  public static void texts(JsonGenerator json, String name, Collection<?> items)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (Object item : items) {
      json.writeString(item.toString());
    }
    json.writeEndArray();
  }

  /** A field with a text; null if it is empty. */
  public static void text(JsonGenerator json, String name, @Nullable String text)
      throws IOException {
    json.writeStringField(name, text == null || text.isEmpty() ? null : text);
  }

  /** A field with a time in milliseconds since 1970; null if it is 0. */
  public static void time(JsonGenerator json, String name, long millis) throws IOException {
    text(json, name, millis == 0 ? null : Instant.ofEpochMilli(millis).toString());
  }

  public static void number(JsonGenerator json, String name, @Nullable Integer number)
      throws IOException {
    if (number == null) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, number);
    }
  }
}
