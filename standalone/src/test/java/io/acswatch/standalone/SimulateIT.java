package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.Program;
import io.acswatch.simulate.SimulateCommand;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The simulated fleet through a real broker and the streams application. */
@Tag("slow")
class SimulateIT {
  @TempDir private Path state;

  @Test
  void allAlertsThatMustComeAreOnTheTopic() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config =
          IsolationConfig.from(
              Map.of(
                  "streams.bootstrap.servers", broker.bootstrapServers(),
                  "streams.http.address", "127.0.0.1:0",
                  "streams.state.dir", state.toString()));
      Topics.create(config, Topics.Layout.DEFAULT);
      try (IsolationApp app = IsolationApp.start(config)) {
        Path firstLog = state.resolve("first.log");
        String first = run(broker, "30", "--alert-log " + firstLog);
        assertTrue(first.startsWith("0:"), first);
        assertTrue(first.contains(" 0 differ"), first);
        // To the application these are old news: every alert is missing.
        String again = run(broker, "3", "");
        assertTrue(again.startsWith("1:"), again);
        assertTrue(again.contains("missing"), again);
        assertTrue(app.status().isReady());
        assertSameAlertsOfAnotherRun(broker, firstLog);
      }
    }
  }

  /** Other topics, another application, other batches and transactions: the same log. */
  private void assertSameAlertsOfAnotherRun(EmbeddedBroker broker, Path firstLog) throws Exception {
    IsolationConfig config =
        IsolationConfig.from(
            Map.of(
                "streams.bootstrap.servers",
                broker.bootstrapServers(),
                "streams.http.address",
                "127.0.0.1:0",
                "streams.topic.prefix",
                "again",
                "streams.state.dir",
                state.resolve("again").toString()));
    Topics.create(config, Topics.Layout.DEFAULT);
    Path log = state.resolve("again.log");
    try (IsolationApp app = IsolationApp.start(config)) {
      String run = run(broker, "30", "--topic-prefix again --rate 500 --alert-log " + log);
      assertTrue(run.startsWith("0:"), run);
      assertTrue(app.status().isReady());
    }
    assertTrue(Files.readAllLines(log).size() > 50);
    assertEquals(Files.readString(firstLog), Files.readString(log));
  }

  private static String run(EmbeddedBroker broker, String timeout, String further) {
    StringWriter out = new StringWriter();
    CommandLine commands = Program.commandLine(new SimulateCommand()).setOut(new PrintWriter(out));
    int exit =
        commands.execute(
            ("--hosts 10 --minutes 60 --seed 21 --check --timeout " + timeout)
                .concat(" --bootstrap-servers " + broker.bootstrapServers() + " " + further)
                .strip()
                .split(" "));
    return exit + ":" + out;
  }
}
