package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.streams.topology.TrustedKeys;
import io.acswatch.wire.frame.FrameSignature;
import io.acswatch.wire.frame.FrameWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
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

  /** Its frames have its time, and so has all that is written because of them, to any broker. */
  @Test
  void framesOfABrokerWhoseClockIsTwoHoursAheadStopNoInstance() throws Exception {
    IsolationConfig config = configWithTopics("ahead");
    String frames = config.topics().frames();
    alter(frames, "message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
    alter(frames, "message.timestamp.type", "CreateTime");
    long ahead = System.currentTimeMillis() + Duration.ofHours(2).toMillis();
    try (IsolationApp app = IsolationApp.start(config)) {
      for (String recording : List.of("kexec-001-before", "kexec-001-after")) {
        byte[] frame = frame(recording, "h");
        assertEquals(ahead, send(new ProducerRecord<>(frames, null, ahead, "h", frame)));
      }

      assertEquals("h", first(config.topics().alerts()).key());
      Awaitility.await().atMost(LIMIT).until(() -> app.status().isReady());
    }
  }

  /** An alert has the id of its host in key, header and value, and the release in its cause. */
  @Test
  void recordsOfWhichOthersWouldBeTooLargeToSendDoNotStopTheOthers() throws Exception {
    IsolationConfig config = configWithTopics("long");
    String frames = config.topics().frames();
    try (IsolationApp app = IsolationApp.start(config)) {
      String id = "h".repeat(3_800_000);
      send(new ProducerRecord<>(frames, id, frame("kexec-001-after", id)));
      Capture recorded = Recordings.capture("kexec-001-after", "release");
      Boot boot = new Boot(recorded.boot().id(), "6".repeat(1 << 20), "", "", Boot.KEXEC_LOADER, 0);
      send(new ProducerRecord<>(frames, "release", FrameWriter.write(in(boot, recorded, 1, 1))));
      send(new ProducerRecord<>(frames, "good", frame("kexec-001-before", "good")));
      send(new ProducerRecord<>(frames, "good", frame("kexec-001-after", "good")));

      assertEquals("good", first(config.topics().alerts()).key());
      assertTrue(app.metricsText().contains("acswatch_rejects_total{reason=\"bad_length\",} 2.0"));
      Awaitility.await().atMost(LIMIT).until(() -> app.status().isReady());
    }
  }

  /** As the runbook says: the broker unpacks it, and measures what comes out. */
  @Test
  void aTopicThatIsNotCompressedRefusesWhatUnpacksToMoreThanItTakes() throws Exception {
    IsolationConfig config = configWithTopics("measured");
    String frames = config.topics().frames();
    alter(frames, "compression.type", "uncompressed");
    ExecutionException refused =
        assertThrows(
            ExecutionException.class,
            () -> send(new ProducerRecord<>(frames, "evil", new byte[UNPACKED_BYTES])));
    assertInstanceOf(RecordTooLargeException.class, refused.getCause());
    send(new ProducerRecord<>(frames, "good", frame("kexec-001-before", "good")));
  }

  @Test
  void readingEverythingAgainRaisesNothingAndResolvesNothing() throws Exception {
    IsolationConfig config = configWithTopics("again");
    String frames = config.topics().frames();
    int alerts;
    try (IsolationApp app = IsolationApp.start(config)) {
      for (int number = 1; number <= 4; number++) {
        send(new ProducerRecord<>(frames, "h", bootNumber(number, number * 1_000L)));
      }
      awaitMetric(app, "acswatch_judgements_total 4.0");
    }
    alerts = count(config.topics().alerts()); // all are committed when it has stopped
    assertTrue(alerts > 4, "alerts: " + alerts);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      Awaitility.await()
          .atMost(LIMIT)
          .ignoreExceptions()
          .until(
              () ->
                  admin
                          .alterConsumerGroupOffsets(
                              config.applicationId(),
                              Map.of(new TopicPartition(frames, 0), new OffsetAndMetadata(0)))
                          .all()
                          .get()
                      == null);
    }
    try (IsolationApp app = IsolationApp.start(config)) {
      awaitMetric(app, "acswatch_frames_passed_over_total 4.0");
    }
    assertEquals(alerts, count(config.topics().alerts())); // what it has written is committed
    try (IsolationApp app = IsolationApp.start(config)) {
      send(new ProducerRecord<>(frames, "h", bootNumber(5, 5_000L)));
      awaitMetric(app, "acswatch_judgements_total 1.0");
    }
    assertTrue(count(config.topics().alerts()) > alerts, "its next boot is judged");
  }

  /** It may need a second start, for its own copy of the keys ends before the topic begins. */
  @Test
  void aTopicOfKeysThatLostItsBeginningIsReadAnew() throws Exception {
    IsolationConfig config = configWithTopics("keys");
    String frames = config.topics().frames();
    String keys = config.topics().hostKeys();
    String key =
        FrameSignature.text(KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
    byte[] trusted = new TrustedKeys(List.of(key)).json();
    send(new ProducerRecord<>(keys, "gone", trusted));
    try (IsolationApp app = IsolationApp.start(config)) {
      send(new ProducerRecord<>(frames, "free", frame("kexec-001-before", "free")));
      awaitMetric(app, "acswatch_judgements_total 1.0");
    }
    send(new ProducerRecord<>(keys, "gone", trusted));
    alter(keys, "cleanup.policy", "delete");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      TopicPartition only = new TopicPartition(keys, 0);
      admin.deleteRecords(Map.of(only, RecordsToDelete.beforeOffset(-1))).all().get();
    }
    send(new ProducerRecord<>(keys, "signed", trusted));
    send(new ProducerRecord<>(frames, "signed", frame("kexec-001-before", "signed")));
    send(new ProducerRecord<>(frames, "free", frame("kexec-001-after", "free")));
    int starts = 0;
    boolean judged = false;
    while (!judged) {
      assertTrue(++starts <= 2, "it does not start");
      try (IsolationApp app = IsolationApp.start(config)) {
        Awaitility.await()
            .atMost(LIMIT)
            .until(
                () -> !app.status().isAlive() || hasMetric(app, "acswatch_judgements_total 1.0"));
        judged = app.status().isAlive();
      }
    }
    ConsumerRecord<String, byte[]> reject = first(config.topics().rejects());
    assertEquals("signed", reject.key());
    assertEquals(
        "bad_signature",
        new String(reject.headers().lastHeader("acswatch.reason").value(), StandardCharsets.UTF_8));
    assertEquals("free", first(config.topics().alerts()).key());
  }

  private static boolean hasMetric(IsolationApp app, String line) {
    return app.metricsText().contains("\n" + line + "\n");
  }

  /** Returns when the broker says that it is so. */
  private static void alter(String topic, String setting, String value) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    AlterConfigOp set =
        new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get();
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () ->
                  admin
                      .describeConfigs(List.of(resource))
                      .all()
                      .get()
                      .get(resource)
                      .get(setting)
                      .value()
                      .equals(value));
    }
  }

  /**
   * Odd ones as recorded before the kexec, even ones as after it: what merges comes apart again.
   */
  private static byte[] bootNumber(int number, long seconds) throws Exception {
    String moment = number % 2 == 1 ? "kexec-001-before" : "kexec-001-after";
    Capture recorded = Recordings.capture(moment, "h");
    Boot kernel = recorded.boot();
    Boot boot =
        new Boot("boot-" + number, kernel.kernelRelease(), kernel.kernelVersion(), "", 0xD0, 0);
    return FrameWriter.write(in(boot, recorded, 1, 1_767_225_600_000L + 1_000 * seconds));
  }

  private static Capture in(Boot boot, Capture capture, long sequence, long takenAtMillis) {
    return new Capture(
        capture.host(),
        "",
        boot,
        takenAtMillis,
        sequence,
        false,
        capture.scanOrder(),
        capture.functions(),
        capture.owners(),
        capture.notes());
  }

  private static void awaitMetric(IsolationApp app, String line) {
    Awaitility.await().atMost(LIMIT).until(() -> hasMetric(app, line));
  }

  private static int count(String topic) {
    try (var consumer = consumer(topic)) {
      TopicPartition only = new TopicPartition(topic, 0);
      long end = consumer.endOffsets(List.of(only)).get(only);
      consumer.assign(List.of(only));
      consumer.seekToBeginning(List.of(only));
      int records = 0;
      while (consumer.position(only) < end) {
        records += consumer.poll(Duration.ofMillis(200)).count();
      }
      return records;
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

  /** Returns the time that the record has now. */
  private static long send(ProducerRecord<String, byte[]> record) throws Exception {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("compression.type", "gzip");
    settings.put("max.request.size", 2 * UNPACKED_BYTES);
    settings.put("buffer.memory", 2L * UNPACKED_BYTES);
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      return producer.send(record).get().timestamp();
    }
  }

  private static KafkaConsumer<String, byte[]> consumer(String topic) {
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
    return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
  }

  private static ConsumerRecord<String, byte[]> first(String topic) {
    try (var consumer = consumer(topic)) {
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
