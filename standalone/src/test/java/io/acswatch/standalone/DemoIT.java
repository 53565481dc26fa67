package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.capture.Capture;
import io.acswatch.pci.liveupdate.AlertCode;
import io.acswatch.pci.liveupdate.IsolationAlert;
import io.acswatch.pci.liveupdate.Severity;
import io.acswatch.wire.FrameWriter;
import io.acswatch.wire.json.AlertJson;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a new user does first: the demo, and then Kafka's console consumer as it says. */
class DemoIT {

  @TempDir Path scratch;

  @Test
  void printsTheAlertAndEnds() throws Exception {
    try (LaunchedProcess demo = LaunchedProcess.acswatch(scratch, "demo", "--once")) {
      assertEquals(0, demo.exitCode(), demo::all);
      assertEquals("", demo.err());
      for (String expected :
          List.of(
              "CRITICAL  Devices of 2 VMs share one IOMMU group on demo-host after a kexec",
              "GROUP_MERGED_CROSS_VM",
              "  vm5       0000:06:00.0  group 14 -> 4",
              "  vm6       0000:07:00.0  group 15 -> 4",
              "ACS Control of root port 0000:00:03.0 at 0x14e: 001d -> 0011, RR CR cleared",
              "acswatch.alerts, key demo-host")) {
        assertTrue(demo.out().contains(expected), () -> expected + " is not in " + demo.all());
      }
      assertTrue(
          demo.out()
              .contains(
                  Path.of("target", "acswatch", "lib").toAbsolutePath()
                      + "/*' org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server"
                      + " 127.0.0.1:"),
          demo::all);
    }
  }

  @Test
  void theConsoleConsumerItNamesReadsTheAlert() throws Exception {
    EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT);
    try (Pipeline pipeline = Pipeline.start(broker, "127.0.0.1:0", scratch.resolve("streams"))) {
      assertTrue(pipeline.awaitReady(LIMIT));
      send(pipeline, RecordedKexec.before());
      send(pipeline, RecordedKexec.after());

      try (LaunchedProcess consumer =
          LaunchedProcess.java(
              scratch,
              "org.apache.kafka.tools.consumer.ConsoleConsumer",
              "--bootstrap-server",
              pipeline.bootstrapServers(),
              "--topic",
              "acswatch.alerts",
              "--from-beginning",
              "--isolation-level",
              "read_committed",
              "--max-messages",
              "1",
              "--timeout-ms",
              "20000")) {
        assertEquals(0, consumer.exitCode(), consumer::all);
        List<String> lines = consumer.out().lines().toList();
        assertEquals(1, lines.size(), consumer::all);
        IsolationAlert alert = AlertJson.read(lines.get(0));
        assertEquals(AlertCode.GROUP_MERGED_CROSS_VM, alert.code());
        assertEquals(Severity.CRITICAL, alert.severity());
        assertEquals(List.of("vm5", "vm6"), alert.vms());
      }
    }
  }

  private static void send(Pipeline pipeline, Capture capture) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", pipeline.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  pipeline.config().topics().frames(),
                  capture.host(),
                  FrameWriter.write(capture.withHost(capture.host(), 1, 1_767_225_600_000L))))
          .get();
    }
  }
}
