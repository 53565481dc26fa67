package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Writes JSON of one line; null where a value is unknown or there is none. */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

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
    return bytes(Integer.MAX_VALUE, fields);
  }

  /** The same of at most {@code limit} bytes; UncheckedIOException as soon as it has more. */
  public static byte[] bytes(int limit, Fields fields) {
    try (ByteArrayBuilder bytes = new ByteArrayBuilder(FACTORY._getBufferRecycler())) {
      OutputStream out = limit == Integer.MAX_VALUE ? bytes : new Limited(bytes, limit);
      try (JsonGenerator json = FACTORY.createGenerator(out)) {
        json.writeStartObject();
        fields.writeTo(json);
        json.writeEndObject();
      }
      return bytes.getClearAndRelease();
    } catch (IOException tooLong) {
      throw new UncheckedIOException(tooLong.getMessage(), tooLong);
    }
  }

  private static final class Limited extends FilterOutputStream {
    private final int limit;
    private long written;

    private Limited(OutputStream out, int limit) {
      super(out);
      this.limit = limit;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      count(length);
      out.write(bytes, from, length);
    }

    private void count(int length) throws IOException {
      written += length;
      if (written > limit) {
        throw new IOException("more than %d bytes of JSON".formatted(limit));
      }
    }
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
