package io.acswatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final Settings.Keys KEYS =
      new Settings.Keys()
          .text("agent.servers", "")
          .text("agent.host.id", "here")
          .number("agent.interval.ms", 1_000, 100)
          .number("agent.threads", 1, 1, 64)
          .family("producer.");

  private static final Predicate<String> KAFKA = Set.of("sasl.jaas.config", "linger.ms")::contains;

  @TempDir private Path directory;

  @Test
  void readsKeysAndValues() throws IOException {
    Settings settings =
        read(
            """
            # where to
            agent.servers = k1:9092

            producer.sasl.jaas.config=a = b;
            """);

    assertEquals("k1:9092", settings.text("agent.servers"));
    assertEquals(Map.of("sasl.jaas.config", "a = b;"), settings.family("producer.", KAFKA));
  }

  @Test
  void hasDefaults() {
    Settings settings = new Settings(KEYS);

    assertEquals("here", settings.text("agent.host.id"));
    assertEquals(Duration.ofSeconds(1), settings.millis("agent.interval.ms"));
    assertEquals(Map.of(), settings.family("producer.", KAFKA));
  }

  @Test
  void isOverruledByTheCommandLine() throws IOException {
    Settings settings = read("agent.servers=k1:9092\nagent.host.id=a\nagent.interval.ms=7000\n");

    settings.put("agent.host.id", "b").put("agent.servers", null);
    settings.put("agent.interval.ms", Duration.ofSeconds(2));

    assertEquals("b", settings.text("agent.host.id"));
    assertEquals("k1:9092", settings.text("agent.servers"));
    assertEquals(2_000, settings.number("agent.interval.ms"));
  }

  @Test
  void namesTheLineOfAnUnknownKey() {
    assertEquals(
        "FILE:2: unknown key agent.hots.id; --help lists the keys", refusal("\nagent.hots.id=a\n"));
  }

  @Test
  void namesTheLineOfAKeyThatItsFamilyDoesNotKnow() throws IOException {
    Settings settings = read("producer.linger.ms=5\nproducer.liner.ms=5\n");

    assertEquals(
        "FILE:2: producer.liner.ms: Kafka has no such setting",
        said(assertThrows(CommandFailure.class, () -> settings.family("producer.", KAFKA))));
  }

  @Test
  void namesTheLineOfARefusedValue() throws IOException {
    Settings settings = read("# often\nagent.interval.ms=often\nagent.threads=65\n");

    assertEquals(
        "FILE:2: agent.interval.ms=often, expected a number of at least 100",
        said(assertThrows(CommandFailure.class, () -> settings.millis("agent.interval.ms"))));
    assertEquals(
        "FILE:3: agent.threads=65, expected a number from 1 to 64",
        said(assertThrows(CommandFailure.class, () -> settings.number("agent.threads"))));
  }

  @Test
  void namesTheLineOfATextThatAParserRefuses() throws IOException {
    Settings settings = read("agent.servers=foo\n");

    assertEquals(
        "FILE:1: agent.servers=foo, expected host:port, port 0 to 65535",
        said(
            assertThrows(
                CommandFailure.class, () -> settings.parsed("agent.servers", HttpAddress::parse))));
  }

  @Test
  void namesBothLinesOfAKeyThatStandsTwice() {
    assertEquals(
        "FILE:3: second value for agent.host.id, the first is at FILE:1",
        refusal("agent.host.id=a\nagent.servers=\nagent.host.id=b\n"));
  }

  @Test
  void namesTheLineThatIsNoSetting() {
    assertEquals(
        "FILE:1: expected key=value, with a value of one line", refusal("agent.servers\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"MIIEhunter2xyz==", "  username=\"a\" password=\"hunter2\";", "hunter2"})
  void showsNothingOfALineThatMayBePartOfASecret(String line) {
    assertFalse(refusal(line + "\n").contains("hunter2"));
  }

  @Test
  void readsAFileForSecretsBesideTheOther() throws IOException {
    Settings settings = read("agent.servers=k1:9092\n");
    Path secrets = directory.resolve("secrets.conf");
    settings.read(Files.writeString(secrets, "producer.sasl.jaas.config=x;\n"));

    assertEquals("k1:9092", settings.text("agent.servers"));
    assertEquals(Map.of("sasl.jaas.config", "x;"), settings.family("producer.", KAFKA));
    Files.writeString(secrets, "agent.servers=k2:9092\n");
    assertEquals(
        secrets + ":1: second value for agent.servers, the first is at FILE:1",
        said(assertThrows(CommandFailure.class, () -> settings.read(secrets))));
  }

  @Test
  void refusesALineThatWouldGoOnInAPropertiesFile() {
    assertEquals(
        "FILE:1: agent.servers ends with \\; a value has one line",
        refusal("agent.servers=k1:9092,\\\n  k2:9092\n"));
  }

  @Test
  void namesWhatCannotBeRead() throws IOException {
    Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, 0, 1});

    assertEquals(
        directory + ": is a directory",
        assertThrows(CommandFailure.class, () -> new Settings(KEYS).read(directory)).getMessage());
    assertEquals(
        binary + ": not a text in UTF-8",
        assertThrows(CommandFailure.class, () -> new Settings(KEYS).read(binary)).getMessage());
  }

  private String refusal(String text) {
    CommandFailure refused = assertThrows(CommandFailure.class, () -> read(text));
    assertEquals(ExitCode.USAGE, refused.exitCode());
    return said(refused);
  }

  private String said(CommandFailure refused) {
    return String.valueOf(refused.getMessage()).replace(file().toString(), "FILE");
  }

  private Path file() {
    return directory.resolve("agent.conf");
  }

  private Settings read(String text) throws IOException {
    Settings settings = new Settings(KEYS);
    settings.read(Files.writeString(file(), text));
    return settings;
  }
}
