package io.acswatch.collector.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.wire.TopicNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;

class KafkaClientsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  @Test
  void sendsCompressedInLargeBatchesAndLosesNothing() {
    Map<String, Object> settings = KafkaClients.producer("k:1", "c", TIMEOUT, Map.of());

    assertEquals("all", settings.get("acks"));
    assertEquals(true, settings.get("enable.idempotence"));
    assertEquals(1, settings.get("max.in.flight.requests.per.connection"));
    assertEquals("lz4", settings.get("compression.type"));
    assertEquals(512 << 10, settings.get("batch.size"));
    assertEquals(10, settings.get("linger.ms"));
    assertEquals(2_000, settings.get("delivery.timeout.ms"));
  }

  @Test
  void isAcceptedByKafka() {
    Map<String, Object> settings = KafkaClients.producer("k:1", "c", TIMEOUT, Map.of());

    assertEquals("c", new ProducerConfig(settings).getString("client.id"));
  }

  @Test
  void isOverruledByFurtherSettings() {
    Map<String, Object> settings =
        KafkaClients.producer("k:1", "c", TIMEOUT, Map.of("compression.type", "zstd"));

    assertEquals("zstd", settings.get("compression.type"));
  }

  @Test
  void saysThatNoBrokerCanBeReached() throws IOException {
    String server = "127.0.0.1:" + unusedPort();
    Map<String, Object> settings =
        KafkaClients.producer(server, "c", Duration.ofSeconds(1), Map.of());
    try (FramePublisher publisher = new FramePublisher(settings, TopicNames.DEFAULT)) {
      SendException failed =
          assertThrows(
              SendException.class,
              () -> publisher.send(new OutgoingFrame("h", 1, new byte[] {1, 2, 3}, null)));

      assertTrue(
          String.valueOf(failed.getMessage()).startsWith("no broker can be reached at " + server),
          failed.getMessage());
      assertEquals(false, failed.isPermanent());
    }
  }

  @Test
  void saysWhichNameCannotBeResolved() {
    Map<String, Object> settings =
        KafkaClients.producer("nowhere.invalid:9092", "c", TIMEOUT, Map.of());

    SendException failed =
        assertThrows(SendException.class, () -> new FramePublisher(settings, TopicNames.DEFAULT));

    assertEquals("no address is known for the brokers nowhere.invalid:9092", failed.getMessage());
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
