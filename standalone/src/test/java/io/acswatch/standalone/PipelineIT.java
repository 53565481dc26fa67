package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.CommandFailure;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.TopicReport;
import io.acswatch.streams.app.TopicReport.Action;
import io.acswatch.streams.app.TopicReport.Difference;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.json.AlertJson;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a recorded kexec to the alert, through a real broker. */
class PipelineIT {
  private static final Topics.Layout TWO_PARTITIONS =
      new Topics.Layout(Optional.of(2), Optional.empty());

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

  private static IsolationConfig config(String prefix) {
    return IsolationConfig.from(
        Map.of(
            "streams.bootstrap.servers",
            broker.bootstrapServers(),
            "streams.topic.prefix",
            prefix,
            "streams.http.address",
            "127.0.0.1:0",
            "streams.state.dir",
            scratch.resolve(prefix).toString()));
  }

  @Test
  void aRecordedKexecEndsAsAnAlertAndNoiseEndsWholeOnTheRejects() throws Exception {
    IsolationConfig config = config("pipeline");
    TopicNames topics = config.topics();
    Topics.create(config, TWO_PARTITIONS);
    byte[] noise = new byte[3_000];
    new SplittableRandom(42).nextBytes(noise);
    try (IsolationApp app = IsolationApp.start(config)) {
      Awaitility.await().atMost(LIMIT).until(() -> get(app, "/readyz").statusCode() == 200);
      send(topics, "host-1", FrameWriter.write(Recordings.capture("kexec-001-before", "host-1")));
      send(topics, "host-1", noise);
      send(topics, "host-1", FrameWriter.write(Recordings.capture("kexec-001-after", "host-1")));

      // As Kafka's console consumer reads it.
      ConsumerRecord<String, String> first =
          consume(topics.alerts(), 1, new StringDeserializer()).get(0);
      IsolationAlert alert = AlertJson.read(first.value());
      assertEquals("host-1", first.key());
      assertEquals(AlertCode.GROUP_MERGED_CROSS_VM, alert.code());
      assertEquals(Severity.CRITICAL, alert.severity());
      assertEquals(AlertStatus.RAISED, alert.status());
      assertEquals(List.of("vm5", "vm6", "vm7", "vm8"), alert.vms());
      assertTrue(
          consume(topics.alertState(), 1, new StringDeserializer()).stream()
              .anyMatch(state -> state.key().equals(alert.fingerprint())));
      assertEquals(2, consume(topics.groups(), 2, new StringDeserializer()).size());

      ConsumerRecord<String, byte[]> reject =
          consume(topics.rejects(), 1, new ByteArrayDeserializer()).get(0);
      assertEquals("host-1", reject.key());
      assertArrayEquals(noise, reject.value());
      assertEquals("bad_magic", header(reject, "acswatch.reason"));
      assertEquals(topics.frames(), header(reject, "acswatch.topic"));
      assertEquals("1", header(reject, "acswatch.record-offset"));

      String metrics = get(app, "/metrics").body();
      assertTrue(metrics.contains("acswatch_rejects_total{reason=\"bad_magic\",} 1.0"), metrics);
      assertTrue(metrics.contains("acswatch_hosts{status=\"fresh\",} 1.0"), metrics);
      assertTrue(
          metrics.contains(
              "acswatch_alerts_open{code=\"GROUP_MERGED_CROSS_VM\",severity=\"critical\",} 1.0"),
          metrics);
      assertTrue(metrics.contains("acswatch_partitions 2.0"), metrics);
      // Kafka's names of its own metrics, where another release may change them.
      for (String counted :
          List.of("commits_total", "consumed_bytes_total", "stream_threads", "rebalances_total")) {
        assertFalse(metrics.contains("\nacswatch_kafka_" + counted + " 0.0\n"), metrics);
      }
      assertFalse(metrics.contains("\nacswatch_state_memtable_bytes 0.0\n"), metrics);
      assertEquals(200, get(app, "/healthz").statusCode());
    }
  }

  @Test
  void goesOnWhereItWasClosed() throws Exception {
    IsolationConfig config = config("restart");
    Topics.create(config, TWO_PARTITIONS);
    try (IsolationApp app = IsolationApp.start(config)) {
      send(config.topics(), "h", FrameWriter.write(Recordings.capture("kexec-002-before", "h")));
      consume(config.topics().groups(), 1, new StringDeserializer());
      assertTrue(app.status().isAlive());
    }
    try (IsolationApp app = IsolationApp.start(config)) {
      // From the store: nothing is heard of the host.
      Awaitility.await().atMost(LIMIT).until(() -> hosts(app) == 1);
    }
    send(config.topics(), "h", FrameWriter.write(Recordings.capture("kexec-002-after", "h")));
    try (IsolationApp app = IsolationApp.start(config)) {
      var alerts = consume(config.topics().alerts(), 1, new StringDeserializer());
      assertEquals(AlertCode.GROUP_MERGED_CROSS_VM, AlertJson.read(alerts.get(0).value()).code());
      Awaitility.await().atMost(LIMIT).until(() -> app.status().isReady());
    }
  }

  /**
   * Hours later the ends of keys are gone from the changelogs: a store would keep what was ended.
   */
  @Test
  void aStoreThatWasClosedForHoursIsReadBack() throws Exception {
    IsolationConfig config = config("aged");
    Topics.create(config, TWO_PARTITIONS);
    try (IsolationApp app = IsolationApp.start(config)) {
      send(config.topics(), "h", FrameWriter.write(Recordings.capture("kexec-002-before", "h")));
      consume(config.topics().groups(), 1, new StringDeserializer());
      assertTrue(app.status().isAlive());
    }
    for (Duration age : List.of(Duration.ofHours(2), Duration.ofHours(4))) {
      Instant then = Instant.now().minus(age);
      try (Stream<Path> tasks =
          Files.list(config.stateDirectory().resolve(config.applicationId()))) {
        for (Path task : tasks.toList()) {
          Files.setLastModifiedTime(task, FileTime.from(then));
        }
      }
      try (IsolationApp app = IsolationApp.start(config)) {
        Awaitility.await().atMost(LIMIT).until(() -> hosts(app) == 1);
        boolean restored = !app.metricsText().contains("\nacswatch_restored_records_total 0.0\n");
        assertEquals(age.toHours() > 3, restored, age::toString);
      }
    }
  }

  @Test
  void saysWhichTopicsAreMissingAndHowToCreateThem() {
    CommandFailure refused =
        assertThrows(CommandFailure.class, () -> IsolationApp.start(config("nothing")));

    assertEquals(
        "topics nothing.alert-state, nothing.alerts, nothing.commands, nothing.frames,"
            + " nothing.groups, nothing.host-keys, nothing.incidents, nothing.kernels, nothing.rejects do not exist at %1$s; run: acswatch topics"
                .formatted(broker.bootstrapServers())
            + " --bootstrap-servers %s --topic-prefix nothing".formatted(broker.bootstrapServers()),
        refused.getMessage());
  }

  @Test
  void createsTopicsOnceAndTellsTheDifference() throws Exception {
    IsolationConfig config = config("topics");
    List<TopicReport> missing = Topics.check(config, TWO_PARTITIONS);
    List<TopicReport> created = Topics.create(config, TWO_PARTITIONS);
    List<TopicReport> again = Topics.create(config, TWO_PARTITIONS);
    List<TopicReport> wished =
        Topics.check(config, new Topics.Layout(Optional.of(3), Optional.of((short) 1)));

    assertEquals(List.of(Action.MISSING), actions(missing));
    assertEquals(List.of(Action.CREATED), actions(created));
    assertEquals(List.of(Action.EXISTS), actions(again));
    assertEquals(config.topics().all(), again.stream().map(TopicReport::topic).toList());
    assertTrue(again.stream().allMatch(TopicReport::isAsExpected), again::toString);
    assertEquals(List.of(new Difference("partitions", "3", "2")), wished.get(0).differences());
  }

  @Test
  void commandsHaveAsManyPartitionsAsTheFrames() throws Exception {
    IsolationConfig grown = config("grown");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      Optional<Short> replicas = Optional.empty();
      admin
          .createTopics(
              List.of(
                  new NewTopic(grown.topics().frames(), Optional.of(3), replicas),
                  new NewTopic("odd.commands", Optional.of(1), replicas)))
          .all()
          .get();
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () ->
                  admin
                      .listTopics()
                      .names()
                      .get()
                      .containsAll(List.of(grown.topics().frames(), "odd.commands")));
    }
    Topics.create(grown, TWO_PARTITIONS);
    IsolationConfig odd = config("odd");
    Topics.create(odd, TWO_PARTITIONS);

    assertEquals(
        List.of(),
        Topics.check(grown, Topics.Layout.DEFAULT).get(1).differences(),
        "made later, as many as the frames that were there");
    assertTrue(
        Topics.check(odd, Topics.Layout.DEFAULT)
            .get(1)
            .differences()
            .contains(new Difference("partitions", "2", "1")));
    assertEquals(
        "topic odd.commands has 1 partitions and odd.frames has 2, expected as many;"
            + " the runbook has what to do (AcswatchPartitionsAdded)",
        assertThrows(CommandFailure.class, () -> IsolationApp.start(odd)).getMessage());
  }

  @Test
  void theTopicsOfTheStoresAreCheckedToo() throws Exception {
    IsolationConfig config = config("sized");
    Topics.create(config, TWO_PARTITIONS);
    try (IsolationApp app = IsolationApp.start(config)) {
      Awaitility.await().atMost(LIMIT).until(() -> app.status().isReady());
      List<TopicReport> reports = Topics.check(config, TWO_PARTITIONS);

      assertTrue(reports.stream().allMatch(TopicReport::isAsExpected), reports::toString);
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
        assertEquals(
            admin.listTopics().names().get().stream()
                .filter(name -> name.startsWith("sized"))
                .collect(Collectors.toSet()),
            reports.stream().map(TopicReport::topic).collect(Collectors.toSet()),
            "all that it made");
      }
    }
    String changelog = "sized-streams-host-state-changelog";
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, changelog),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("max.message.bytes", "1048588"),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
    Awaitility.await()
        .atMost(LIMIT)
        .until(
            () ->
                Topics.check(config, TWO_PARTITIONS).stream()
                    .filter(report -> report.topic().equals(changelog))
                    .flatMap(report -> report.differences().stream())
                    .toList()
                    .equals(List.of(new Difference("max.message.bytes", "16777216", "1048588"))));
  }

  @Test
  void refusesAStateDirectoryThatIsInUse() throws Exception {
    IsolationConfig config = config("in-use");
    Topics.create(config, TWO_PARTITIONS);
    try (IsolationApp app = IsolationApp.start(config)) {
      CommandFailure refused = assertThrows(CommandFailure.class, () -> IsolationApp.start(config));

      assertTrue(app.status().isAlive());
      assertEquals(
          "state directory " + config.stateDirectory() + " is in use by another process",
          refused.getMessage());
    }
  }

  private static double hosts(IsolationApp app) {
    return app.metricsText()
        .lines()
        .filter(line -> line.startsWith("acswatch_hosts{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private static List<Action> actions(List<TopicReport> reports) {
    return reports.stream().map(TopicReport::action).distinct().toList();
  }

  private static HttpResponse<String> get(IsolationApp app, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + app.httpAddress().getPort() + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private static void send(TopicNames topics, String host, byte[] frame) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topics.frames(), host, frame)).get();
    }
  }

  private static <V> List<ConsumerRecord<String, V>> consume(
      String topic, int atLeast, Deserializer<V> deserializer) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("isolation.level", "read_committed");
    settings.put("group.id", "test-" + topic);
    settings.put("auto.offset.reset", "earliest");
    List<ConsumerRecord<String, V>> records = new ArrayList<>();
    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), deserializer)) {
      consumer.subscribe(List.of(topic));
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (records.size() < atLeast && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    assertTrue(records.size() >= atLeast, () -> topic + ": only " + records);
    return records;
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
