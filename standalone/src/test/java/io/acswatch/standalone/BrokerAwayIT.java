package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.HttpAddress;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.frame.FrameWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker goes away under a running application, and comes back. */
@Tag("slow")
class BrokerAwayIT {

  @TempDir Path scratch;

  @Test
  void saysThatTheBrokerIsAwayAndGoesOnWhenItIsBack() throws Exception {
    Path kept = scratch.resolve("broker");
    EmbeddedBroker broker = EmbeddedBroker.start(kept, EmbeddedBroker.ANY_PORT);
    try {
      IsolationConfig config =
          IsolationConfig.from(
              Map.of(
                  "streams.bootstrap.servers",
                  broker.bootstrapServers(),
                  "streams.http.address",
                  "127.0.0.1:0",
                  "streams.state.dir",
                  scratch.resolve("state").toString()));
      Topics.create(config, new Topics.Layout(Optional.of(1), Optional.empty()));
      try (IsolationApp app = IsolationApp.start(config)) {
        await().until(() -> get(app, "/readyz").statusCode() == 200);
        assertTrue(get(app, "/metrics").body().contains("\nacswatch_broker_reachable 1.0\n"));
        send(config, "kexec-001-before");

        broker.close();
        await().until(() -> get(app, "/readyz").statusCode() == 503);
        assertEquals(
            "{\"state\":\"RUNNING\",\"broker\":\"away\",\"ready\":false,\"reasons\":[\"no broker answers\"],\"frames_overtaken\":{}}\n",
            get(app, "/readyz").body());
        assertEquals(200, get(app, "/healthz").statusCode());
        assertTrue(get(app, "/metrics").body().contains("\nacswatch_broker_reachable 0.0\n"));

        broker = EmbeddedBroker.start(kept, HttpAddress.parse(broker.bootstrapServers()).port());
        await().until(() -> get(app, "/readyz").statusCode() == 200);
        assertTrue(get(app, "/metrics").body().contains("\nacswatch_broker_reachable 1.0\n"));
        send(config, "kexec-001-after");
        assertTrue(codes(config).contains(AlertCode.GROUP_MERGED_CROSS_VM));
      }
    } finally {
      broker.close();
    }
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(LIMIT);
  }

  /** The alerts that came, once there is one. */
  private static List<AlertCode> codes(IsolationConfig config) throws Exception {
    List<AlertCode> codes = new ArrayList<>();
    try (AlertReader reader =
        new AlertReader(config.bootstrapServers(), config.topics().alerts(), true)) {
      await()
          .until(
              () -> {
                reader.poll(Duration.ofMillis(200)).stream()
                    .map(IsolationAlert::code)
                    .forEach(codes::add);
                return !codes.isEmpty();
              });
    }
    return codes;
  }

  private static void send(IsolationConfig config, String name) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", config.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      byte[] frame = FrameWriter.write(Recordings.capture(name, "h"));
      producer.send(new ProducerRecord<>(config.topics().frames(), "h", frame)).get();
    }
  }

  private static HttpResponse<String> get(IsolationApp app, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + app.httpAddress().getPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
