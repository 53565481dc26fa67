package io.acswatch.wire.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.wire.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AlertJsonTest {
  static List<IsolationAlert> alerts() {
    return Alerts.all();
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void readsBackWhatItWrote(IsolationAlert alert) throws InputException {
    String json = AlertJson.write(alert, AlertLinks.DEFAULT);
    assertEquals(alert, AlertJson.read(json));
    assertEquals(json, AlertJson.write(AlertJson.read(json), AlertLinks.DEFAULT));
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void isOneLineThatFulfilsTheSchema(IsolationAlert alert) {
    String json = AlertJson.write(alert, AlertLinks.DEFAULT);
    assertFalse(json.contains("\n"));
    assertEquals(List.of(), validate(json));
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "\"revision\":1,|\"revision\":\"1\",",
        "\"revision\":1,|",
        "\"severity\":\"critical\"|\"severity\":\"CRITICAL\"",
        "\"code\":\"GROUP_MERGED_CROSS_VM\"|\"code\":\"SOMETHING\"",
        "\"address\":\"0000:05:00.0\"|\"address\":\"5:0.0\"",
        "\"group_after\":6|\"group_after\":\"6\"",
        "\"register_offset\":334|\"register_offset\":\"0x14e\"",
        "\"explanation\"|\"reason\""
      },
      delimiter = '|')
  void schemaAndReaderRefuseAWrongOne(String right, String wrong) {
    String json = AlertJson.write(Alerts.merged(), AlertLinks.DEFAULT);
    assertTrue(json.contains(right), json);
    String damaged = json.replaceFirst(Pattern.quote(right), wrong == null ? "" : wrong);
    assertFalse(validate(damaged).isEmpty(), damaged);
    assertThrows(InputException.class, () -> AlertJson.read(damaged));
  }

  @Test
  void namesTheFieldThatIsWrong() {
    String json =
        AlertJson.write(Alerts.merged(), AlertLinks.DEFAULT)
            .replaceFirst("\"path\":\"[^\"]*\"", "\"path\":5");
    InputException refused = assertThrows(InputException.class, () -> AlertJson.read(json));
    assertEquals("devices[0].path: of another type, expected a text", refused.problem());
  }

  @Test
  void skipsFieldsOfLaterVersions() throws InputException {
    String json =
        AlertJson.write(Alerts.merged(), AlertLinks.DEFAULT)
            .replaceFirst("\\{", "{\"later\":{\"a\":[1.5]},");
    assertEquals(Alerts.merged(), AlertJson.read(json));
    assertEquals(List.of(), validate(json));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "``",
        "{",
        "[]",
        "{} {}",
        "{\"schema_version\":2}",
        "{\"a\":1,\"a\":2}",
        "nul",
        "{\"a\":[[[[[[[[[[[[[[[[[1"
      })
  void refusesWhatIsNoAlertInOneLine(String json) {
    InputException refused = assertThrows(InputException.class, () -> AlertJson.read(json));
    assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
  }

  @Test
  void schemaNamesEveryConstant() throws IOException {
    JsonNode fields = new ObjectMapper().readTree(schemaText()).get("properties");
    JsonNode cause = fields.get("cause").get("properties");
    assertNames(AlertCode.values(), fields.get("code"));
    assertNames(AlertStatus.values(), fields.get("status"));
    assertNames(Boundary.values(), fields.get("boundary"));
    assertNames(Cause.Kind.values(), cause.get("kind"));
    assertEquals(
        Stream.of(Severity.values()).map(Severity::label).toList(), names(fields.get("severity")));
    JsonNode change = cause.get("also_changed").get("items").get("properties");
    assertEquals(
        Stream.of(PortType.values()).map(PortType::label).toList(), names(change.get("port_type")));
    assertEquals(AcsRegisters.flagNames(0xFFFF), names(change.get("bits").get("items")));
  }

  private static void assertNames(Enum<?>[] constants, JsonNode field) {
    assertEquals(Stream.of(constants).map(Enum::name).toList(), names(field));
  }

  private static List<String> names(JsonNode field) {
    List<String> names = new ArrayList<>();
    field.get("enum").forEach(name -> names.add(name.asText()));
    return names;
  }

  @Test
  void namesRunbookHostAndPicture() throws IOException {
    AlertLinks links =
        new AlertLinks("https://wiki.example.org/runbook", "https://page.example.org");
    JsonNode merged = new ObjectMapper().readTree(AlertJson.write(Alerts.merged(), links));
    JsonNode sparse = new ObjectMapper().readTree(AlertJson.write(Alerts.sparse(), links));
    JsonNode noPage =
        new ObjectMapper().readTree(AlertJson.write(Alerts.merged(), AlertLinks.DEFAULT));

    assertEquals(
        "https://wiki.example.org/runbook#group_merged_cross_vm",
        merged.get("runbook_url").asText());
    assertEquals("https://page.example.org/host?id=rack7-host12", merged.get("host_url").asText());
    assertEquals(
        "https://page.example.org/host?id=rack7-host12&function=0000%3A00%3A02.0",
        merged.get("picture_url").asText(), "the port at fault");
    assertEquals(
        "https://page.example.org/host?id=&function=10000%3A01%3A00.0",
        sparse.get("picture_url").asText(), "the first device");
    assertTrue(noPage.get("host_url").isNull());
    assertTrue(noPage.get("picture_url").isNull());
  }

  @Test
  void keepsTheOrderOfItsFields() {
    assertTrue(
        AlertJson.write(Alerts.sparse(), AlertLinks.DEFAULT)
            .startsWith(
                "{\"schema_version\":1,\"fingerprint\":\"0123456789abcdef0123456789abcdef\","
                    + "\"revision\":7,\"code\":\"DEVICE_NEW\",\"severity\":\"info\","
                    + "\"status\":\"RESOLVED\",\"host\":\"\",\"boundary\":\"REGROUPING\","
                    + "\"boot_before\":\"b\",\"boot_after\":\"b\""));
  }

  private static List<com.networknt.schema.Error> validate(String json) {
    return schema().validate(json, InputFormat.JSON);
  }

  private static Schema schema() {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(schemaText());
  }

  private static String schemaText() {
    try (InputStream stream = AlertJson.class.getResourceAsStream(AlertJson.SCHEMA_RESOURCE)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
