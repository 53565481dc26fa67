package io.acswatch.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AlertSerdeTest {
  private static final Path RELEASED =
      Path.of("..", "wire", "src", "test", "resources", "released", "alerts-v1.0.jsonl");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AlertSerde SERDE = new AlertSerde();

  static List<String> alerts() throws IOException {
    return Files.readAllLines(RELEASED);
  }

  private static Alert read(String json) {
    return SERDE.deserialize("t", json.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void writesEveryFieldThatItRead(String json) throws IOException {
    assertEquals(JSON.readTree(json), JSON.readTree(SERDE.serialize("t", read(json))));
  }

  @Test
  void givesTypedFields() throws IOException {
    Alert alert = read(alerts().get(0));

    assertEquals("GROUP_MERGED_CROSS_VM", alert.code());
    assertEquals(Severity.CRITICAL, alert.severity());
    assertTrue(alert.isOpen());
    assertEquals("0000:05:00.0", alert.devices().get(0).address());
    assertEquals(List.of("RR", "CR"), alert.cause().bits());
    assertTrue(alert.cause().more().containsKey("also_changed"));
  }

  /** They came after version 1.0, whose alerts have none of them. */
  @Test
  void tellsWhenItCameUpAndWhereToReadOn() throws IOException {
    ObjectNode today = (ObjectNode) JSON.readTree(alerts().get(0));
    today.put("raised_at", "2026-11-23T07:48:31Z").put("runbook_url", "https://r.example.org#a");
    today.put("host_url", "https://p.example.org/host?id=a");

    Alert alert = read(today.toString());
    assertEquals("2026-11-23T07:48:31Z", alert.raisedAt());
    assertEquals("https://r.example.org#a", alert.runbookUrl());
    assertEquals("https://p.example.org/host?id=a", alert.hostUrl());
    assertNull(alert.pictureUrl());
    assertEquals(today, JSON.readTree(SERDE.serialize("t", alert)));
    assertNull(read(alerts().get(0)).raisedAt());
  }

  @Test
  void keepsFieldsAndWordsOfLaterVersions() throws IOException {
    ObjectNode later = (ObjectNode) JSON.readTree(alerts().get(0));
    later.put("code", "LATER_CODE").putNull("later");
    ((ObjectNode) later.get("devices").get(0)).putArray("later").add(1.5);
    ((ObjectNode) later.get("cause")).put("kind", "LATER_KIND");
    ((ObjectNode) later.get("kernel_after")).put("later", true);

    Alert read = read(later.toString());
    assertEquals("LATER_CODE", read.code());
    JsonNode written = JSON.readTree(SERDE.serialize("t", read));
    assertEquals(later, written);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "\"revision\":|\"revision\":\"1\",\"r\":",
        "\"schema_version\":1|\"schema_version\":2",
        "\"severity\":\"critical\"|\"severity\":\"dire\"",
        "\"status\":\"RAISED\"|\"status\":\"FORGOTTEN\"",
        "\"fingerprint\"|\"finger\"",
        "{|{{"
      })
  void refusesWhatMeansSomethingElse(String right, String wrong) throws IOException {
    String json = alerts().get(0);
    assertTrue(json.contains(right), json);
    int at = json.indexOf(right);
    String damaged = json.substring(0, at) + wrong + json.substring(at + right.length());

    SerializationException refused =
        assertThrows(SerializationException.class, () -> read(damaged));
    assertTrue(refused.getMessage().startsWith("t: no Alert: "), refused.getMessage());
  }

  @Test
  void leavesTombstonesAlone() {
    assertNull(SERDE.deserialize("t", (byte[]) null));
    assertNull(SERDE.serialize("t", null));
    assertNull(new HostGroupsSerde().deserialize("t", (byte[]) null));
  }

  @Test
  void isMadeByKafkaFromItsName() throws Exception {
    Deserializer<?> made = Utils.newInstance("io.acswatch.client.AlertSerde", Deserializer.class);
    made.configure(Map.of(), false);

    assertEquals(
        read(alerts().get(0)),
        made.deserialize("t", alerts().get(0).getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void readsGroups() throws IOException {
    String json =
        "{\"host\":\"h\",\"boot_id\":\"b\",\"kernel_release\":\"6.1\",\"model\":\"m\","
            + "\"taken_at\":null,\"groups\":[{\"number\":3,\"type\":null,\"members\":["
            + "{\"address\":\"0000:00:00.0\",\"path\":\"pci0000:00/00.0\",\"class\":393216,"
            + "\"driver\":null,\"owner\":\"vm1\",\"later\":[]}]}]}";
    HostGroupsSerde serde = new HostGroupsSerde();
    HostGroups groups = serde.deserialize("t", json.getBytes(StandardCharsets.UTF_8));

    assertEquals(3, groups.groups().get(0).number());
    assertEquals("vm1", groups.groups().get(0).members().get(0).owner());
    assertEquals(JSON.readTree(json), JSON.readTree(serde.serialize("t", groups)));
  }
}
