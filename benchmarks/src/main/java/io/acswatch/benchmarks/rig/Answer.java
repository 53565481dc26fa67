package io.acswatch.benchmarks.rig;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;

/** One line of JSON: names and values in the order of the map. */
public final class Answer {
  private static final JsonFactory JSON = new JsonFactory();
  private static final MathContext DIGITS = new MathContext(5);

  private Answer() {}

  /** The line; numbers that are not whole have five digits, NaN is null. */
  public static String json(Map<String, ?> fields) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      write(json, fields);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, Map<?, ?> fields) throws IOException {
    json.writeStartObject();
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      json.writeFieldName(String.valueOf(field.getKey()));
      value(json, field.getValue());
    }
    json.writeEndObject();
  }

  private static void value(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Map<?, ?> fields) {
      write(json, fields);
    } else if (value instanceof Double number) {
      if (number.isNaN() || number.isInfinite()) {
        json.writeNull();
      } else {
        json.writeNumber(new BigDecimal(number).round(DIGITS));
      }
    } else if (value instanceof Number number) {
      json.writeNumber(number.longValue());
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else {
      json.writeString(String.valueOf(value));
    }
  }
}
