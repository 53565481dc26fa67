package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.cli.Program;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.streams.command.StreamsMain;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code alerts --alertmanager} and the Alertmanager of Debian. */
class AlertmanagerIT {
  private static final String PROGRAM = "prometheus-alertmanager";
  private static final String HOST = "rack7-host12";

  @TempDir Path scratch;

  @Test
  void anAlertmanagerThatComesLateShowsWhatIsOpenAndForgetsWhatHasEnded() throws Exception {
    assumeTrue(Tools.isInstalled(PROGRAM), PROGRAM + " is missing (Debian: " + PROGRAM + ")");
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config = config(broker);
      Topics.create(config, new Topics.Layout(Optional.of(2), Optional.empty()));
      String url = "http://127.0.0.1:" + freePort();
      try (IsolationApp app = IsolationApp.start(config);
          LaunchedProcess bridge =
              LaunchedProcess.acswatch(
                  scratch,
                  "alerts",
                  "--bootstrap-servers",
                  broker.bootstrapServers(),
                  "--alertmanager",
                  url,
                  "--refresh",
                  "1",
                  "--severity",
                  "warning")) {
        Recordings.send(config, "kexec-001-before", HOST);
        Recordings.send(config, "kexec-001-after", HOST);
        Awaitility.await().atMost(LIMIT).until(() -> bridge.err().contains("; trying again"));
        Process alertmanager = alertmanager(url);
        try {
          Awaitility.await()
              .atMost(LIMIT)
              .until(() -> names(url).contains("GROUP_MERGED_CROSS_VM"));
          JsonNode merge = alerts(url).get(0);
          assertEquals(HOST, merge.at("/labels/host").asText());
          assertTrue(merge.at("/annotations/summary").asText().contains("share one IOMMU group"));
          assertTrue(
              merge
                  .at("/annotations/runbook_url")
                  .asText()
                  .endsWith("RUNBOOK.md#group_merged_cross_vm"));
          assertTrue(
              merge
                  .at("/generatorURL")
                  .asText()
                  .startsWith("https://acswatch.example.org/host?id=" + HOST + "&function="));

          silence(url);
          assertEquals("suppressed", alerts(url).get(0).at("/status/state").asText());

          retire(broker);
          Awaitility.await().atMost(LIMIT).until(() -> names(url).isEmpty());
          assertTrue(app.status().isAlive());
        } finally {
          alertmanager.destroyForcibly().waitFor();
        }
        bridge.terminate();
        assertEquals(0, bridge.exitCode(), bridge::all);
      }
    }
  }

  private IsolationConfig config(EmbeddedBroker broker) {
    return IsolationConfig.from(
        Map.of(
            "streams.bootstrap.servers",
            broker.bootstrapServers(),
            "streams.http.address",
            "127.0.0.1:0",
            "streams.page.url",
            "https://acswatch.example.org",
            "streams.state.dir",
            scratch.resolve("state").toString()));
  }

  private Process alertmanager(String url) throws IOException {
    Path file =
        Files.writeString(
            scratch.resolve("alertmanager.yml"),
            "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
    return new ProcessBuilder(
            PROGRAM,
            "--config.file=" + file,
            "--storage.path=" + scratch.resolve("alertmanager"),
            "--web.listen-address=" + URI.create(url).getAuthority(),
            "--cluster.listen-address=")
        .redirectErrorStream(true)
        .redirectOutput(scratch.resolve("alertmanager.log").toFile())
        .start();
  }

  /** As the documentation does it. */
  private void silence(String url) throws Exception {
    String script = ConsumeDocIT.examples().get("silence");
    assertTrue(script.contains("http://localhost:9093"), script);
    try (LaunchedProcess amtool =
        LaunchedProcess.program(
            scratch, Map.of(), "bash", "-c", script.replace("http://localhost:9093", url))) {
      amtool.succeeded();
    }
  }

  private static JsonNode alerts(String url) throws Exception {
    URI open = URI.create(url + "/api/v2/alerts?filter=severity%3D%22critical%22");
    return get(open);
  }

  private static Set<String> names(String url) throws Exception {
    Set<String> names = new TreeSet<>();
    try {
      get(URI.create(url + "/api/v2/alerts"))
          .forEach(alert -> names.add(alert.at("/labels/alertname").asText()));
    } catch (IOException notYet) {
      names.add("not yet reachable");
    }
    return names;
  }

  private static JsonNode get(URI uri) throws Exception {
    return new ObjectMapper()
        .readTree(
            HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private static void retire(EmbeddedBroker broker) {
    assertEquals(
        0,
        Program.commandLine(new StreamsMain())
            .execute(
                List.of("retire", "--yes", HOST, "--bootstrap-servers", broker.bootstrapServers())
                    .toArray(String[]::new)));
  }
}
