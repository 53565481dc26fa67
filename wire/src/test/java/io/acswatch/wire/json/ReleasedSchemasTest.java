package io.acswatch.wire.json;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.acswatch.pci.alert.IsolationAlert;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What was released stays true: every schema of this major version that ever went out, and alerts
 * of its time, lie in {@code released/} and are never edited. A release adds its own two files.
 *
 * <p>The rule: fields are added, never renamed, removed, made optional or given another type; the
 * words of an {@linkplain #OPEN open} enumeration may grow in number, those of another one not.
 */
class ReleasedSchemasTest {
  private static final Path RELEASED = Path.of("src/test/resources/released");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Enumerations that consumers are told to expect further words in. */
  private static final Set<String> OPEN =
      Set.of(
          "/code",
          "/boundary",
          "/cause/kind",
          "/cause/port_type",
          "/cause/bits[]",
          "/cause/also_changed[]/port_type",
          "/cause/also_changed[]/bits[]");

  static List<Path> schemas() throws IOException {
    return files(".schema.json");
  }

  static List<Path> alertFiles() throws IOException {
    return files(".jsonl");
  }

  private static List<Path> files(String ending) throws IOException {
    try (Stream<Path> files = Files.list(RELEASED)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }

  private static JsonNode current() throws IOException {
    try (InputStream schema = AlertJson.class.getResourceAsStream(AlertJson.SCHEMA_RESOURCE)) {
      return JSON.readTree(schema);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("schemas")
  void theSchemaOfTodayOnlyAdds(Path released) throws IOException {
    assertEquals(List.of(), breaches(JSON.readTree(released.toFile()), current()));
  }

  /** Whoever validates strictly, with the words of open enumerations left out. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("schemas")
  void alertsOfTodayFulfilTheReleasedSchema(Path released) throws IOException {
    JsonNode lenient = JSON.readTree(released.toFile());
    dropOpenWords(lenient, "");
    for (IsolationAlert alert : Alerts.all()) {
      assertEquals(List.of(), validate(lenient, AlertJson.write(alert, AlertLinks.DEFAULT)));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("alertFiles")
  void releasedAlertsFulfilTheSchemaOfTodayAndAreRead(Path released) throws IOException {
    List<String> alerts = Files.readAllLines(released);
    assertFalse(alerts.isEmpty());
    for (String alert : alerts) {
      assertEquals(List.of(), validate(current(), alert));
      assertDoesNotThrow(() -> AlertJson.read(alert));
    }
  }

  /** The program somebody wrote against the first schema, with a type for each field. */
  @Test
  void theFirstConsumerReadsAlertsOfToday() throws IOException {
    List<String> alerts = new ArrayList<>();
    Alerts.all().forEach(alert -> alerts.add(AlertJson.write(alert, AlertLinks.DEFAULT)));
    for (Path file : alertFiles()) {
      alerts.addAll(Files.readAllLines(file));
    }
    for (String alert : alerts) {
      JsonNode expected = JSON.readTree(alert);
      FirstConsumer.Alert read = FirstConsumer.read(alert);
      assertEquals(expected.get("fingerprint").asText(), read.fingerprint());
      assertEquals(expected.get("revision").asInt(), read.revision());
      assertEquals(expected.get("devices").size(), read.devices().size());
      assertEquals(expected.get("cause").isNull(), read.cause() == null);
    }
  }

  @Test
  void theRuleSeesEachKindOfBreach() throws IOException {
    assertBreach("/vms: gone", schema -> fields(schema).remove("vms"));
    assertBreach("/host: type", schema -> field(schema, "host").put("type", "integer"));
    assertBreach(": required", schema -> ((ArrayNode) schema.get("required")).remove(0));
    assertBreach(": required", schema -> ((ArrayNode) schema.get("required")).add("new"));
    assertBreach(
        "/severity: words", schema -> ((ArrayNode) field(schema, "severity").get("enum")).add("x"));
    assertBreach(
        "/code: words", schema -> ((ArrayNode) field(schema, "code").get("enum")).remove(0));
    assertBreach(": additionalProperties", schema -> schema.put("additionalProperties", false));
    assertBreach(
        "/devices[]/owner: type",
        schema ->
            ((ObjectNode) field(schema, "devices").get("items").get("properties").get("owner"))
                .put("type", "string"));
    ObjectNode grown = current().deepCopy();
    fields(grown).putObject("later").put("type", "string");
    ((ArrayNode) field(grown, "code").get("enum")).add("LATER");
    assertEquals(List.of(), breaches(current(), grown));
  }

  private static void assertBreach(String expected, Consumer<ObjectNode> change)
      throws IOException {
    ObjectNode changed = current().deepCopy();
    change.accept(changed);
    List<String> breaches = breaches(current(), changed);
    assertTrue(
        breaches.stream().anyMatch(breach -> breach.startsWith(expected)), breaches::toString);
  }

  private static ObjectNode fields(JsonNode schema) {
    return (ObjectNode) schema.get("properties");
  }

  private static ObjectNode field(JsonNode schema, String name) {
    return (ObjectNode) fields(schema).get(name);
  }

  private static List<String> breaches(JsonNode released, JsonNode now) {
    List<String> breaches = new ArrayList<>();
    compare("", released, now, breaches);
    return breaches;
  }

  private static void compare(String at, JsonNode was, JsonNode now, List<String> breaches) {
    for (String rule : List.of("type", "const", "pattern", "format", "minimum", "maximum")) {
      if (!was.path(rule).equals(now.path(rule))) {
        breaches.add(at + ": " + rule + " " + was.path(rule) + " -> " + now.path(rule));
      }
    }
    if (!words(was, "required").equals(words(now, "required"))) {
      breaches.add(at + ": required differs");
    }
    if (!was.path("additionalProperties").equals(now.path("additionalProperties"))) {
      breaches.add(at + ": additionalProperties differs");
    }
    compareWords(at, words(was, "enum"), words(now, "enum"), breaches);
    was.path("properties")
        .properties()
        .forEach(
            field -> {
              String path = at + "/" + field.getKey();
              JsonNode other = now.path("properties").path(field.getKey());
              if (other.isMissingNode()) {
                breaches.add(path + ": gone");
              } else {
                compare(path, field.getValue(), other, breaches);
              }
            });
    if (was.has("items")) {
      compare(at + "[]", was.get("items"), now.path("items"), breaches);
    }
  }

  private static void compareWords(
      String at, Set<String> was, Set<String> now, List<String> breaches) {
    boolean kept = OPEN.contains(at) ? now.containsAll(was) : now.equals(was);
    if (!kept) {
      breaches.add(at + ": words " + was + " -> " + now);
    }
  }

  private static Set<String> words(JsonNode schema, String key) {
    Set<String> words = new TreeSet<>();
    schema.path(key).forEach(word -> words.add(word.asText()));
    return words;
  }

  private static void dropOpenWords(JsonNode schema, String at) {
    if (OPEN.contains(at)) {
      ((ObjectNode) schema).remove("enum");
    }
    schema
        .path("properties")
        .properties()
        .forEach(field -> dropOpenWords(field.getValue(), at + "/" + field.getKey()));
    if (schema.has("items")) {
      dropOpenWords(schema.get("items"), at + "[]");
    }
  }

  private static List<com.networknt.schema.Error> validate(JsonNode schema, String json) {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(schema.toString())
        .validate(json, InputFormat.JSON);
  }
}
