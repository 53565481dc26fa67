package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolLimits;
import io.acswatch.collector.spool.SpooledFrame;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.standalone.SecuredBroker.Login;
import io.acswatch.wire.frame.FrameType;
import io.acswatch.wire.frame.FrameWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Does what {@code docs/secured-kafka.md} says, on a broker that asks who one is: its files and
 * commands as they stand there, and what its table of roles allows and refuses.
 */
@TestMethodOrder(OrderAnnotation.class)
class SecuredKafkaIT {
  private static final Path DOCUMENT = Path.of("..", "docs", "secured-kafka.md");
  private static final Pattern EXAMPLE =
      Pattern.compile(
          "<!-- (file|run): ([^(]+?)( \\(mutual TLS\\))? -->\n```\\w+\n(.*?)```", Pattern.DOTALL);
  private static final Path LAUNCHER = Path.of("..", "acswatch").toAbsolutePath().normalize();
  private static final Path LIBRARIES = Path.of("target", "acswatch", "lib").toAbsolutePath();
  private static final String NOBODY = "nobody";

  @TempDir static Path scratch;
  private static SecuredBroker broker;
  private static Map<String, String> commands;

  @BeforeAll
  static void setUp() throws Exception {
    List<String> users =
        List.of("acswatch-collector", "acswatch-streams", "acswatch-consumer", "acswatch-operator");
    broker = SecuredBroker.start(Files.createDirectory(scratch.resolve("certificates")), users);
    Path bin = Files.createDirectory(scratch.resolve("bin"));
    script(bin, "acswatch", "exec '%s' \"$@\"".formatted(LAUNCHER));
    script(bin, "acswatch-collector", "exec '%s' \"$@\"".formatted(LAUNCHER));
    script(bin, "kafka-acls.sh", tool("AclCommand"));
    script(bin, "kafka-configs.sh", tool("ConfigCommand"));
    for (Login login : Login.values()) {
      writeFiles(login);
    }
    for (String preparation : List.of("users", "acls", "topics")) {
      run(Login.SCRAM, preparation).succeeded();
    }
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  @Order(1)
  void everyCommandIsRun() {
    assertEquals(
        List.of("acls", "users", "topics", "check", "collector", "streams", "alerts"),
        List.copyOf(commands.keySet()));
  }

  @ParameterizedTest
  @EnumSource
  @Order(2)
  void framesBecomeAlertsWithNoMoreThanWhatIsGranted(Login login) throws Exception {
    String host = "rack7-" + login.name().toLowerCase(Locale.ROOT);
    run(login, "topics").succeeded();
    try (LaunchedProcess check = run(login, "check")) {
      check.exitCode();
      assertTrue(check.out().contains(": frames may be written to acswatch.frames"), check::all);
    }
    Spool spool = Spool.open(directory(login).resolve("spool"), new SpoolLimits(1 << 20, LIMIT));
    for (String capture : List.of("kexec-001-before", "kexec-001-after")) {
      Capture seen = Recordings.capture(capture, host);
      spool.add(
          seen.boot().id(),
          FrameType.SNAPSHOT,
          new SpooledFrame(FrameWriter.write(seen), null),
          System.currentTimeMillis());
    }
    try (LaunchedProcess streams = run(login, "streams")) {
      await(streams, "judging acswatch.frames");
      try (LaunchedProcess sender = run(login, "collector")) {
        await(sender, "sending from ");
        Awaitility.await()
            .atMost(LIMIT)
            .untilAsserted(
                () -> {
                  String alerts = said(run(login, "alerts"));
                  assertTrue(alerts.contains("GROUP_MERGED_CROSS_VM"), alerts);
                  assertTrue(alerts.contains(host), alerts);
                });
        String metrics = metrics(sender);
        assertTrue(metrics.contains("\nacswatch_sender_frames_total 2.0\n"), metrics);
        assertHidesPasswords(
            streams.all(), sender.all(), metrics, metrics(streams), runningCommandLines());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @Order(3)
  void eachRoleMayDoWhatTheTableSaysAndNothingElse(Login login) throws Exception {
    List<String> rows =
        Files.readAllLines(DOCUMENT).stream()
            .filter(line -> line.matches("\\| (\\||collector|streams|consumer|operator|anybody).*"))
            .filter(line -> line.split("\\|").length == 7)
            .toList();
    assertEquals(6, rows.size(), rows::toString);
    String[] columns = rows.get(0).split("\\|");
    for (String row : rows.subList(1, rows.size())) {
      String[] cells = row.split("\\|");
      String role = cells[1].strip();
      String user = role.startsWith("anybody") ? NOBODY : "acswatch-" + role;
      for (int i = 2; i < 6; i++) {
        for (String topic : columns[i].strip().split(", ")) {
          String what = role + " on " + topic + ": ";
          check(what + "write", cells[i].contains("write"), () -> write(login, user, topic));
          check(what + "read", cells[i].contains("read"), () -> read(login, user, topic));
        }
      }
      if (!cells[6].contains("join")) { // the application has joined it above
        check(role + " joins", false, () -> join(login, user, "acswatch-streams"));
      }
    }
    check(
        "a consumer's group", true, () -> join(login, "acswatch-consumer", "acswatch-consumer-x"));
  }

  @Test
  @Tag("slow")
  @Order(4)
  void everyMistakeIsOneLine() throws Exception {
    Certificates others =
        Certificates.authority(Files.createDirectory(scratch.resolve("others")), "stranger");
    Path right = directory(Login.SCRAM).resolve("operator.conf");
    String scram = broker.servers(Login.SCRAM);
    String password = changed(right, "change-me-operator", "hunter2");
    String truststore =
        changed(
            right, broker.certificates().pem("ca").toString(), others.pem("stranger").toString());
    Path none = Files.writeString(scratch.resolve("none.conf"), "");
    String tlsOnly = " takes TLS only, and security.protocol is PLAINTEXT";
    Path certificate = directory(Login.MTLS).resolve("operator.conf");
    String noKey = changed(certificate, "kafka.ssl.keystore.*\n", "");

    assertSays("refuses the login: Authentication failed", scram, password);
    assertSays("TLS with the broker at " + scram + " failed: unable to find", scram, truststore);
    assertSays(tlsOnly, scram, none.toString());
    assertSays(" takes no TLS, and security", broker.plainServers(), right.toString());
    // JDK 17 is told bad_certificate, JDK 25 certificate_required.
    assertSays("Received fatal alert: ", broker.servers(Login.MTLS), noKey);
    assertSays("no address is known for the brokers", "nowhere.invalid:1", right.toString());
    assertSays("no broker can be reached at 127.0.0.1:1: ", "127.0.0.1:1", right.toString());
  }

  /** By commands of the host's side and of the centre's, which have nothing of Kafka in common. */
  private static void assertSays(String expected, String servers, String config) throws Exception {
    Path capture = Path.of("src/main/resources/io/acswatch/standalone/kexec-before.cap");
    Path slow = scratch.resolve("slow.conf");
    Files.writeString(slow, "streams.start.timeout.ms=2000\n");
    for (List<String> command :
        List.of(
            List.of("replay", capture.toAbsolutePath().toString(), "--timeout", "2s"),
            List.of("simulate", "--hosts", "1"),
            List.of("preflight", capture.toAbsolutePath().toString()),
            List.of("alerts", "--once", "--config", slow.toString()))) {
      String[] more = {"--bootstrap-servers", servers, "--config", config};
      String[] all = Stream.concat(command.stream(), Arrays.stream(more)).toArray(String[]::new);
      try (LaunchedProcess process = LaunchedProcess.acswatch(scratch, all)) {
        assertEquals(3, process.exitCode(), process::all);
        assertTrue(process.err().contains(expected), () -> expected + " of " + process.all());
        assertEquals(1, process.err().lines().count(), process::all);
        assertFalse(process.all().contains("hunter2"), process::all);
      }
    }
  }

  private static String changed(Path file, String what, String replacement) throws IOException {
    Path changed = Files.createTempFile(scratch, "wrong-", ".conf");
    String text = Files.readString(file);
    String other = text.replaceAll(what, replacement);
    assertFalse(other.equals(text), what);
    return Files.writeString(changed, other).toString();
  }

  private static Path directory(Login login) {
    return scratch.resolve(login.name());
  }

  private static void writeFiles(Login login) throws IOException {
    Path directory = Files.createDirectory(directory(login));
    Files.createSymbolicLink(directory.resolve("deploy"), Deployment.DIRECTORY);
    commands = new LinkedHashMap<>();
    Matcher example = EXAMPLE.matcher(Files.readString(DOCUMENT));
    while (example.find()) {
      String name = example.group(2);
      if (example.group(1).equals("run")) {
        commands.put(name, example.group(4));
      } else if (login == Login.MTLS == (example.group(3) != null)) {
        Path file = directory.resolve(name.substring(name.lastIndexOf('/') + 1));
        Files.writeString(file, here(login, example.group(4)) + more(name, directory));
      }
    }
    for (String part : List.of("collector", "streams")) {
      Path secrets = directory.resolve(part + "-secrets.conf");
      if (!Files.exists(secrets)) {
        Files.copy(Deployment.DIRECTORY.resolve("package/secrets.conf"), secrets);
      }
    }
  }

  /** What the test alone needs: places that are free. */
  private static String more(String name, Path directory) {
    if (name.endsWith("collector.conf")) {
      return "collector.http.address=127.0.0.1:0\ncollector.spool.dir=%s/spool\n"
          .formatted(directory);
    }
    return name.endsWith("streams.conf")
        ? "streams.http.address=127.0.0.1:0\nstreams.state.dir=%s/state\n".formatted(directory)
        : "";
  }

  private static String here(Login login, String text) {
    return text.replaceAll("kafka\\.example\\.org:909[34]", broker.servers(login))
        .replaceAll("/etc/acswatch/(\\S+\\.pem)", scratch.resolve("certificates") + "/$1")
        .replace("/etc/acswatch/", directory(login) + "/");
  }

  private static LaunchedProcess run(Login login, String command) throws IOException {
    return LaunchedProcess.program(
        directory(login),
        Map.of("PATH", scratch.resolve("bin") + ":" + System.getenv("PATH")),
        "bash",
        "-c",
        here(login, "set -e\n" + commands.get(command)));
  }

  private static void await(LaunchedProcess process, String said) {
    Awaitility.await()
        .atMost(LIMIT)
        .failFast("ended by itself", () -> !process.isAlive())
        .untilAsserted(() -> assertTrue(process.out().contains(said), process::all));
  }

  private static String said(LaunchedProcess process) throws InterruptedException {
    try (process) {
      process.exitCode();
      return process.all();
    }
  }

  private static String metrics(LaunchedProcess process) throws Exception {
    Matcher address = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/").matcher(process.out());
    assertTrue(address.find(), process::all);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(address.group() + "metrics")).build(),
            BodyHandlers.ofString())
        .body();
  }

  /** What {@code ps} shows of the processes below this one. */
  private static String runningCommandLines() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (ProcessHandle process : ProcessHandle.current().descendants().toList()) {
      lines.append(Files.readString(Path.of("/proc/" + process.pid() + "/cmdline")));
    }
    assertTrue(lines.toString().contains("collector-secrets.conf"), lines::toString);
    return lines.toString();
  }

  private static void assertHidesPasswords(String... texts) {
    for (String text : texts) {
      assertFalse(text.contains(SecuredBroker.PASSWORD), text);
      assertFalse(text.contains("PRIVATE KEY"), text);
    }
  }

  private static void check(String what, boolean allowed, Executable attempt) throws Exception {
    try {
      if (allowed) {
        attempt.execute();
        return;
      }
      Throwable refused = assertThrows(Exception.class, attempt, what);
      // A producer that was refused before it sent wraps why.
      Throwable cause = refused;
      while (cause.getCause() != null && !(cause instanceof AuthorizationException)) {
        cause = cause.getCause();
      }
      assertInstanceOf(AuthorizationException.class, cause, what);
    } catch (Exception failed) {
      throw failed;
    } catch (Throwable failed) {
      throw new AssertionError(what + ": " + failed, failed);
    }
  }

  private static void write(Login login, String user, String topic) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            broker.client(login, user), new StringSerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>("acswatch." + topic, "h", new byte[] {1})).get();
    }
  }

  private static void read(Login login, String user, String topic) {
    try (var consumer = consumer(login, user, "unused")) {
      List<TopicPartition> partitions =
          consumer.partitionsFor("acswatch." + topic).stream()
              .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
      // Who may not read hears so of the first fetch; an empty topic is fetched all the same.
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> {
                consumer.poll(Duration.ofSeconds(1));
                return partitions.stream().allMatch(p -> consumer.position(p) >= end.get(p));
              });
    }
  }

  private static void join(Login login, String user, String group) {
    try (var consumer = consumer(login, user, group)) {
      consumer.subscribe(List.of("acswatch.groups"));
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(200));
                return !consumer.assignment().isEmpty();
              });
    }
  }

  private static KafkaConsumer<String, String> consumer(Login login, String user, String group) {
    Map<String, Object> settings = new HashMap<>(broker.client(login, user));
    settings.put("group.id", group);
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", false);
    return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
  }

  private static String tool(String name) {
    return "exec '%s' -cp '%s/*' org.apache.kafka.tools.%s \"$@\""
        .formatted(Path.of(System.getProperty("java.home"), "bin", "java"), LIBRARIES, name);
  }

  private static void script(Path bin, String name, String command) throws IOException {
    Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + command + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
