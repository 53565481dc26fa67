package io.acswatch.streams.topology;

import static io.acswatch.streams.topology.TopologyRun.TOPICS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.streams.Frames;
import io.acswatch.wire.InputException;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.json.AlertEvent;
import io.acswatch.wire.json.AlertJson;
import io.cloudevents.CloudEvent;
import io.cloudevents.SpecVersion;
import io.cloudevents.kafka.CloudEventDeserializer;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CloudEvents project's own deserializer reads what the topology writes. */
class AlertEventTest {
  private static final String HOST = "rack 7/höst+12";

  @TempDir Path scratch;

  private List<TestRecord<byte[], byte[]>> alerts(String topic, String directory) {
    try (TopologyRun run = new TopologyRun(scratch.resolve(directory))) {
      run.send(HOST, Frames.frame("kexec-001-before", HOST, 1));
      run.send(HOST, Frames.frame("kexec-001-after", HOST, 2));
      return run.read(topic);
    }
  }

  @Test
  void everyAlertIsACloudEvent() throws Exception {
    for (String topic : List.of(TOPICS.alerts(), TOPICS.alertState())) {
      List<TestRecord<byte[], byte[]>> records = alerts(topic, topic);
      assertFalse(records.isEmpty());
      for (TestRecord<byte[], byte[]> record : records) {
        IsolationAlert alert = AlertJson.read(record.value());
        CloudEvent event = event(topic, record);

        assertEquals(SpecVersion.V1, event.getSpecVersion());
        assertEquals(alert.fingerprint() + "/" + alert.revision(), event.getId());
        assertEquals(URI.create("/acswatch/hosts/rack%207%2Fh%C3%B6st%2B12"), event.getSource());
        assertEquals("io.acswatch.alert." + alert.code(), event.getType());
        assertEquals(alert.fingerprint(), event.getSubject());
        assertEquals(
            Instant.ofEpochMilli(alert.interval().after().takenAtMillis()),
            event.getTime().toInstant());
        assertEquals(URI.create("urn:acswatch:alert:1"), event.getDataSchema());
        assertEquals("application/json", event.getDataContentType());
        assertEquals(Set.of("severity", "status"), event.getExtensionNames());
        assertEquals(alert.severity().label(), event.getExtension("severity"));
        assertEquals("raised", event.getExtension("status"));
        assertArrayEquals(record.value(), event.getData().toBytes());
      }
    }
  }

  @Test
  void theSameFramesGiveTheSameBytesHeadersIncluded() {
    List<TestRecord<byte[], byte[]>> once = alerts(TOPICS.alerts(), "once");
    List<TestRecord<byte[], byte[]>> again = alerts(TOPICS.alerts(), "again");

    assertFalse(once.isEmpty());
    assertEquals(once.size(), again.size());
    for (int i = 0; i < once.size(); i++) {
      assertArrayEquals(once.get(i).key(), again.get(i).key());
      assertArrayEquals(once.get(i).value(), again.get(i).value());
      assertEquals(once.get(i).headers(), again.get(i).headers());
    }
  }

  @Test
  void leavesOutATimeThatIsUnknown() {
    IsolationAlert timeless = timeless();

    assertFalse(AlertEvent.headers(timeless).containsKey("ce_time"));
    assertTrue(AlertEvent.headers(timeless).containsKey("ce_id"));
  }

  @Test
  void namesTheSchemaByItsId() throws Exception {
    try (InputStream schema = AlertJson.class.getResourceAsStream(AlertJson.SCHEMA_RESOURCE)) {
      String text = new String(schema.readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(text.contains("\"$id\": \"" + AlertEvent.DATA_SCHEMA + "\""));
    }
  }

  private IsolationAlert timeless() {
    try (TopologyRun run = new TopologyRun(scratch.resolve("timeless"))) {
      for (String when : List.of("before", "after")) {
        run.send(
            HOST,
            FrameWriter.write(Frames.capture("kexec-001-" + when, HOST, 1).withHost(HOST, 1, 0)));
      }
      return AlertJson.read(run.read(TOPICS.alerts()).get(0).value());
    } catch (InputException damaged) {
      throw new AssertionError(damaged);
    }
  }

  private static CloudEvent event(String topic, TestRecord<byte[], byte[]> record) {
    try (CloudEventDeserializer deserializer = new CloudEventDeserializer()) {
      return deserializer.deserialize(topic, record.headers(), record.value());
    }
  }
}
