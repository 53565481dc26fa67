package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.frame.FrameWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one host sends does not cost another one its alerts; only a real broker can show it. */
class HostileInputIT {
  private static final int UNPACKED_BYTES = 24 << 20;
  private static final int KEPT_BYTES = 16 << 20;

  @TempDir static Path scratch;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void aRecordThatUnpacksToMoreThanCanBeSentOnDoesNotStopTheOthers() throws Exception {
    IsolationConfig config = configWithTopics("bomb");
    String frames = config.topics().frames();
    try (IsolationApp app = IsolationApp.start(config)) {
      send(new ProducerRecord<>(frames, "evil", new byte[UNPACKED_BYTES]));
      send(new ProducerRecord<>(frames, "good", frame("kexec-001-before", "good")));
      send(new ProducerRecord<>(frames, "good", frame("kexec-001-after", "good")));

      assertEquals("good", first(config.topics().alerts()).key());
      ConsumerRecord<String, byte[]> reject = first(config.topics().rejects());
      assertEquals(KEPT_BYTES, reject.value().length);
      assertEquals(
          "value=" + UNPACKED_BYTES,
          new String(reject.headers().lastHeader("acswatch.cut").value(), StandardCharsets.UTF_8));
      Awaitility.await().atMost(LIMIT).until(() -> app.status().isReady());
    }
  }

  @Test
  void aHostWhoseClockIsYearsOffIsJudgedAndItsAlertsAreKept() throws Exception {
    IsolationConfig config = configWithTopics("clock");
    String frames = config.topics().frames();
    long start = System.currentTimeMillis();
    long tomorrow = start + Duration.ofDays(1).toMillis();
    try (IsolationApp app = IsolationApp.start(config)) {
      send(new ProducerRecord<>(frames, null, 1_000L, "h", frame("kexec-001-before", "h")));
      send(new ProducerRecord<>(frames, null, tomorrow, "h", frame("kexec-001-after", "h")));

      long at = first(config.topics().alerts()).timestamp();
      assertTrue(at >= start && at < tomorrow, "alert at " + at);
      Awaitility.await().atMost(LIMIT).until(() -> app.status().isReady());
    }
  }

  private static IsolationConfig configWithTopics(String prefix) throws Exception {
    IsolationConfig config =
        IsolationConfig.from(
            Map.of(
                "streams.bootstrap.servers",
                broker.bootstrapServers(),
                "streams.topic.prefix",
                prefix,
                "streams.http.address",
                "127.0.0.1:0",
                "streams.state.dir",
                scratch.resolve(prefix).toString()));
    // One partition: what comes after a record waits for it.
    Topics.create(config, new Topics.Layout(Optional.of(1), Optional.empty()));
    return config;
  }

  private static byte[] frame(String recording, String host) throws Exception {
    return FrameWriter.write(Recordings.capture(recording, host));
  }

  private static void send(ProducerRecord<String, byte[]> record) throws Exception {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("compression.type", "gzip");
    settings.put("max.request.size", 2 * UNPACKED_BYTES);
    settings.put("buffer.memory", 2L * UNPACKED_BYTES);
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      producer.send(record).get();
    }
  }

  private static ConsumerRecord<String, byte[]> first(String topic) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "isolation.level",
            "read_committed",
            "group.id",
            "test-" + topic,
            "auto.offset.reset",
            "earliest");
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topic));
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          return record;
        }
      }
    }
    throw new AssertionError(topic + ": no record within " + LIMIT);
  }
}
