package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Runs the examples of {@code docs/consume.md} as they stand there, on one real broker. */
@Execution(ExecutionMode.CONCURRENT) // they wait, for groups to form above all
class ConsumeDocIT {
  /** Debian\'s own: the client that it packages is for no other one. */
  private static final String PYTHON = "/usr/bin/python3";

  private static final Path DOCUMENT = Path.of("..", "docs", "consume.md");
  private static final Pattern EXAMPLE =
      Pattern.compile("<!-- run: (\\S+) -->\n```\\w+\n(.*?)```", Pattern.DOTALL);
  private static final Path LIBRARIES = Path.of("target", "acswatch", "lib").toAbsolutePath();
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final String HOST = "rack7-host12";

  @TempDir static Path scratch;
  private static EmbeddedBroker broker;
  private static Map<String, String> examples;
  private static List<IsolationAlert> alerts;

  @BeforeAll
  static void raiseAlerts() throws Exception {
    examples = examples();
    broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT);
    IsolationConfig config =
        IsolationConfig.from(
            Map.of(
                "streams.bootstrap.servers", broker.bootstrapServers(),
                "streams.http.address", "127.0.0.1:0",
                "streams.state.dir", scratch.resolve("state").toString()));
    Topics.create(config, new Topics.Layout(Optional.of(2), Optional.empty()));
    try (IsolationApp app = IsolationApp.start(config)) {
      Recordings.send(config, "kexec-001-before", HOST);
      Recordings.send(config, "kexec-001-after", HOST);
      alerts = awaitAlerts(config);
      assertTrue(app.status().isAlive());
    }
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void everyExampleIsRun() { // silence: by AlertmanagerIT
    assertEquals(
        List.of("console", "kcat", "kcat-table", "python", "node", "java", "streams", "silence"),
        List.copyOf(examples.keySet()));
  }

  @Test
  void console() throws Exception {
    assertShows(shell("console"), "\"code\":\"GROUP_MERGED_CROSS_VM\"");
  }

  @Test
  void kcat() throws Exception {
    assumeTrue(Tools.isInstalled("kcat"), "kcat is missing (Debian: kcat)");
    String out = shell("kcat");
    assertShows(out, HOST + " ce_specversion=1.0,ce_id=");
    assertEquals(alerts.size(), out.lines().count(), out);
  }

  @Test
  void kcatTable() throws Exception {
    assumeTrue(Tools.isInstalled("kcat"), "kcat is missing (Debian: kcat)");
    String out = shell("kcat-table");
    alerts.forEach(alert -> assertShows(out, alert.fingerprint()));
  }

  @Test
  void python() throws Exception {
    assumeTrue(Files.isExecutable(Path.of(PYTHON)), PYTHON + " is missing (Debian: python3)");
    assumeTrue(
        program(PYTHON, "-c", "import confluent_kafka").exitCode() == 0,
        "Python's client is missing (Debian: python3-confluent-kafka)");
    Path file = write("alerts.py", "python");
    String out = follow(program(PYTHON, file.toString(), broker.bootstrapServers()));
    assertShows(out, "critical RAISED " + HOST + " GROUP_MERGED_CROSS_VM ");
    assertEquals(alerts.size(), out.lines().count(), out);
  }

  @Test
  void node() throws Exception {
    Path modules = NodeModules.directory().resolve("node_modules");
    Path file = write("alerts.js", "node");
    String out =
        follow(
            LaunchedProcess.program(
                scratch,
                Map.of("NODE_PATH", modules.toString()),
                "node",
                file.toString(),
                broker.bootstrapServers()));
    assertShows(out, "io.acswatch.alert.GROUP_MERGED_CROSS_VM critical " + HOST + " ");
    assertEquals(alerts.size(), out.lines().count(), out);
  }

  @Test
  void java() throws Exception {
    String out = follow(java("java", "Alerts"));
    assertShows(out, "CRITICAL " + HOST + " ");
    assertEquals(alerts.size(), out.lines().count(), out);
  }

  @Test
  void streams() throws Exception {
    String expected = "%s has %d open alerts".formatted(HOST, alerts.size());
    try (LaunchedProcess example = java("streams", "OpenAlertsOfEachHost")) {
      // The count may be printed on its way up.
      example.stopAfter(out -> out.lines().anyMatch(expected::equals));
    }
  }

  static Map<String, String> examples() throws IOException {
    Map<String, String> examples = new LinkedHashMap<>();
    Matcher example = EXAMPLE.matcher(Files.readString(DOCUMENT));
    while (example.find()) {
      examples.put(example.group(1), example.group(2));
    }
    return examples;
  }

  /** Kafka's scripts are not installed here; the console consumer is among our libraries. */
  private static String shell(String example) throws Exception {
    Path bin = Files.createTempDirectory(scratch, "bin");
    Path consumer = bin.resolve("kafka-console-consumer.sh");
    Files.writeString(
        consumer,
        "#!/bin/sh\nexec '%s' -cp '%s/*' org.apache.kafka.tools.consumer.ConsoleConsumer \"$@\"\n"
            .formatted(JAVA, LIBRARIES));
    Files.setPosixFilePermissions(consumer, PosixFilePermissions.fromString("rwxr-xr-x"));
    String script = examples.get(example);
    assertTrue(script.contains("localhost:9092"), script);
    try (LaunchedProcess shell =
        LaunchedProcess.program(
            scratch,
            Map.of("PATH", bin + ":" + System.getenv("PATH")),
            "bash",
            "-c",
            script.replace("localhost:9092", broker.bootstrapServers()))) {
      return shell.succeeded();
    }
  }

  private static LaunchedProcess java(String example, String mainClass) throws IOException {
    Path file = write(mainClass + ".java", example);
    // Kafka Streams keeps state in the temporary directory, for the next run of the same
    // application:
    // that run would count on from the alerts of another broker.
    return program(
        JAVA,
        "-Djava.io.tmpdir=" + scratch,
        "-cp",
        LIBRARIES + "/*",
        file.toString(),
        broker.bootstrapServers());
  }

  private static LaunchedProcess program(String... command) throws IOException {
    return LaunchedProcess.program(scratch, Map.of(), command);
  }

  /** Lets an example that prints a line for each alert go on until it has printed them all. */
  private static String follow(LaunchedProcess example) throws InterruptedException {
    try (example) {
      return example.stopAfter(out -> out.lines().count() >= alerts.size());
    }
  }

  private static Path write(String name, String example) throws IOException {
    return Files.writeString(scratch.resolve(name), examples.get(example));
  }

  private static void assertShows(String out, String expected) {
    assertTrue(out.contains(expected), () -> expected + " is not in:\n" + out);
  }

  private static List<IsolationAlert> awaitAlerts(IsolationConfig config) throws IOException {
    List<IsolationAlert> read = new ArrayList<>();
    long deadline = System.nanoTime() + LIMIT.toNanos();
    try (AlertReader reader =
        new AlertReader(config.bootstrapServers(), config.topics().alerts(), true)) {
      // All alerts of a snapshot are in one transaction: they come together.
      while (read.isEmpty() && System.nanoTime() < deadline) {
        read.addAll(reader.poll(Duration.ofMillis(300)));
      }
      read.addAll(reader.poll(Duration.ofMillis(300)));
    }
    assertTrue(read.size() > 1, read::toString);
    return read;
  }
}
