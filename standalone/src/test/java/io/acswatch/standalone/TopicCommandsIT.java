package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.Program;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.streams.command.StreamsMain;
import io.acswatch.wire.frame.FrameSignature;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.json.AlertJson;
import io.acswatch.wire.json.AlertLinks;
import io.acswatch.wire.json.AlertText;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look at topics, on one broker; the last of them makes it forget the host. */
@TestMethodOrder(OrderAnnotation.class)
class TopicCommandsIT {
  private static final String HOST = "rack7-host12";
  private static final byte[] NOISE = "ACSW\1\0c\0, and what follows is noise".getBytes();

  @TempDir static Path scratch;
  private static EmbeddedBroker broker;
  private static IsolationApp app;
  private static IsolationConfig config;

  private record Result(int code, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }
  }

  @BeforeAll
  static void startAndMerge() throws Exception {
    broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT);
    config =
        IsolationConfig.from(
            Map.of(
                "streams.bootstrap.servers", broker.bootstrapServers(),
                "streams.http.address", "127.0.0.1:0",
                "streams.state.dir", scratch.toString()));
    Topics.create(config, new Topics.Layout(Optional.of(2), Optional.empty()));
    app = IsolationApp.start(config);
    send(HOST, FrameWriter.write(Recordings.capture("kexec-001-before", HOST)));
    send(HOST, NOISE);
    send(HOST, FrameWriter.write(Recordings.capture("kexec-001-after", HOST)));
    Awaitility.await()
        .atMost(LIMIT)
        .until(() -> alerts("--once").lines().size() > 1 && rejects().lines().size() == 1);
  }

  @AfterAll
  static void stop() {
    app.close();
    broker.close();
  }

  @Test
  @Order(1)
  void alertsOnceSaysWhatIsThereAndThatItIsUrgent() {
    Result all = alerts("--once");

    assertEquals(1, all.code());
    assertEquals("", all.err());
    String line = all.lines().get(0);
    assertTrue(
        line.matches(
            "20\\S+Z critical raised   [0-9a-f]{8} rack7-host12 GROUP_MERGED_CROSS_VM Devices of 4 VMs"
                + " .*"),
        line);
    assertFalse(all.out().contains("\u001b"), "plain where it is no terminal");
    assertTrue(alerts("--once", "--colour", "always").out().contains("\u001b[1;31mcritical"));
  }

  @Test
  @Order(1)
  void alertsAsJsonAreTheValuesOfTheTopic() throws Exception {
    List<String> lines = alerts("--once", "--output", "json").lines();
    List<String> values =
        records(config.topics().alerts()).stream()
            .map(record -> new String(record.value()))
            .toList();

    assertEquals(values, lines);
    AlertJson.read(lines.get(0));
  }

  /** Cause, devices and next step, as {@code diff} prints them. */
  @Test
  @Order(1)
  void oneAlertIsShownInFullByTheDigitsThatItsLineHas() throws Exception {
    String line = alerts("--once", "--severity", "critical").lines().get(0);
    String digits = line.split(" +")[3];
    IsolationAlert alert = AlertJson.read(alerts(digits, "--output", "json").lines().get(0));
    Result shown = alerts(digits);

    assertEquals(1, shown.code(), "it is open and critical");
    assertEquals("", shown.err());
    String text = AlertText.render(alert, Map.of(), (look, word) -> word);
    String id = "  id        " + alert.fingerprint() + "\n";
    String runbook = "  runbook   " + AlertLinks.DEFAULT.runbookOf(alert.code()) + "\n";
    assertEquals(text.replace(id, runbook + id) + "\n", shown.out());
    assertTrue(text.contains("  cause ") && text.contains("  next ") && text.contains("vm5 "));
    assertEquals(shown, alerts(alert.fingerprint()));
    assertEquals(
        shown.out(), alerts("--once", "--severity", "critical", "--long").out(), "the same");
    assertTrue(alerts(digits, "--colour", "always").out().contains("\u001b[1;31mCRITICAL"));
  }

  @Test
  @Order(1)
  void anAlertThatIsNotThereIsNamed() {
    Result none = alerts("00000000");

    assertEquals(3, none.code());
    assertEquals("", none.out());
    assertEquals(
        "acswatch: no alert 00000000: it is not open, and not in acswatch.alerts\n", none.err());
  }

  @Test
  @Order(1)
  void alertsAreFilteredAndCounted() {
    assertEquals(1, alerts("--once", "--severity", "critical").lines().size());
    assertEquals(1, alerts("--once", "--code", "GROUP_MERGED_CROSS_VM").lines().size());
    assertEquals(1, alerts("--from-beginning", "--max", "1", "--vm", "vm5").lines().size());
    assertEquals("", alerts("--once", "--host", "other").out());
    assertEquals(0, alerts("--once", "--host", "other").code());
    assertEquals("", alerts("--once", "--vm", "other").out());
    assertEquals(
        alerts("--once").out(), alerts("--once", "--since", "1h").out(), "an hour is enough");
    assertEquals("", alerts("--once", "--since", "2999-01-01").out());
  }

  @Test
  @Order(1)
  void rejectsAreListedWithTheirReason() {
    Result list = rejects();

    assertEquals(0, list.code());
    String line = list.lines().get(0);
    assertTrue(
        line.matches(
            "[01]@0 +20\\S+Z rack7-host12 %d bytes unknown_type: .*".formatted(NOISE.length)),
        line);
    assertTrue(rejects("--output", "json").out().contains("\"reason\":\"unknown_type\",\"at\":6,"));
    assertEquals("", rejects("--reason", "bad_mask").out());
    assertEquals("", rejects("--host", "other").out());
  }

  @Test
  @Order(1)
  void aRejectIsShownWithTheFieldAtFaultMarked() {
    String place = rejects().out().split(" ", 2)[0];
    Result shown = rejects("--show", place);

    assertEquals(0, shown.code(), shown.err());
    assertTrue(
        shown
            .out()
            .contains(
                "  00000000  41 43 53 57 01 00 63 00  2c 20 61 6e 64 20 77 68  ACSW..c., and wh\n"
                    + "                              ^^ unknown_type\n"),
        shown.out());
    Result none = rejects("--show", place.replaceFirst("@.*", "@77"));
    assertEquals(3, none.code());
    assertTrue(none.err().startsWith("acswatch: no reject at "), none.err());
  }

  @Test
  @Order(2)
  void rejectsAreSentAgainAsTheyWereButNotRoundAndRound() throws Exception {
    int alerts = records(config.topics().alerts()).size();
    Result sent = rejects("--replay");

    assertEquals(0, sent.code(), sent.err());
    assertTrue(sent.out().matches("[01]@0 -> acswatch.frames-[01]@3\n"), sent.out());
    assertEquals(
        "acswatch: frames of a boot older than a host's current one are not judged\n", sent.err());
    ConsumerRecord<String, byte[]> again = records(config.topics().frames()).get(3);
    assertEquals(HOST, again.key());
    assertArrayEquals(NOISE, again.value());
    assertEquals(
        List.of("acswatch.replayed"),
        Stream.of(again.headers().toArray()).map(header -> header.key()).toList());

    // Refused again by the same version: that one is not sent a third time.
    Awaitility.await().atMost(LIMIT).until(() -> rejects().lines().size() == 2);
    Result second = rejects("--replay");
    assertTrue(second.out().contains(" left out: this version has sent it before"), second.out());
    assertEquals(alerts, records(config.topics().alerts()).size());
  }

  @Test
  @Order(3)
  void aCauseOfTwoHostsIsOneIncident() throws Exception {
    assertEquals("", run("incidents").out());
    String other = "rack7-host13";
    send(other, FrameWriter.write(Recordings.capture("kexec-001-before", other)));
    send(other, FrameWriter.write(Recordings.capture("kexec-001-after", other)));
    Awaitility.await()
        .atMost(LIMIT)
        .until(() -> run("incidents").out().contains("GROUP_MERGED_CROSS_VM on 2 hosts"));
    Result shown = run("incidents");

    assertEquals(1, shown.code(), "it is critical");
    assertTrue(shown.lines().get(0).matches("20\\S+Z critical opened   [0-9a-f]{8} GROUP_.*"));
    assertEquals("    rack7-host12 rack7-host13", shown.lines().get(1));
    assertTrue(run("incidents", "--output", "json").out().startsWith("{\"schema_version\":1,"));
    run("retire", "--yes", other);
    Awaitility.await().atMost(LIMIT).until(() -> run("incidents").out().contains("open on 1"));
  }

  @Test
  @Order(4)
  void aRetiredHostLeavesTombstones() {
    Result retired = run("retire", "--yes", HOST, "--reason", "scrapped");

    assertEquals(0, retired.code(), retired.err());
    Awaitility.await()
        .atMost(LIMIT)
        .until(
            () ->
                records(config.topics().groups()).stream()
                    .anyMatch(record -> record.key().equals(HOST) && record.value() == null));
    long open =
        records(config.topics().alertState()).stream().map(ConsumerRecord::key).distinct().count();
    assertEquals(
        open,
        records(config.topics().alertState()).stream().filter(r -> r.value() == null).count());
    assertTrue(
        alerts("--once")
            .out()
            .matches("(?s).* resolved [0-9a-f]{8} rack7-host12 GROUP_MERGED_CROSS_VM .*"));
    String line = alerts("--once", "--host", HOST, "--severity", "critical").lines().get(1);
    Result ended = alerts(line.split(" +")[3]);
    assertEquals(0, ended.code(), "it is not open any more");
    assertTrue(ended.out().contains("GROUP_MERGED_CROSS_VM, resolved, revision "), ended.out());
  }

  @Test
  @Order(5)
  void aKeyIsTrustedAsItIsSeenOrAsItIsGiven() throws Exception {
    String host = "rack7-host14";
    byte[] frame = FrameWriter.write(Recordings.capture("kexec-001-before", host));
    KeyPair own = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    String ownKey = FrameSignature.text(own.getPublic());
    String otherKey = FrameSignature.text(other.getPublic());
    send(host, frame);
    Result none = run("trust", "--yes", host);
    assertEquals(3, none.code());
    assertTrue(none.err().contains("in the last ten minutes, only unsigned ones;"), none.err());

    send(host, frame, own);
    Result unasked = run("trust", host);
    assertEquals(2, unasked.code(), unasked.err());
    assertEquals(host + "  " + ownKey + "\n", unasked.out());
    assertEquals("", run("trust", "--list").out());
    assertEquals(0, run("trust", "--yes", host).code());
    assertEquals(host + "  " + ownKey + "\n", run("trust", "--list").out());
    assertEquals(
        "{\"host\":\"%s\",\"keys\":[\"%s\"]}\n".formatted(host, ownKey),
        run("trust", "--list", "--output", "json").out());

    // In force within a moment: instances follow the topic.
    Awaitility.await()
        .atMost(LIMIT)
        .until(
            () -> {
              send(host, frame, other);
              return !rejects("--reason", "bad_signature").out().isEmpty();
            });
    Result several = run("trust", "--yes", host);
    assertEquals(3, several.code());
    assertTrue(several.err().contains("several keys signed frames of this host: "), several.err());

    assertEquals(0, run("trust", "--yes", host, "--key", ownKey, "--key", otherKey).code());
    assertEquals(host + "  " + ownKey + " " + otherKey + "\n", run("trust", "--list").out());
    assertEquals(0, run("trust", "--yes", host, "--remove").code());
    assertEquals("", run("trust", "--list").out());
  }

  /** A stranger may make a key and headers as long as a record. */
  @Test
  @Order(6)
  void whatWasCutIsShownAsCutAndNotSentAgain() {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(config.topics().frames(), "k".repeat(300_000), NOISE);
    record.headers().add("h", new byte[300_000]);
    Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      producer.send(record);
    }
    String kept = "k".repeat(256 << 10);
    Awaitility.await().atMost(LIMIT).until(() -> !rejects("--host", kept).out().isEmpty());
    String line = rejects("--host", kept).lines().get(0);
    assertTrue(line.contains(" " + "k".repeat(253) + "... (262144 characters) "), line);
    assertTrue(line.length() < 700, line);
    String shown = rejects("--show", line.split(" ", 2)[0]).out();
    assertTrue(shown.contains("\ncut     key=300000 headers=300"), shown);
    String left = rejects("--host", kept, "--replay").out();
    assertTrue(left.contains(" left out: only its beginning was kept; it is at acswatch."), left);
  }

  @Test
  @Order(4)
  void aTopicThatIsMissingIsNamed() {
    Result refused = run("alerts", "--topic-prefix", "nothing");

    assertEquals(3, refused.code());
    assertEquals(
        "acswatch: topic nothing.alerts does not exist at %s\n"
            .formatted(broker.bootstrapServers()),
        refused.err());
  }

  /** As on a host whose /tmp may not have programs. */
  @Test
  @Order(4)
  void whatCannotLoadRocksDbSaysWhereAndWhatToDo() throws Exception {
    String directory = scratch.resolve("none").toString();
    try (LaunchedProcess streams =
        LaunchedProcess.acswatch(
            scratch,
            Map.of("ACSWATCH_JAVA_OPTS", "-Djava.io.tmpdir=" + directory),
            "streams",
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--http",
            "127.0.0.1:0",
            "--state-dir",
            scratch.resolve("other").toString())) {
      assertEquals(3, streams.exitCode(), streams::all);
      String expected = "acswatch: RocksDB cannot be unpacked into " + directory + " and loaded: ";
      assertTrue(streams.err().contains(expected), streams::all);
      assertTrue(streams.err().contains("ACSWATCH_JAVA_OPTS=-Djava.io.tmpdir=DIR"), streams::all);
    }
  }

  @Test
  @Order(4)
  void followingEndsWithCodeZeroWhenItIsStopped() throws Exception {
    try (LaunchedProcess follow =
        LaunchedProcess.acswatch(
            scratch,
            "alerts",
            "--from-beginning",
            "--bootstrap-servers",
            broker.bootstrapServers())) {
      Awaitility.await().atMost(LIMIT).until(() -> follow.out().contains("GROUP_MERGED_CROSS_VM"));
      follow.terminate();

      assertEquals(0, follow.exitCode(), follow::all);
      assertEquals("", follow.err());
    }
  }

  private static Result alerts(String... arguments) {
    return run("alerts", arguments);
  }

  private static Result rejects(String... arguments) {
    return run("rejects", arguments);
  }

  private static Result run(String command, String... arguments) {
    List<String> line = new ArrayList<>(List.of(command));
    line.addAll(List.of("--bootstrap-servers", broker.bootstrapServers()));
    line.addAll(List.of(arguments));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Program.commandLine(new StreamsMain())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(line.toArray(String[]::new));
    return new Result(code, out.toString(), err.toString());
  }

  private static void send(String host, byte[] frame) throws Exception {
    send(host, frame, null);
  }

  private static void send(String host, byte[] frame, @Nullable KeyPair signer) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      ProducerRecord<String, byte[]> record =
          new ProducerRecord<>(config.topics().frames(), host, frame);
      if (signer != null) {
        byte[] signature = FrameSignature.sign(signer, host.getBytes(), frame);
        record.headers().add(FrameSignature.HEADER, signature);
      }
      producer.send(record).get();
    }
  }

  /** All that is committed now; only one host, so in one order. */
  private static List<ConsumerRecord<String, byte[]>> records(String topic) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "isolation.level", "read_committed");
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < end.get(p))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }
}
