package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.agent.FramePublisher;
import io.acswatch.collector.agent.KafkaClients;
import io.acswatch.collector.agent.OutgoingFrame;
import io.acswatch.collector.agent.SendException;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.frame.FrameWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code deploy/kafka/acls} grants, by a broker that asks who one is: enough for each part to
 * work, and nothing beside. The script runs Kafka's own tool.
 */
class KafkaAclsIT {
  private static final Path SCRIPT = Path.of("..", "deploy", "kafka", "acls").toAbsolutePath();
  private static final String HOST = "rack7-host12";
  private static final String PASSWORD = "secret-of-";

  @TempDir static Path scratch;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void startAndGrant() throws Exception {
    broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT, secured());
    Topics.create(config("admin", "admin"), new Topics.Layout(Optional.of(2), Optional.empty()));
    Path tool =
        script(
            "kafka-acls.sh",
            "exec '%s' -cp '%s/*' org.apache.kafka.tools.AclCommand \"$@\""
                .formatted(
                    Path.of(System.getProperty("java.home"), "bin", "java"),
                    Path.of("target", "acswatch", "lib").toAbsolutePath()));
    Path admin = scratch.resolve("admin.properties");
    List<String> lines = new ArrayList<>();
    security("admin").forEach((key, value) -> lines.add(key + "=" + value));
    Files.write(admin, lines);
    ProcessBuilder acls =
        new ProcessBuilder(
            SCRIPT.toString(),
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--command-config",
            admin.toString(),
            "--collector",
            "User:collector",
            "--streams",
            "User:streams",
            "--consumer",
            "User:consumer",
            "--operator",
            "User:operator");
    acls.environment().put("KAFKA_ACLS", tool.toString());
    Path said = scratch.resolve("acls.log");
    Process running = acls.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertTrue(running.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS));
    assertEquals(0, running.exitValue(), Files.readString(said));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void framesBecomeAlertsWithNoMoreThanWhatIsGranted() throws Exception {
    try (IsolationApp app = IsolationApp.start(config("streams", "streams"))) {
      Awaitility.await().atMost(LIMIT).until(() -> app.status().isReady());
      try (FramePublisher publisher = publisher("collector")) {
        publisher.send(frame("kexec-001-before", 1));
        publisher.send(frame("kexec-001-after", 2));
      }
      ConsumerRecord<String, String> alert = first("consumer", "acswatch.alerts");
      assertEquals(HOST, alert.key());
      // What it asks brokers beside reading and writing is granted too.
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> app.metricsText().contains("acswatch_frames_unprocessed 0.0"));
    }
  }

  @Test
  void aCollectorWritesFramesOnlyAndReadsNothing() {
    assertRefused(() -> write("collector", "acswatch.alerts"));
    assertRefused(() -> write("collector", "acswatch.groups"));
    assertRefused(() -> write("collector", "acswatch.commands"));
    assertRefused(() -> first("collector", "acswatch.frames"));
    assertRefused(() -> first("collector", "acswatch.alerts"));
  }

  @Test
  void aConsumerWritesNothingAndSeesNoFrames() {
    assertRefused(() -> write("consumer", "acswatch.frames"));
    assertRefused(() -> write("consumer", "acswatch.commands"));
    assertRefused(() -> write("consumer", "acswatch.alert-state"));
    assertRefused(() -> first("consumer", "acswatch.frames"));
    assertRefused(() -> first("consumer", "acswatch.rejects"));
  }

  @Test
  void aConsumerCannotJoinTheGroupOfTheStreamsApplication() {
    assertRefused(() -> inGroup("consumer", "acswatch-streams"));
    assertEquals(0, inGroup("consumer", "acswatch-consumer-tickets"));
  }

  @Test
  void theStreamsApplicationCannotMakeUpFrames() {
    assertRefused(() -> write("streams", "acswatch.frames"));
    assertRefused(() -> write("streams", "acswatch.commands"));
  }

  @Test
  void anOperatorCommandsAndSendsAgainAndMakesUpNoAlerts() throws Exception {
    write("operator", "acswatch.commands");
    write("operator", "acswatch.frames");
    assertRefused(() -> write("operator", "acswatch.alerts"));
  }

  @Test
  void whoHasNoGrantSeesNothing() {
    assertRefused(() -> write("nobody", "acswatch.frames"));
    assertRefused(() -> first("nobody", "acswatch.alerts"));
  }

  private static void assertRefused(Executable attempt) {
    Throwable refused = assertThrows(Exception.class, attempt);
    Throwable cause = refused instanceof ExecutionException ? refused.getCause() : refused;
    assertInstanceOf(AuthorizationException.class, cause);
  }

  private static Map<String, String> secured() {
    Map<String, String> settings = new TreeMap<>();
    String users = "";
    for (String user : List.of("admin", "collector", "streams", "consumer", "operator", "nobody")) {
      users += " user_%s=\"%s%s\"".formatted(user, PASSWORD, user);
    }
    // The listener keeps its name, so that the broker's own addresses hold.
    settings.put("listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("sasl.enabled.mechanisms", "PLAIN");
    settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
    settings.put(
        "listener.name.plaintext.plain.sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"admin\""
            + " password=\""
            + PASSWORD
            + "admin\""
            + users
            + ";");
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    // The controller's listener, on which the broker itself is the only client, asks for no name.
    settings.put("super.users", "User:admin;User:ANONYMOUS");
    return settings;
  }

  private static Map<String, String> security(String user) {
    return Map.of(
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\""
                .formatted(user)
            + " password=\"%s%s\";".formatted(PASSWORD, user));
  }

  private static IsolationConfig config(String user, String name) {
    Map<String, String> settings = new HashMap<>();
    settings.put("streams.bootstrap.servers", broker.bootstrapServers());
    settings.put("streams.http.address", "127.0.0.1:0");
    settings.put("streams.state.dir", scratch.resolve(name).toString());
    security(user).forEach((key, value) -> settings.put("kafka." + key, value));
    return IsolationConfig.from(settings);
  }

  private static FramePublisher publisher(String user) throws SendException {
    return new FramePublisher(
        KafkaClients.producer(
            broker.bootstrapServers(), HOST, Duration.ofSeconds(60), security(user)),
        new TopicNames("acswatch"));
  }

  private static OutgoingFrame frame(String capture, long sequence) throws Exception {
    return new OutgoingFrame(HOST, sequence, FrameWriter.write(Recordings.capture(capture, HOST)));
  }

  private static void write(String user, String topic) throws Exception {
    Map<String, Object> settings = new HashMap<>(security(user));
    settings.put("bootstrap.servers", broker.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, HOST, new byte[] {1})).get();
    }
  }

  private static ConsumerRecord<String, String> first(String user, String topic) {
    try (var consumer = consumer(user, "acswatch-consumer-test")) {
      consumer.subscribe(List.of(topic));
      return Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> {
                var records = consumer.poll(Duration.ofMillis(200)).iterator();
                return records.hasNext() ? records.next() : null;
              },
              found -> found != null);
    }
  }

  /** Joins a group, and returns what it had committed. */
  private static long inGroup(String user, String group) {
    try (var consumer = consumer(user, group)) {
      consumer.subscribe(List.of("acswatch.groups"));
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(200));
                return !consumer.assignment().isEmpty();
              });
      return consumer.committed(consumer.assignment()).values().stream()
          .filter(Objects::nonNull)
          .count();
    }
  }

  private static KafkaConsumer<String, String> consumer(String user, String group) {
    Map<String, Object> settings = new HashMap<>(security(user));
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("group.id", group);
    settings.put("isolation.level", "read_committed");
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", false);
    return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
  }

  private static Path script(String name, String command) throws IOException {
    Path file = Files.writeString(scratch.resolve(name), "#!/bin/sh\n" + command + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return file;
  }
}
