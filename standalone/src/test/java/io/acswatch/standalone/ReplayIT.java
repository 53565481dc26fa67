package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.acswatch.cli.Program;
import io.acswatch.collector.command.HostCommands;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolLimits;
import io.acswatch.collector.spool.SpooledFrame;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.streams.command.StreamsMain;
import io.acswatch.wire.frame.FrameType;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.CaptureWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same frames give the same alerts, byte for byte and in order, wherever they come from. */
class ReplayIT {
  private static final String HOST = "rack7-host12";
  private static final long TAKEN_AT = 1_767_225_600_000L;

  @TempDir Path scratch;

  @Test
  void capturesAndSpoolsGiveTheSameAlerts() throws Exception {
    List<String> captures = captures();
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      String servers = broker.bootstrapServers();
      List<String> first = judged(servers, "first", captures);
      List<String> again = judged(servers, "again", captures);
      List<String> spooled = judged(servers, "spooled", List.of(spool(captures)));

      assertFalse(first.isEmpty());
      assertEquals(first, again);
      assertEquals(first, spooled);
    }
  }

  /** The same frames as an agent keeps them while no broker is there. */
  private String spool(List<String> captures) throws Exception {
    Path directory = scratch.resolve("spool");
    Spool spool = Spool.open(directory, new SpoolLimits(64 << 20, Duration.ofDays(7)));
    for (String file : captures) {
      Capture capture = CaptureReader.read(Path.of(file));
      spool.add(
          capture.boot().id(),
          FrameType.SNAPSHOT,
          new SpooledFrame(FrameWriter.write(capture), null),
          TAKEN_AT);
    }
    return directory.toString();
  }

  /** Two kexecs of one host, with times and numbers as a collector gives them. */
  private List<String> captures() throws Exception {
    List<String> files = new ArrayList<>();
    for (String name : List.of("kexec-001-before", "kexec-001-after")) {
      Path file = scratch.resolve(name + ".cap");
      int number = files.size() + 1;
      Files.writeString(
          file,
          CaptureWriter.toText(
              Recordings.capture(name, HOST).withHost(HOST, number, TAKEN_AT + number * 5_000L)));
      files.add(file.toString());
    }
    return files;
  }

  private List<String> judged(String servers, String prefix, List<String> source) throws Exception {
    IsolationConfig config =
        IsolationConfig.from(
            Map.of(
                "streams.bootstrap.servers",
                servers,
                "streams.topic.prefix",
                prefix,
                "streams.http.address",
                "127.0.0.1:0",
                "streams.state.dir",
                scratch.resolve(prefix).toString()));
    Topics.create(config, new Topics.Layout(Optional.of(1), Optional.empty()));
    replay(servers, prefix, source);
    try (IsolationApp app = IsolationApp.start(config)) {
      Awaitility.await().atMost(LIMIT).until(() -> alerts(servers, prefix).size() > 2);
      assertEquals(true, app.status().isAlive());
      return alerts(servers, prefix);
    }
  }

  private static void replay(String servers, String prefix, List<String> source) {
    List<String> line =
        new ArrayList<>(
            List.of("replay", "--bootstrap-servers", servers, "--topic-prefix", prefix));
    line.addAll(source);
    StringWriter err = new StringWriter();
    int code =
        Program.commandLine(new HostCommands())
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err))
            .execute(line.toArray(String[]::new));
    assertEquals(
        "acswatch: frames of a boot older than a host's current one are not judged\n",
        err.toString());
    assertEquals(0, code);
  }

  /** The values of the topic, by the command that prints them as they are. */
  private static List<String> alerts(String servers, String prefix) {
    StringWriter out = new StringWriter();
    Program.commandLine(new StreamsMain())
        .setOut(new PrintWriter(out))
        .execute(
            "alerts",
            "--once",
            "--output",
            "json",
            "--bootstrap-servers",
            servers,
            "--topic-prefix",
            prefix);
    return out.toString().lines().toList();
  }
}
