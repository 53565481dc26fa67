package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances on one broker: each answers for all hosts, wherever their states are. */
@Tag("slow")
class TwoInstancesIT {
  private static final int HOSTS = 12;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path scratch;
  private final HttpClient client = HttpClient.newHttpClient();

  private IsolationConfig config(EmbeddedBroker broker, String instance) {
    return config(broker, instance, Map.of());
  }

  private IsolationConfig config(
      EmbeddedBroker broker, String instance, Map<String, String> further) {
    Map<String, String> settings = new HashMap<>(further);
    settings.put("streams.bootstrap.servers", broker.bootstrapServers());
    settings.put("streams.http.address", "127.0.0.1:0");
    settings.put("streams.state.dir", scratch.resolve(instance).toString());
    return IsolationConfig.from(settings);
  }

  @Test
  void answerTheSameOfAHostThatOnlyOneOfThemKeeps() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config = config(broker, "one");
      Topics.create(config, new Topics.Layout(Optional.of(4), Optional.empty()));
      try (IsolationApp one = IsolationApp.start(config)) {
        try (IsolationApp other = IsolationApp.start(config(broker, "other"))) {
          awaitInstances(2, one, other);
          send(broker, config.topics().frames());
          awaitHosts(one, other);

          int routed = 0;
          for (int i = 0; i < HOSTS; i++) {
            boolean kept = get(one, "/peer/v1/host?id=host-" + i).statusCode() == 200;
            boolean keptByOther = get(other, "/peer/v1/host?id=host-" + i).statusCode() == 200;
            assertTrue(kept ^ keptByOther, "host-" + i + " is kept once");
            routed += kept ? 0 : 1;
          }
          assertTrue(routed > 0 && routed < HOSTS, routed + " of " + HOSTS + " are elsewhere");

          awaitIncidents(one, other);

          List<String> paths =
              new ArrayList<>(
                  List.of(
                      "/hosts",
                      "/alerts",
                      "/fleet",
                      "/alert?id=host-3&fingerprint=" + fingerprint(one),
                      "/incidents",
                      "/incidents?host=host-3",
                      "/incidents?host=nobody"));
          for (int i = 0; i < HOSTS; i++) {
            paths.add("/host?id=host-" + i);
            paths.add("/host/weak-points?id=host-" + i);
            paths.add("/host/explanation?id=host-%d&function=0000:06:00.0".formatted(i));
          }
          paths.add("/host?id=nobody");
          for (String path : paths) {
            HttpResponse<String> answer = get(one, "/api/v1" + path);
            assertEquals(
                path.equals("/host?id=nobody") ? 404 : 200, answer.statusCode(), answer.body());
            assertEquals(answer.body(), get(other, "/api/v1" + path).body(), path);
          }
          JsonNode fleet = json(one, "/api/v1/fleet");
          assertEquals(HOSTS, fleet.get("open_alerts").get("critical").asInt());
        }
        // What the other one kept moves here.
        awaitInstances(1, one);
        awaitHosts(one);
        awaitIncidents(one);
        for (int i = 0; i < HOSTS; i++) {
          JsonNode host = json(one, "/api/v1/host?id=host-" + i);
          assertEquals("host-" + i, host.get("host").asText());
          assertTrue(host.get("alerts").size() > 0, host::toString);
        }
      }
    }
  }

  @Test
  void anInstanceWhoseStateUpdaterDiedEndsWithTheReason() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config = config(broker, "one", Map.of("streams.standby.replicas", "1"));
      Topics.create(config, new Topics.Layout(Optional.of(2), Optional.empty()));
      try (IsolationApp one = IsolationApp.start(config);
          IsolationApp other =
              IsolationApp.start(
                  config(broker, "other", Map.of("streams.standby.replicas", "1")))) {
        awaitInstances(2, one, other);
        // An interrupted poll of a consumer throws what Kafka Streams does not expect there.
        Awaitility.await()
            .atMost(LIMIT)
            .until(
                () -> {
                  stateUpdaters().forEach(Thread::interrupt);
                  return stateUpdaters().isEmpty();
                });
        for (IsolationApp app : List.of(one, other)) {
          Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !app.status().isAlive());
          String reason = app.awaitEnd().orElse("");
          assertTrue(reason.contains("the state updater died: InterruptedException"), reason);
        }
      }
    }
  }

  private static List<Thread> stateUpdaters() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains("-StateUpdater-"))
        .toList();
  }

  private void awaitInstances(int count, IsolationApp... apps) {
    for (IsolationApp app : apps) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () ->
                  get(app, "/readyz").statusCode() == 200
                      && json(app, "/api/v1/fleet").get("instances").asInt() == count);
    }
  }

  /** The merge of one host. */
  private String fingerprint(IsolationApp app) throws Exception {
    return json(app, "/api/v1/alerts?host=host-3&severity=critical")
        .at("/alerts/0/fingerprint")
        .asText();
  }

  /** The merge is one incident, and so are the others of its causes. */
  private void awaitIncidents(IsolationApp... apps) {
    for (IsolationApp app : apps) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> {
                JsonNode worst = json(app, "/api/v1/incidents?severity=critical");
                JsonNode all = json(app, "/api/v1/incidents?host=host-3");
                return worst.path("total").asInt() == 1
                    && worst.at("/incidents/0/open_hosts").asInt() == HOSTS
                    && all.path("total").asInt() == 3
                    && all.get("silent_instances").isEmpty();
              });
    }
  }

  private void awaitHosts(IsolationApp... apps) {
    for (IsolationApp app : apps) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> {
                JsonNode fleet = json(app, "/api/v1/fleet");
                return fleet.get("silent_instances").isEmpty()
                    && fleet.get("open_alerts").get("critical").asInt() == HOSTS;
              });
    }
  }

  private static void send(EmbeddedBroker broker, String topic) throws Exception {
    try (var producer = producer(broker)) {
      for (int i = 0; i < HOSTS; i++) {
        String host = "host-" + i;
        for (String when : new String[] {"before", "after"}) {
          byte[] frame = FrameWriter.write(Recordings.capture("kexec-001-" + when, host));
          producer.send(new ProducerRecord<>(topic, host, frame)).get();
        }
      }
    }
  }

  private static KafkaProducer<String, byte[]> producer(EmbeddedBroker broker) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", broker.bootstrapServers());
    return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
  }

  private JsonNode json(IsolationApp app, String path) throws Exception {
    return MAPPER.readTree(get(app, path).body());
  }

  private HttpResponse<String> get(IsolationApp app, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + app.httpAddress().getPort() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
