package io.acswatch.collector.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.acswatch.wire.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
  @TempDir private Path directory;

  @Test
  void readsKeysAndValues() throws IOException {
    CollectorConfig config =
        read("""
                # where to
                collector.bootstrap.servers = k1:9092

                producer.sasl.jaas.config=a = b;
                """)
            .with(Map.of());

    assertEquals("k1:9092", config.bootstrapServers());
    assertEquals(Map.of("sasl.jaas.config", "a = b;"), config.producer());
  }

  @Test
  void isOverruledByTheCommandLine() throws IOException {
    ConfigFile file = read("collector.bootstrap.servers=k1:9092\ncollector.host.id=a\n");

    CollectorConfig config = file.with(Map.of("collector.host.id", "b"));

    assertEquals("b", config.hostId());
    assertEquals("k1:9092", config.bootstrapServers());
  }

  @Test
  void namesTheLineOfAnUnknownKey() {
    InputException refused =
        assertThrows(InputException.class, () -> read("\ncollector.hots.id=a\n"));

    assertEquals(2, refused.line());
    assertEquals(true, refused.problem().contains("collector.hots.id"));
  }

  @Test
  void namesTheLineOfARefusedValue() throws IOException {
    ConfigFile file =
        read("collector.bootstrap.servers=k:1\n# often\ncollector.glance.interval.ms=often\n");

    InputException refused = assertThrows(InputException.class, () -> file.with(Map.of()));

    assertEquals(3, refused.line());
  }

  @Test
  void namesBothLinesOfAKeyThatStandsTwice() {
    InputException refused =
        assertThrows(
            InputException.class,
            () -> read("collector.host.id=a\ncollector.root=/\ncollector.host.id=b\n"));

    assertEquals(3, refused.line());
    assertEquals(true, refused.problem().contains("line 1"));
  }

  @Test
  void namesTheLineThatIsNoSetting() {
    InputException refused = assertThrows(InputException.class, () -> read("collector.root\n"));

    assertEquals(1, refused.line());
  }

  private ConfigFile read(String text) throws IOException {
    return ConfigFile.read(Files.writeString(directory.resolve("collect.conf"), text));
  }
}
