package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.Program;
import io.acswatch.collector.command.HostCommands;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.streams.command.StreamsMain;
import io.acswatch.wire.frame.FrameWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A distribution's kernel that groups by other rules than its number says: unknown before one host
 * has run it, right for all others after.
 */
class CanaryIT {
  @TempDir Path scratch;

  @Test
  void oneCanaryNarrowsTheForecastForAnotherHost() throws Exception {
    Path other = Path.of("../streams-app/src/test/resources/captures/madeup-other.cap");
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config =
          IsolationConfig.from(
              Map.of(
                  "streams.bootstrap.servers", broker.bootstrapServers(),
                  "streams.http.address", "127.0.0.1:0",
                  "streams.state.dir", scratch.resolve("state").toString()));
      Topics.create(config, Topics.Layout.DEFAULT);
      try (IsolationApp app = IsolationApp.start(config)) {
        String servers = broker.bootstrapServers();
        assertEquals(3, preflight(other, "--bootstrap-servers", servers), "nobody has run it");

        try (var producer =
            new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", servers),
                new StringSerializer(),
                new ByteArraySerializer())) {
          producer
              .send(
                  new ProducerRecord<>(
                      config.topics().frames(),
                      "canary",
                      FrameWriter.write(Recordings.capture("madeup-canary", "canary"))))
              .get(10, TimeUnit.SECONDS);
        }
        Awaitility.await()
            .atMost(LIMIT)
            .until(() -> kernels(servers).contains("\"explaining\":[\"legacy-late-acs-regressed"));

        assertEquals(1, preflight(other, "--bootstrap-servers", servers), "it merges two VMs");
        Path file = Files.writeString(scratch.resolve("kernels.json"), kernels(servers));
        assertEquals(1, preflight(other, "--kernels", file.toString()));
        assertTrue(app.status().isAlive());
      }
    }
  }

  private static String kernels(String servers) {
    StringWriter out = new StringWriter();
    Program.commandLine(new StreamsMain())
        .setOut(new PrintWriter(out))
        .execute("kernels", "--bootstrap-servers", servers, "--output", "json");
    return out.toString();
  }

  private static int preflight(Path capture, String option, String value) {
    return Program.commandLine(new HostCommands())
        .setOut(new PrintWriter(new StringWriter()))
        .execute(
            "preflight",
            "--mode",
            "plain-kexec",
            "--target-kernel",
            "6.8.0-999-madeup",
            option,
            value,
            capture.toString());
  }
}
