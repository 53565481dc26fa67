package io.acswatch.streams.incident;

import static io.acswatch.streams.topology.TopologyRun.TOPICS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.acswatch.client.Incident;
import io.acswatch.client.IncidentSerde;
import io.acswatch.client.Severity;
import io.acswatch.streams.Frames;
import io.acswatch.streams.topology.HostRequest;
import io.acswatch.streams.topology.TopologyRun;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.json.AlertJson;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One cause on several hosts. */
class IncidentsTest {
  private static final String MERGE = "GROUP_MERGED_CROSS_VM";

  @TempDir Path scratch;
  private TopologyRun run;

  @BeforeEach
  void start() {
    run = new TopologyRun(scratch);
  }

  @AfterEach
  void stop() {
    run.close();
  }

  private void merge(String host) {
    run.send(host, Frames.frame("kexec-001-before", host, 1));
    run.send(host, Frames.frame("kexec-001-after", host, 1));
  }

  private void heal(String host) {
    run.send(
        host,
        FrameWriter.write(Frames.inBoot("healed", Frames.capture("kexec-001-before", host, 1))));
  }

  /** What was told of incidents of a code since the last look. */
  private List<Incident> told(String code) {
    List<Incident> incidents = new ArrayList<>();
    try (IncidentSerde serde = new IncidentSerde()) {
      for (TestRecord<byte[], byte[]> record : run.read(TOPICS.incidents())) {
        Incident incident = serde.deserialize("t", record.value());
        if (incident != null && incident.code().equals(code)) {
          assertEquals(incident.incident(), new String(record.key(), StandardCharsets.UTF_8));
          incidents.add(incident);
        }
      }
    }
    return incidents;
  }

  private Incident only(String code) {
    List<Incident> told = told(code);
    assertEquals(1, told.size(), told::toString);
    return told.get(0);
  }

  /** Partitions of the alerts are read side by side, so one may be ahead of another. */
  @Test
  void aHostWhoseAlertIsOlderThanOneAlreadySeenMakesAnIncidentWithIt() {
    run.pass(Duration.ofMinutes(1));
    merge("ahead");
    run.pass(Duration.ofMinutes(-1));
    merge("behind");

    assertEquals(List.of("ahead", "behind"), only(MERGE).sample());
  }

  @Test
  void oneHostIsNoIncident() {
    merge("a");
    merge("a");

    assertEquals(List.of(), told(MERGE));
  }

  @Test
  void theSecondHostOpensItTheThirdJoinsAndTheLastOneClosesIt() {
    merge("a");
    String first = Instant.ofEpochMilli(run.now()).toString();
    merge("b");
    Incident opened = only(MERGE);
    assertEquals(Incident.State.OPENED, opened.status());
    assertEquals(Severity.CRITICAL, opened.severity());
    assertEquals(2, opened.hosts());
    assertEquals(2, opened.openHosts());
    assertEquals(List.of("a", "b"), opened.sample());
    assertEquals(first, opened.openedAt());
    assertEquals("1b36:000b/1af4:1100+8086:29c0/1af4:1100", opened.platform());
    assertEquals("pci0000:00/03.0", opened.place());
    assertEquals("ACS_CONTROL_CHANGED", opened.kind());
    assertEquals(List.of("RR", "CR"), opened.bits());
    assertTrue(opened.kernel().startsWith("6.1.0-"), opened.kernel());
    assertTrue(
        opened.headline().startsWith(MERGE + " on 2 hosts, all with kernel 6.1.0-"),
        opened.headline());

    merge("c");
    Incident joined = only(MERGE);
    assertEquals(opened.incident(), joined.incident());
    assertEquals(Incident.State.UPDATED, joined.status());
    assertEquals(3, joined.hosts());
    assertTrue(joined.revision() > opened.revision());

    heal("a");
    heal("b");
    List<Incident> left = told(MERGE);
    assertEquals(List.of(2, 1), left.stream().map(Incident::openHosts).toList());
    heal("c");
    Incident closed = only(MERGE);
    assertEquals(Incident.State.CLOSED, closed.status());
    assertFalse(closed.isOpen());
    assertEquals(3, closed.hosts());
    assertEquals(0, closed.openHosts());
  }

  @Test
  void aHostThatComesBackIsCountedOnce() {
    merge("a");
    merge("b");
    heal("b");
    told(MERGE);
    run.send(
        "b", FrameWriter.write(Frames.inBoot("again", Frames.capture("kexec-001-after", "b", 1))));
    Incident back = only(MERGE);

    assertEquals(2, back.hosts());
    assertEquals(2, back.openHosts());
    assertEquals(List.of("a", "b"), back.sample());
  }

  @Test
  void hostsThatGetItDaysApartAreNoIncidentUntilTwoAreClose() {
    merge("a");
    run.pass(JoinIncidents.WINDOW.plusHours(1));
    merge("b");
    assertEquals(List.of(), told(MERGE));
    merge("c");

    assertEquals(List.of("b", "c"), only(MERGE).sample());
  }

  @Test
  void anAlertThatEndedInTheMeantimeDoesNotCount() {
    merge("a");
    heal("a");
    merge("b");

    assertEquals(List.of(), told(MERGE));
  }

  /** Brokers refuse a record above their limit, and that would end the application. */
  @ParameterizedTest
  @ValueSource(strings = {"6.1.0-56-cloud-amd64", "fingerprint"})
  void anAlertWithAnEnormousCauseIsLeftOut(String part) {
    merge("a");
    String alert = new String(run.read(TOPICS.alerts()).get(0).value(), StandardCharsets.UTF_8);
    run.read("run-causes-repartition");
    String text = alert.replace(fingerprint(alert), "f").replace("6.1.0-56-cloud-amd64", "k");
    assertNotEquals(alert, text);
    run.alert("a", text.getBytes(StandardCharsets.UTF_8));
    assertEquals(1, run.read("run-causes-repartition").size(), "as any other");

    String large = "x".repeat(1 << 20);
    run.alert(
        "a",
        (part.equals("fingerprint")
                ? alert.replace(fingerprint(alert), large)
                : alert.replace(part, large))
            .getBytes(StandardCharsets.UTF_8));
    assertEquals(List.of(), run.read("run-causes-repartition"));
  }

  /** Of another program; the application stopped at some of them, and again at each start. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "[]",
        "{\"devices\":[null],\"cause\":null",
        "{\"devices\":null,\"cause\":null",
        "{\"cause\":{\"kind\":\"K\",\"port_path\":\"p\",\"bits\":[null]}",
        "{\"cause\":{\"kind\":null,\"port_path\":null,\"bits\":null}",
        "{\"evidence\":null",
        "{\"kernel_after\":{\"release\":null}"
      })
  void anAlertOfAnotherProgramStopsNothing(String text) {
    String rest =
        ",\"schema_version\":1,\"fingerprint\":\"f\",\"code\":\"C\",\"severity\":\"high\","
            + "\"status\":\"RAISED\",\"host\":\"h\""
            + (text.contains("evidence") ? "}" : ",\"evidence\":{\"platform\":\"p\"}}");
    byte[] alert = (text.startsWith("{") ? text + rest : text).getBytes(StandardCharsets.UTF_8);
    for (String key : new String[] {"h", null, "h".repeat(1 << 20)}) {
      run.alert(key, alert);
    }
    merge("a");
    merge("b");

    assertEquals(2, only(MERGE).hosts());
  }

  /** Twenty hosts with ids as long as are let in, which JSON makes six times as long. */
  @Test
  void anIncidentOfHostsWithLongIdsFitsIntoARecord() {
    merge("a");
    String alert = new String(run.read(TOPICS.alerts()).get(0).value(), StandardCharsets.UTF_8);
    alertsOfHosts(alert, "f", 30_000);
    List<TestRecord<byte[], byte[]>> told = run.read(TOPICS.incidents());
    assertTrue(told.size() >= JoinIncidents.SAMPLE - 1, "incidents: " + told.size());
    told.forEach(record -> assertTrue(record.value().length < 16 << 20));
    alertsOfHosts(alert, "g", 200_000);
    assertEquals(List.of(), run.read(TOPICS.incidents()));
  }

  /** The same alert of as many hosts as an incident names, whose ids have this length. */
  private void alertsOfHosts(String alert, String fingerprints, int length) {
    for (int i = 0; i < JoinIncidents.SAMPLE; i++) {
      String id = "%02d".formatted(i) + "\\u0001".repeat(length);
      run.alert(
          "x",
          alert
              .replace("\"host\":\"a\"", "\"host\":\"" + id + "\"")
              .replace(fingerprint(alert), fingerprints + i)
              .getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String fingerprint(String alert) {
    int start = alert.indexOf("\"fingerprint\":\"") + 15;
    return alert.substring(start, start + 32);
  }

  @Test
  void aRetiredHostLeaves() {
    merge("a");
    merge("b");
    told(MERGE);
    for (String host : List.of("a", "b")) {
      run.command(host, new HostRequest("gone").json());
    }

    assertEquals(
        List.of(Incident.State.UPDATED, Incident.State.CLOSED),
        told(MERGE).stream().map(Incident::status).toList());
  }

  @Test
  void aClosedIncidentIsDeletedAWeekLater() {
    merge("a");
    merge("b");
    heal("a");
    heal("b");
    Incident closed = told(MERGE).stream().reduce((one, next) -> next).orElseThrow();
    run.pass(JoinIncidents.KEPT.plus(Duration.ofHours(2)));
    // Time passes with any cause.
    merge("z");

    Map<String, byte[]> last = new TreeMap<>();
    for (TestRecord<byte[], byte[]> record : run.read(TOPICS.incidents())) {
      last.put(new String(record.key(), StandardCharsets.UTF_8), record.value());
    }
    assertTrue(last.containsKey(closed.incident()));
    assertNull(last.get(closed.incident()));
  }

  @Test
  void anIncidentThatComesAgainGoesOnCounting() {
    merge("a");
    merge("b");
    heal("a");
    heal("b");
    int last = told(MERGE).stream().mapToInt(Incident::revision).max().orElseThrow();
    for (String host : List.of("a", "b")) {
      run.send(
          host,
          FrameWriter.write(Frames.inBoot("again", Frames.capture("kexec-001-after", host, 1))));
    }
    Incident again = only(MERGE);

    assertEquals(Incident.State.OPENED, again.status());
    assertEquals(2, again.hosts());
    assertTrue(again.revision() > last);
  }

  @Test
  void allHostsAreCountedAndTwentyAreNamed() {
    int hosts = 100;
    for (int i = 0; i < hosts; i++) {
      merge("host-" + i);
    }
    List<Incident> told = told(MERGE);
    Incident last = told.get(told.size() - 1);

    assertEquals(hosts - 1, told.size());
    assertEquals(hosts, last.hosts());
    assertEquals(JoinIncidents.SAMPLE, last.sample().size());
  }

  @Test
  void fulfilsTheSchema() throws Exception {
    merge("a");
    merge("b");
    heal("b");
    heal("a");
    try (InputStream schema =
        AlertJson.class.getResourceAsStream("/io/acswatch/wire/json/incident-v1.schema.json")) {
      var checked =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
      List<TestRecord<byte[], byte[]>> records = run.read(TOPICS.incidents());
      assertTrue(records.size() > 2);
      for (TestRecord<byte[], byte[]> record : records) {
        String json = new String(record.value(), StandardCharsets.UTF_8);
        assertEquals(List.of(), checked.validate(json, InputFormat.JSON), json);
      }
    }
  }
}
