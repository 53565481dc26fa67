package io.acswatch.streams.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.Program;
import io.acswatch.streams.app.IsolationConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamsMainTest {
  @TempDir Path scratch;

  private record Result(int code, String out, String err) {}

  private static Result run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Program.commandLine(new StreamsMain())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Result(code, out.toString(), err.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"streams", "topics", "alerts", "rejects", "retire", "trust"})
  void explainsItself(String command) {
    Result help = run(command, "--help");

    assertEquals(0, help.code());
    assertTrue(help.out().startsWith("Usage: acswatch " + command), help.out());
    assertTrue(help.out().contains("--bootstrap-servers"), help.out());
    assertEquals("", help.err());
  }

  @Test
  void doesNotRetireUnasked() {
    Result refused = run("retire", "nosuchhost", "--bootstrap-servers", "127.0.0.1:1");

    assertEquals(2, refused.code());
    assertTrue(
        refused
            .err()
            .startsWith("acswatch: retire asks first, and this is no terminal: give --yes"),
        refused.err());
  }

  @Test
  void guessesWhatAMisspeltOptionWasToBe() {
    Result refused = run("topics", "--bootstrap-server", "a:1");

    assertTrue(refused.err().contains("did you mean --bootstrap-servers?"), refused.err());
  }

  @Test
  void namesEveryKeyInTheHelp() {
    String help = run("streams", "--help").out();

    IsolationConfig.KEYS.names().forEach(key -> assertTrue(help.contains(key), key));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "topics",
        "streams",
        "streams --bootstrap-servers nowhere",
        "streams --bootstrap-servers a:1 --http 1",
        "streams --bootstrap-servers a:1 --no-such-option",
        "topics --bootstrap-servers a:1 --partitions 0",
        "topics --bootstrap-servers a:1 --partitions many",
        "topics --bootstrap-servers a:1 --output yaml",
        "topics --bootstrap-servers a:1 --topic-prefix a/b",
        "alerts --bootstrap-servers a:1 --since yesterday",
        "alerts --bootstrap-servers a:1 --severity dire",
        "alerts --bootstrap-servers a:1 --max 0",
        "alerts --bootstrap-servers a:1 3f9",
        "alerts --bootstrap-servers a:1 rack7-host12",
        "alerts --bootstrap-servers a:1 3f9a0c17 --since 1h",
        "alerts --bootstrap-servers a:1 3f9a0c17 --host rack7-host12",
        "alerts --bootstrap-servers a:1 --alertmanager localhost:9093",
        "alerts --bootstrap-servers a:1 --alertmanager http://localhost:9093 --refresh 0",
        "rejects --bootstrap-servers a:1 --show 5",
        "rejects --bootstrap-servers a:1 --show 1@5 --replay",
        "retire --bootstrap-servers a:1",
        "trust --bootstrap-servers a:1",
        "trust --bootstrap-servers a:1 --list h",
        "trust --bootstrap-servers a:1 h --key x --remove",
        "trust --bootstrap-servers a:1 h --key ed25519:AAAA"
      })
  void refusesWrongUsageWithCodeTwo(String line) {
    Result refused = run(line.split(" "));

    assertEquals(2, refused.code(), refused.err());
    assertTrue(refused.err().startsWith("acswatch: "), refused.err());
    assertFalse(refused.err().contains("\tat "), refused.err());
    assertTrue(refused.err().lines().count() <= 2, refused.err());
  }

  /** No host has such an id: its frames would be refused. */
  @ParameterizedTest
  @ValueSource(strings = {"retire", "trust"})
  void refusesAHostIdThatNoHostCanHave(String command) {
    for (String id : List.of("", "h".repeat(254))) {
      Result refused = run(command, "--yes", "--bootstrap-servers", "127.0.0.1:1", id);
      assertEquals(2, refused.code(), refused.err());
      assertTrue(refused.err().startsWith("acswatch: a host id "), refused.err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"topics", "streams", "alerts"})
  void saysInOneLineThatNoBrokerAnswers(String command) throws Exception {
    Path config = Files.writeString(scratch.resolve("c"), "streams.start.timeout.ms=300\n");
    Result failed =
        run(command, "--bootstrap-servers", "127.0.0.1:1", "--config", config.toString());

    assertEquals(3, failed.code());
    assertEquals(
        "acswatch: no broker can be reached at 127.0.0.1:1: Connection refused\n", failed.err());
    assertEquals("", failed.out());
  }

  @Test
  void saysThatABrokersNameIsUnknown() {
    Result failed = run("topics", "--bootstrap-servers", "nowhere.invalid:9092");

    assertEquals(3, failed.code());
    assertEquals(1, failed.err().lines().count(), failed.err());
    assertTrue(failed.err().contains("nowhere.invalid:9092"), failed.err());
  }

  @Test
  void namesFileAndLineOfWhatIsWrong() throws Exception {
    Path config = Files.writeString(scratch.resolve("c"), "streams.threads=1\nstreams.thraeds=2\n");
    Result refused = run("streams", "--bootstrap-servers", "a:1", "--config", config.toString());

    assertEquals(2, refused.code());
    assertEquals(
        "acswatch: " + config + ":2: unknown key streams.thraeds; --help lists the keys",
        refused.err().strip());

    Files.writeString(config, "kafka.producer.liner.ms=5\n");
    Result ofKafka = run("streams", "--bootstrap-servers", "a:1", "--config", config.toString());

    assertEquals(2, ofKafka.code());
    assertEquals(
        "acswatch: " + config + ":1: kafka.producer.liner.ms: Kafka has no such setting",
        ofKafka.err().strip());
  }

  @Test
  void saysThatTheFileIsMissingOrNoText() throws Exception {
    Path missing = scratch.resolve("missing");
    assertEquals(
        "acswatch: " + missing + ": no such file or directory\n",
        run("streams", "--config", missing.toString()).err());
    Path noText = Files.write(scratch.resolve("bytes"), new byte[] {(byte) 0xFF, (byte) 0xC0});
    Result refused = run("streams", "--config", noText.toString());
    assertEquals(3, refused.code());
    assertEquals("acswatch: " + noText + ": not a text in UTF-8\n", refused.err());
  }
}
