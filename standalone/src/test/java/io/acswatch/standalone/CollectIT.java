package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.spool.Spool;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.frame.FrameReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's command for hosts loses nothing: not without a broker, and not over a stop. */
class CollectIT {
  private static final Duration STOP = Duration.ofSeconds(10);

  @TempDir Path scratch;

  @Test
  void sendsAtTheNextStartWhatStayedAtTheLast() throws Exception {
    Path host = HostDirectory.of(RecordedKexec.before(), scratch.resolve("host"));
    // HOME, and not the home directory of whoever runs this: it is what sudo and containers set.
    Map<String, String> environment =
        Map.of("XDG_STATE_HOME", "", "HOME", scratch.resolve("home").toString());
    Path spool = scratch.resolve("home/.local/state/acswatch/spool");
    String[] command = {"collect", "--root", host.toString(), "--bootstrap-servers", "127.0.0.1:1"};
    try (LaunchedProcess agent = LaunchedProcess.acswatch(scratch, environment, command)) {
      Awaitility.await().atMost(LIMIT).until(() -> !frames(spool).isEmpty());
      agent.terminate();
      assertEquals(1, agent.exitCode(STOP), agent::all);
    }
    Path first = frames(spool).get(0);
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      Topics.create(
          IsolationConfig.from(Map.of("streams.bootstrap.servers", broker.bootstrapServers())),
          new Topics.Layout(Optional.of(1), Optional.empty()));
      command[command.length - 1] = broker.bootstrapServers();
      try (LaunchedProcess agent = LaunchedProcess.acswatch(scratch, environment, command)) {
        Awaitility.await().atMost(LIMIT).until(() -> !Files.exists(first) || !agent.isAlive());
        assertTrue(agent.isAlive(), agent::all);
        agent.terminate();
        assertEquals(0, agent.exitCode(STOP), agent::all);
      }
    }
    assertEquals(List.of(), frames(spool));
  }

  /** The reader's class path is short: what parses the command line of a VMM must be on it. */
  @Test
  void theReaderTellsTheVmThatAQemuOnTheHostNames() throws Exception {
    Capture capture = RecordedKexec.before();
    Path host = HostDirectory.of(capture, scratch.resolve("host"));
    CapturedFunction device = capture.functions().get(capture.functions().size() - 1);
    Path driver = Files.createDirectories(host.resolve("sys/bus/pci/drivers/vfio-pci"));
    Files.createSymbolicLink(
        driver.resolve(device.address().toString()), host.resolve(device.sysfsPath().substring(1)));
    Path process = Files.createDirectories(host.resolve("proc/4711"));
    Files.writeString(process.resolve("stat"), "4711 (qemu-system-x86) S 1" + " 0".repeat(48));
    Files.writeString(
        process.resolve("cmdline"),
        "qemu-system-x86_64\0-name\0guest=vm9\0-device\0{\"driver\":\"vfio-pci\",\"host\":\"%s\"}\0"
            .formatted(device.address()));
    Path spool = scratch.resolve("spool");
    try (LaunchedProcess reader =
        LaunchedProcess.acswatch(
            scratch,
            "collect",
            "reader",
            "--once",
            "--root",
            host.toString(),
            "--spool",
            spool.toString())) {
      reader.succeeded();
    }
    FrameReader frame = new FrameReader();
    assertNull(frame.wrap(Spool.frameOf(frames(spool).get(0)).bytes()));
    assertEquals(
        List.of(device.address() + " vm9"),
        frame.toSnapshot().owners().stream()
            .map(claim -> claim.address() + " " + claim.vm())
            .toList());
  }

  private static List<Path> frames(Path spool) throws IOException {
    if (!Files.isDirectory(spool)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(spool)) {
      return files.filter(file -> file.toString().endsWith(".frame")).sorted().toList();
    }
  }
}
