package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.frame.FrameWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An upgrade and a rollback of the streams application by what is in Kafka: a changelog that
 * another version has written, and no local state.
 */
@Tag("slow")
class UpgradeIT {
  private static final Path STATES = Path.of("../streams-app/src/test/resources/states");
  private static final int PARTITIONS = 2;

  /** The one in the states. */
  private static final String HOST = "host-1";

  @TempDir private Path scratch;

  /** A state of each version that was released, and of the one that will be first. */
  @ParameterizedTest
  @ValueSource(strings = "kexec-once.v2")
  void anUpgradeGoesOnFromTheChangelog(String state) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config = config(broker);
      makeTopics(config);
      send(config, changelog(config), Files.readAllBytes(STATES.resolve(state)));
      send(config, config.topics().frames(), frame("kexec-001-after"));
      try (IsolationApp app = IsolationApp.start(config)) {
        // It takes the state before to see a merge in the state after.
        Awaitility.await()
            .atMost(LIMIT)
            .until(() -> read(config, "alerts").stream().anyMatch(UpgradeIT::isMerge));
        assertTrue(app.status().isAlive());
      }
      assertEquals(List.of(), read(config, "rejects"));
    }
  }

  @Test
  void aRollbackIsRefusedClearlyAndLosesNothingUntilTheStateIsForgotten() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config = config(broker);
      makeTopics(config);
      byte[] later = Files.readAllBytes(STATES.resolve("kexec-once.v2"));
      later[0] = 99;
      send(config, changelog(config), later);
      send(config, config.topics().frames(), frame("kexec-001-after"));
      try (IsolationApp older = IsolationApp.start(config)) {
        Optional<String> why = older.awaitEnd();
        assertTrue(
            why.orElse("").contains("host state version=99")
                && why.orElse("").contains("another version of acswatch wrote it"),
            () -> "ended: " + why);
      }
      // The frame was not skipped: the later version, back again, would judge it.
      assertEquals(List.of(), read(config, "alerts"));
      assertEquals(List.of(), read(config, "rejects"));
      assertEquals(0, committed(config));

      forgetTheState(config);
      try (IsolationApp older = IsolationApp.start(config)) {
        Awaitility.await().atMost(LIMIT).until(() -> older.status().isReady());
        send(config, config.topics().frames(), frame("kexec-001-after"));
        Awaitility.await().atMost(LIMIT).until(() -> !read(config, "groups").isEmpty());
      }
    }
  }

  /** As {@code deploy/README.md} says. */
  private void forgetTheState(IsolationConfig config) throws Exception {
    // Brokers take an instance that failed for alive until its session has ended.
    Awaitility.await().atMost(LIMIT).until(() -> reset(config) == 0);
    try (Stream<Path> state = Files.walk(config.stateDirectory())) {
      for (Path file : state.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private int reset(IsolationConfig config) throws Exception {
    try (LaunchedProcess reset =
        LaunchedProcess.java(
            scratch,
            "org.apache.kafka.tools.StreamsResetter",
            "--bootstrap-server",
            config.bootstrapServers(),
            "--application-id",
            config.applicationId(),
            "--input-topics",
            config.topics().frames(),
            "--to-latest")) {
      return reset.exitCode();
    }
  }

  private IsolationConfig config(EmbeddedBroker broker) {
    return IsolationConfig.from(
        Map.of(
            "streams.bootstrap.servers", broker.bootstrapServers(),
            "streams.http.address", "127.0.0.1:0",
            "streams.state.dir", scratch.resolve("state").toString()));
  }

  private static String changelog(IsolationConfig config) {
    return config.applicationId() + "-host-state-changelog";
  }

  private static void makeTopics(IsolationConfig config) throws Exception {
    Topics.create(config, new Topics.Layout(Optional.of(PARTITIONS), Optional.empty()));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", config.bootstrapServers()))) {
      NewTopic changelog = new NewTopic(changelog(config), PARTITIONS, (short) 1);
      admin
          .createTopics(List.of(changelog.configs(Map.of("cleanup.policy", "compact"))))
          .all()
          .get();
    }
  }

  private static byte[] frame(String capture) throws Exception {
    Capture later = Recordings.capture(capture, HOST); // than the state, or it comes late
    return FrameWriter.write(later.withHost(HOST, 1, later.takenAtMillis() + 60_000));
  }

  private static void send(IsolationConfig config, String topic, byte[] value) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", config.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, HOST, value)).get();
    }
  }

  private static boolean isMerge(String alert) {
    return alert.contains("\"code\":\"GROUP_MERGED_CROSS_VM\"");
  }

  /** Frames that the application is through with. */
  private static long committed(IsolationConfig config) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", config.bootstrapServers()))) {
      return admin
          .listConsumerGroupOffsets(config.applicationId())
          .partitionsToOffsetAndMetadata()
          .get()
          .values()
          .stream()
          .mapToLong(offset -> offset == null ? 0 : offset.offset())
          .sum();
    }
  }

  /** All there is on a topic of ours now. */
  private static List<String> read(IsolationConfig config, String name) {
    String topic = config.topics().prefix() + "." + name;
    Map<String, Object> settings =
        Map.of("bootstrap.servers", config.bootstrapServers(), "isolation.level", "read_committed");
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, PARTITIONS).mapToObj(i -> new TopicPartition(topic, i)).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long end = consumer.endOffsets(partitions).values().stream().mapToLong(at -> at).sum();
      List<String> values = new ArrayList<>();
      while (partitions.stream().mapToLong(consumer::position).sum() < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
      }
      return values;
    }
  }
}
