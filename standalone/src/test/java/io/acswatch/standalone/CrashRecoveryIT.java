package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.streams.command.StreamsMain;
import io.acswatch.wire.InputException;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.json.AlertJson;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The application is killed in the middle of a replay: no alert is missing and none comes twice.
 */
@Tag("slow")
class CrashRecoveryIT {
  private static final int HOSTS = 300;
  private static final int PARTITIONS = 2;
  private static final int MOST_LINES = 12;

  @TempDir Path scratch;

  @Test
  void everyAlertComesOnceThoughTheProcessIsKilled() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      Topics.create(
          IsolationConfig.from(Map.of("streams.bootstrap.servers", broker.bootstrapServers())),
          new Topics.Layout(Optional.of(PARTITIONS), Optional.empty()));
      List<String> expected = expected();
      // What is sent after the kill cannot have been judged before it.
      replay(broker, 0, HOSTS * 3 / 4);
      List<String> committed = new ArrayList<>();
      try (KafkaConsumer<String, String> consumer = consumer(broker)) {
        Process first = startStreams(broker, "first");
        try {
          await(consumer, committed, HOSTS / 3, first);
        } finally {
          first.destroyForcibly(); // SIGKILL
        }
        assertTrue(first.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS));
        assertEquals(128 + 9, first.exitValue());
        await(consumer, committed, 0, null);
        assertTrue(committed.size() < expected.size(), committed.size() + " were there already");

        replay(broker, HOSTS * 3 / 4, HOSTS);
        Process second = startStreams(broker, "second");
        try {
          await(consumer, committed, expected.size(), second);
          // Whatever comes on top would be a double.
          await(consumer, committed, 0, null);
        } finally {
          second.destroy(); // SIGTERM
          assertTrue(second.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS));
        }
        assertEquals(0, second.exitValue());
        await(consumer, committed, 0, null);
      }
      assertEquals(expected, committed.stream().sorted().toList());
      // To go on after a kill is usual: a few lines say so.
      List<String> said = Files.readAllLines(log("second"));
      assertTrue(said.size() <= MOST_LINES, () -> said.size() + " lines:\n" + logs());
      assertTrue(said.stream().noneMatch(line -> line.startsWith("\tat ")), this::logs);
    }
  }

  private static List<String> expected() throws InputException {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < HOSTS; i++) {
      HostState state = HostState.NONE;
      for (Capture capture : captures(i)) {
        var verdict = Judgement.apply(state, Snapshot.of(capture));
        verdict.alerts().forEach(alert -> expected.add(key(alert)));
        state = verdict.state();
      }
    }
    assertTrue(expected.size() >= HOSTS, expected.size() + " alerts are too few to tell");
    return expected.stream().sorted().toList();
  }

  private static List<Capture> captures(int number) throws InputException {
    String host = "host-" + number;
    return List.of(
        Recordings.capture("kexec-001-before", host), Recordings.capture("kexec-001-after", host));
  }

  private static String key(IsolationAlert alert) {
    return alert.host() + " " + alert.revision() + " " + alert.status() + " " + alert.fingerprint();
  }

  private static void replay(EmbeddedBroker broker, int from, int to) throws InputException {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "compression.type", "lz4");
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      for (int i = from; i < to; i++) {
        for (Capture capture : captures(i)) {
          producer.send(
              new ProducerRecord<>(
                  TopicNames.DEFAULT.frames(), capture.host(), FrameWriter.write(capture)));
        }
      }
    }
  }

  private Process startStreams(EmbeddedBroker broker, String run) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.matches("--add-.*|--enable-native.*|--sun-misc.*"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(StreamsMain.class.getName());
    command.addAll(List.of("streams", "--bootstrap-servers", broker.bootstrapServers()));
    command.addAll(List.of("--http", "127.0.0.1:0"));
    command.addAll(List.of("--state-dir", scratch.resolve("state").toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log(run).toFile())
        .start();
  }

  private Path log(String run) {
    return scratch.resolve(run + ".log");
  }

  private static KafkaConsumer<String, String> consumer(EmbeddedBroker broker) {
    KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "max.poll.records",
                10_000),
            new StringDeserializer(),
            new StringDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      partitions.add(new TopicPartition(TopicNames.DEFAULT.alerts(), i));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  /** Reads until there are {@code atLeast} in all; with 0 reads what there is. */
  private void await(
      KafkaConsumer<String, String> consumer,
      List<String> committed,
      int atLeast,
      Process application)
      throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    boolean more = true;
    while (more || committed.size() < atLeast) {
      var records = consumer.poll(Duration.ofMillis(atLeast == 0 ? 1_000 : 50));
      for (var record : records) {
        committed.add(key(AlertJson.read(record.value())));
      }
      more = atLeast == 0 && !records.isEmpty();
      assertTrue(
          committed.size() >= atLeast || System.nanoTime() < deadline,
          () -> committed.size() + " of " + atLeast + " alerts; " + logs());
      assertTrue(application == null || application.isAlive(), this::logs);
    }
  }

  private String logs() {
    StringBuilder text = new StringBuilder();
    for (String run : List.of("first", "second")) {
      try {
        text.append(run).append(":\n").append(Files.readString(log(run)));
      } catch (IOException notStarted) {
        text.append("no log\n");
      }
    }
    return text.toString();
  }
}
