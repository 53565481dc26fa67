package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.acswatch.wire.InputException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A JSON object; each accessor refuses, by name, what is missing or of another type. */
final class JsonObject {
  private static final String SOURCE = "alert";
  private static final int MAX_DEPTH = 16;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private final String path;
  private final Map<?, ?> fields;

  private JsonObject(String path, Map<?, ?> fields) {
    this.path = path;
    this.fields = fields;
  }

  static JsonObject parse(byte[] bytes) throws InputException {
    try (JsonParser parser = JSON.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new InputException(SOURCE, 1, 1, "not a JSON object");
      }
      JsonObject object = new JsonObject("", object(parser));
      if (parser.nextToken() != null) {
        throw new InputException(SOURCE, "text after the JSON object");
      }
      return object;
    } catch (InputException damaged) {
      throw damaged;
    } catch (JsonProcessingException malformed) {
      InputException damaged =
          new InputException(
              SOURCE,
              malformed.getLocation() == null ? 0 : malformed.getLocation().getLineNr(),
              malformed.getLocation() == null ? 0 : malformed.getLocation().getColumnNr(),
              malformed.getOriginalMessage().lines().findFirst().orElse("not JSON"));
      damaged.initCause(malformed);
      throw damaged;
    } catch (IOException impossible) {
      throw new InputException(SOURCE, "cannot be read: " + impossible.getMessage());
    }
  }

  private static Map<String, Object> object(JsonParser parser) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      object.put(name, value(parser));
    }
    return object;
  }

  private static Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser));
        }
        yield array;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> JsonToken.VALUE_NULL;
    };
  }

  String text(String name) throws InputException {
    return typed(name, String.class, "a text");
  }

  /** A text, empty if the field is null. */
  String optionalText(String name) throws InputException {
    return isNull(name) ? "" : text(name);
  }

  int number(String name) throws InputException {
    return typed(name, Integer.class, "a whole number of 32 bits");
  }

  long longNumber(String name) throws InputException {
    return fields.get(name) instanceof Long large ? large : number(name);
  }

  boolean bool(String name) throws InputException {
    return typed(name, Boolean.class, "true or false");
  }

  @Nullable Integer optionalNumber(String name) throws InputException {
    return isNull(name) ? null : Integer.valueOf(number(name));
  }

  <E extends Enum<E>> E constant(String name, Class<E> type) throws InputException {
    String kind = type.getSimpleName().toLowerCase(Locale.ROOT);
    return labelled(name, kind, type.getEnumConstants(), Enum::name);
  }

  /** The one of some constants that has the text of a field as its label. */
  <E> E labelled(String name, String kind, E[] constants, Function<E, String> label)
      throws InputException {
    String text = text(name);
    for (E constant : constants) {
      if (label.apply(constant).equals(text)) {
        return constant;
      }
    }
    throw refused(name, InputException.quote(text) + " is not a " + kind);
  }

  /** An RFC 3339 instant in milliseconds since 1970; 0 if the field is null. */
  long time(String name) throws InputException {
    String text = optionalText(name);
    try {
      return text.isEmpty() ? 0 : Instant.parse(text).toEpochMilli();
    } catch (DateTimeException | ArithmeticException notAnInstant) {
      throw refused(name, InputException.quote(text) + " is not an RFC 3339 instant");
    }
  }

  JsonObject object(String name) throws InputException {
    return new JsonObject(path + name + ".", typed(name, Map.class, "an object"));
  }

  @Nullable JsonObject optionalObject(String name) throws InputException {
    return isNull(name) ? null : object(name);
  }

  @FunctionalInterface
  interface Reading<T> {
    T of(JsonObject json) throws InputException;
  }

  <T> List<T> list(String name, Reading<T> reading) throws InputException {
    List<T> list = new ArrayList<>();
    List<?> elements = typed(name, List.class, "an array");
    for (int i = 0; i < elements.size(); i++) {
      if (!(elements.get(i) instanceof Map<?, ?> fields)) {
        throw refused(name + "[" + i + "]", "expected an object");
      }
      list.add(reading.of(new JsonObject(path + name + "[" + i + "].", fields)));
    }
    return list;
  }

  List<String> texts(String name) throws InputException {
    List<String> texts = new ArrayList<>();
    for (Object element : typed(name, List.class, "an array")) {
      if (!(element instanceof String text)) {
        throw refused(name, "expected texts only");
      }
      texts.add(text);
    }
    return texts;
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  boolean isNull(String name) {
    return fields.get(name) == JsonToken.VALUE_NULL;
  }

  private <T> T typed(String name, Class<T> type, String expected) throws InputException {
    Object value = fields.get(name);
    if (!type.isInstance(value)) {
      throw refused(
          name, (value == null ? "missing" : "of another type") + ", expected " + expected);
    }
    return type.cast(value);
  }

  InputException refused(String name, String problem) {
    return new InputException(SOURCE, path + name + ": " + problem);
  }
}
