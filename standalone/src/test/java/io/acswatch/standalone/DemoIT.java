package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.HttpAddress;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.json.AlertJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a new user does first: the demo, and then Kafka's console consumer as it says. */
class DemoIT {
  private static final Pattern HOST_PAGE =
      Pattern.compile("host +(http://127\\.0\\.0\\.1:[0-9]+)/host\\?id=demo-host\n");

  @TempDir Path scratch;

  @Test
  void printsTheAlertAndEnds() throws Exception {
    try (LaunchedProcess demo = LaunchedProcess.acswatch(scratch, "demo", "--once")) {
      assertEquals(0, demo.exitCode(), demo::all);
      assertEquals("", demo.err());
      for (String expected :
          List.of(
              "CRITICAL  Devices of 2 VMs share one IOMMU group on demo-host after a kexec",
              "GROUP_MERGED_CROSS_VM",
              "  vm5       0000:06:00.0  group 14 -> 4",
              "  vm6       0000:07:00.0  group 15 -> 4",
              "ACS Control of root port 0000:00:03.0 at 0x14e: 001d -> 0011, RR CR cleared",
              "acswatch.alerts, key demo-host")) {
        assertTrue(demo.out().contains(expected), () -> expected + " is not in " + demo.all());
      }
      assertTrue(
          demo.out()
              .contains(
                  Path.of("target", "acswatch", "lib").toAbsolutePath()
                      + "/*' org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server"
                      + " 127.0.0.1:"),
          demo::all);
    }
  }

  /** Where to look is said before anything happens, and what is said is there. */
  @Test
  void saysWhereToLookAndLeavesNothingBehindWhenItIsStopped() throws Exception {
    Path temporary = Files.createDirectory(scratch.resolve("tmp"));
    Map<String, String> environment = Map.of("ACSWATCH_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
    try (LaunchedProcess demo =
        LaunchedProcess.acswatch(scratch, environment, "demo", "--http", "127.0.0.1:0")) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> demo.out().contains("Ctrl-C ends it") || !demo.isAlive());
      Matcher page = HOST_PAGE.matcher(demo.out());
      assertTrue(page.find(), demo::all);
      assertTrue(page.start() < demo.out().indexOf("CRITICAL"), demo::all);
      String base = page.group(1);
      for (String path : List.of("/", "/host?id=demo-host", "/metrics", "/api/v1/openapi.json")) {
        assertEquals(200, get(base + path).statusCode(), path);
      }
      String host = get(base + "/api/v1/host?id=demo-host").body();
      assertTrue(host.contains("GROUP_MERGED_CROSS_VM"), host);
      try (Stream<Path> files = Files.list(temporary)) {
        assertTrue(files.findAny().isPresent(), "it works in that directory");
      }
      // A process that is killed deletes nothing, so what it unpacks goes while it runs.
      Awaitility.await().atMost(LIMIT).until(() -> !hasLibraries(temporary));

      demo.terminate();
      assertEquals(0, demo.exitCode(), demo::all);
      assertEquals("", demo.err());
      try (Stream<Path> files = Files.list(temporary)) {
        assertEquals(List.of(), files.toList());
      }
    }
  }

  private static boolean hasLibraries(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(file -> file.toString().endsWith(".so"));
    }
  }

  /** Its parts cannot start while the process ends, and what they say of it is no news. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void leavesNothingBehindWhenItIsStoppedAsItStarts(int directories) throws Exception {
    Path temporary = Files.createDirectory(scratch.resolve("tmp"));
    Map<String, String> environment = Map.of("ACSWATCH_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
    try (LaunchedProcess demo = LaunchedProcess.acswatch(scratch, environment, "demo")) {
      Awaitility.await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> demo.out().contains("acswatch demo") && count(temporary) >= directories);

      demo.terminate();

      assertEquals(0, demo.exitCode(), demo::all);
      assertEquals("", demo.err());
      assertEquals(0, count(temporary), demo::all);
    }
  }

  private static long count(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    }
  }

  @Test
  void saysInOneLineWhyItCannotStart() throws Exception {
    Path file = Files.writeString(scratch.resolve("file"), "");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = "127.0.0.1:" + taken.getLocalPort();
      assertRefused(3, Map.of(), "cannot listen on " + port, "demo", "--http", port);
    }
    assertRefused(
        3,
        Map.of("ACSWATCH_JAVA_OPTS", "-Djava.io.tmpdir=" + file.resolve("no")),
        "cannot create a temporary directory",
        "demo");
    assertRefused(2, Map.of(), "Unknown option: '--onc'", "demo", "--onc");
    assertRefused(2, Map.of(), "expected host:port", "demo", "--http", "nowhere");
  }

  private void assertRefused(
      int code, Map<String, String> environment, String expected, String... arguments)
      throws Exception {
    try (LaunchedProcess refused = LaunchedProcess.acswatch(scratch, environment, arguments)) {
      assertEquals(code, refused.exitCode(), refused::all);
      assertTrue(refused.err().contains(expected), refused::all);
      assertTrue(refused.err().lines().count() <= 2, refused::all);
      assertFalse(refused.err().contains("\tat "), refused::all);
    }
  }

  private static HttpResponse<String> get(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  @Test
  void theConsoleConsumerItNamesReadsTheAlert() throws Exception {
    EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT);
    try (Pipeline pipeline =
        Pipeline.start(broker, HttpAddress.parse("127.0.0.1:0"), scratch.resolve("streams"))) {
      assertTrue(pipeline.awaitReady(LIMIT, () -> false));
      send(pipeline, RecordedKexec.before());
      send(pipeline, RecordedKexec.after());

      try (LaunchedProcess consumer =
          LaunchedProcess.java(
              scratch,
              "org.apache.kafka.tools.consumer.ConsoleConsumer",
              "--bootstrap-server",
              pipeline.bootstrapServers(),
              "--topic",
              "acswatch.alerts",
              "--from-beginning",
              "--isolation-level",
              "read_committed",
              "--max-messages",
              "1",
              "--timeout-ms",
              "20000")) {
        assertEquals(0, consumer.exitCode(), consumer::all);
        List<String> lines = consumer.out().lines().toList();
        assertEquals(1, lines.size(), consumer::all);
        IsolationAlert alert = AlertJson.read(lines.get(0));
        assertEquals(AlertCode.GROUP_MERGED_CROSS_VM, alert.code());
        assertEquals(Severity.CRITICAL, alert.severity());
        assertEquals(List.of("vm5", "vm6"), alert.vms());
      }
    }
  }

  private static void send(Pipeline pipeline, Capture capture) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", pipeline.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  pipeline.config().topics().frames(),
                  capture.host(),
                  FrameWriter.write(capture.withHost(capture.host(), 1, 1_767_225_600_000L))))
          .get();
    }
  }
}
