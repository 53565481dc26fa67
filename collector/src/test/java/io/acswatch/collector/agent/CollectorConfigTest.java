package io.acswatch.collector.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.HttpAddress;
import io.acswatch.collector.source.DenyList;
import io.acswatch.collector.spool.SpoolLimits;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.wire.TopicNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CollectorConfigTest {
  private static final Map<String, String> EVERY_KEY =
      Map.ofEntries(
          Map.entry("collector.bootstrap.servers", "k1:9092,k2:9092"),
          Map.entry("collector.topic.prefix", "lab"),
          Map.entry("collector.root", "/host"),
          Map.entry("collector.host.id", "h7"),
          Map.entry("collector.owners.file", "/run/owners"),
          Map.entry("collector.snapshot.interval.ms", "60000"),
          Map.entry("collector.glance.interval.ms", "250"),
          Map.entry("collector.settle.interval.ms", "0"),
          Map.entry("collector.send.timeout.ms", "5000"),
          Map.entry("collector.stop.timeout.ms", "2000"),
          Map.entry("collector.sweep.interval.ms", "30000"),
          Map.entry("collector.heartbeat.interval.ms", "5000"),
          Map.entry("collector.reads.per.second", "7"),
          Map.entry("collector.deny", "3b:00.0, 8086:1521"),
          Map.entry("collector.spool.dir", "/spool"),
          Map.entry("collector.spool.bytes", "1024"),
          Map.entry("collector.spool.age.ms", "60000"),
          Map.entry("collector.sign", "yes"),
          Map.entry("collector.http.address", ""));

  @Test
  void hasTheseDefaults() {
    CollectorConfig config =
        CollectorConfig.from(Map.of("collector.bootstrap.servers", "localhost:9092"));

    assertEquals(
        new CollectorConfig(
            "localhost:9092",
            TopicNames.DEFAULT,
            Path.of("/"),
            "",
            null,
            Duration.ofHours(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofMinutes(1),
            500,
            DenyList.NONE,
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            null,
            new SpoolLimits(64 << 20, Duration.ofDays(7)),
            false,
            Optional.of(new HttpAddress("127.0.0.1", 9641)),
            Map.of()),
        config);
  }

  @Test
  void takesEveryKey() {
    Map<String, String> settings = new HashMap<>(EVERY_KEY);
    settings.put("producer.security.protocol", "SSL");

    assertEquals(
        new CollectorConfig(
            "k1:9092,k2:9092",
            new TopicNames("lab"),
            Path.of("/host"),
            "h7",
            Path.of("/run/owners"),
            Duration.ofMinutes(1),
            Duration.ofSeconds(30),
            Duration.ofMillis(250),
            Duration.ZERO,
            Duration.ofSeconds(5),
            7,
            new DenyList(Set.of(PciAddress.parse("3b:00.0")), Set.of(0x80861521)),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Path.of("/spool"),
            new SpoolLimits(1024, Duration.ofMinutes(1)),
            true,
            Optional.empty(),
            Map.of("security.protocol", "SSL")),
        CollectorConfig.from(settings));
  }

  @Test
  void knowsNoKeyBeyondThese() {
    Set<String> keys = new HashSet<>(CollectorConfig.KEYS.names());

    assertEquals(EVERY_KEY.keySet(), keys);
    assertTrue(keys.stream().allMatch(CollectorConfig.KEYS::knows));
    assertTrue(CollectorConfig.KEYS.knows("producer.linger.ms"));
  }

  @Test
  void namesKeyAndValueThatItRefuses() {
    Map<String, String> settings = new HashMap<>(EVERY_KEY);
    settings.put("collector.glance.interval.ms", "5");

    CommandFailure refused =
        assertThrows(CommandFailure.class, () -> CollectorConfig.from(settings));

    assertTrue(String.valueOf(refused.getMessage()).contains("collector.glance.interval.ms"));
    assertTrue(String.valueOf(refused.getMessage()).contains("5"));
  }

  @Test
  void refusesAHostIdThatNoFrameTakes() {
    Map<String, String> settings = new HashMap<>(EVERY_KEY);
    settings.put("collector.host.id", "h".repeat(254));

    CommandFailure refused =
        assertThrows(CommandFailure.class, () -> CollectorConfig.from(settings));
    assertTrue(
        String.valueOf(refused.getMessage()).contains("a host id of 254 bytes"),
        refused.getMessage());
  }

  @Test
  void refusesATopicPrefixThatKafkaWould() {
    Map<String, String> settings = new HashMap<>(EVERY_KEY);
    settings.put("collector.topic.prefix", "a b");

    assertThrows(CommandFailure.class, () -> CollectorConfig.from(settings));
  }
}
