package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.CommandFailure;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedBrokerIT {

  @TempDir Path scratch;

  @Test
  void servesTransactionsAndDeletesItsTemporaryDirectory() throws Exception {
    Path directory;
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      directory = broker.directory();
      createTopic(broker, "frames");
      produce(broker, "frames", Optional.of("tx"), "one", "two");

      assertEquals(List.of("one", "two"), consume(broker, "frames", 2));
    }
    assertFalse(Files.exists(directory), directory + " is left");
  }

  @Test
  void keepsRecordsAndClusterIdInAKeptDirectory() throws Exception {
    Path kept = scratch.resolve("new/broker");
    String cluster;
    try (EmbeddedBroker broker = EmbeddedBroker.start(kept, EmbeddedBroker.ANY_PORT)) {
      cluster = clusterId(broker);
      createTopic(broker, "frames");
      produce(broker, "frames", Optional.empty(), "before");
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(kept, EmbeddedBroker.ANY_PORT)) {
      produce(broker, "frames", Optional.empty(), "after");

      assertEquals(cluster, clusterId(broker));
      assertEquals(List.of("before", "after"), consume(broker, "frames", 2));
    }
  }

  /** Client and broker unpack and pack with libraries that are newer than what Kafka asks for. */
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "lz4", "snappy", "zstd"})
  void recordsComeThroughEachCompression(String compression) throws Exception {
    Random random = new Random(15);
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sent.add("0000:3b:00.1 ".repeat(500 * i) + random.nextLong());
    }
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT);
        Admin admin = Admin.create(client(broker))) {
      // One topic keeps the batches as they come; for the other the broker packs them anew.
      NewTopic kept = new NewTopic("kept", 1, (short) 1);
      NewTopic anew = new NewTopic("anew", 1, (short) 1);
      anew.configs(Map.of("compression.type", compression));
      admin.createTopics(List.of(kept, anew)).all().get();
      Map<String, Object> settings = new HashMap<>(client(broker));
      settings.put("linger.ms", 50);
      for (NewTopic topic : List.of(kept, anew)) {
        settings.put("compression.type", topic == kept ? compression : "none");
        try (var producer =
            new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
          sent.forEach(value -> producer.send(new ProducerRecord<>(topic.name(), "host", value)));
        }
        assertEquals(sent, consume(broker, topic.name(), sent.size()), topic.name());
      }
    }
  }

  @Test
  void doesNotCreateTopicsByMereUse() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT);
        Admin admin = Admin.create(client(broker))) {
      assertThrows(
          ExecutionException.class,
          () -> admin.describeTopics(List.of("unheard-of")).allTopicNames().get());
      assertEquals(List.of(), List.copyOf(admin.listTopics().names().get()));
    }
  }

  @Test
  void refusesADirectoryThatIsInUse() throws Exception {
    Path kept = scratch.resolve("broker");
    try (EmbeddedBroker broker = EmbeddedBroker.start(kept, EmbeddedBroker.ANY_PORT)) {
      CommandFailure refused =
          assertThrows(
              CommandFailure.class, () -> EmbeddedBroker.start(kept, EmbeddedBroker.ANY_PORT));

      assertEquals(
          "data directory " + kept + " is in use by process " + ProcessHandle.current().pid(),
          refused.getMessage());
      createTopic(broker, "still-serving");
    }
  }

  @Test
  void namesThePortThatIsTakenAndLeavesTheDirectoryFree() throws Exception {
    Path kept = scratch.resolve("broker");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      CommandFailure refused =
          assertThrows(
              CommandFailure.class, () -> EmbeddedBroker.start(kept, taken.getLocalPort()));

      assertEquals(
          "cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": Address already in use",
          refused.getMessage());
    }
    DataDirectory.kept(kept).close();
  }

  @Test
  void refusesAPortThatIsNone() {
    CommandFailure refused =
        assertThrows(
            CommandFailure.class, () -> EmbeddedBroker.start(scratch.resolve("broker"), 70_000));

    assertEquals("port=70000, expected 1 to 65535, or 0 for any free", refused.getMessage());
  }

  private static Map<String, Object> client(EmbeddedBroker broker) {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  private static String clusterId(EmbeddedBroker broker) throws Exception {
    try (Admin admin = Admin.create(client(broker))) {
      return admin.describeCluster().clusterId().get();
    }
  }

  private static void createTopic(EmbeddedBroker broker, String topic) throws Exception {
    try (Admin admin = Admin.create(client(broker))) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }
  }

  private static void produce(
      EmbeddedBroker broker, String topic, Optional<String> transactionalId, String... values)
      throws Exception {
    Map<String, Object> settings = new HashMap<>(client(broker));
    transactionalId.ifPresent(id -> settings.put("transactional.id", id));
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      if (transactionalId.isPresent()) {
        producer.initTransactions();
        producer.beginTransaction();
      }
      for (String value : values) {
        producer.send(new ProducerRecord<>(topic, "host", value)).get();
      }
      if (transactionalId.isPresent()) {
        producer.commitTransaction();
      }
    }
  }

  private static List<String> consume(EmbeddedBroker broker, String topic, int expected) {
    Map<String, Object> settings = new HashMap<>(client(broker));
    settings.put("isolation.level", "read_committed");
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<String> values = new ArrayList<>();
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (values.size() < expected && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          values.add(record.value());
        }
      }
      assertTrue(values.size() >= expected, "got only " + values);
      return values;
    }
  }
}
