package io.acswatch.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.cli.HttpAddress;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.SpoolSender;
import io.acswatch.collector.agent.SpoolingReader;
import io.acswatch.collector.command.FixtureHost;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolEntry;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent when things go wrong around it. {@code -Dagent.kills=200} kills more often than the few
 * times of a build.
 */
@Tag("slow")
class AgentIT {
  private static final PciAddress PORT = PciAddress.parse("0000:00:03.0");
  private static final int ACS_CONTROL = 0x14E;
  private static final int KILLS = Integer.getInteger("agent.kills", 6);
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @TempDir Path scratch;

  /** A wall clock that somebody sets. */
  private static final class SetClock extends Clock {
    private final AtomicLong millis = new AtomicLong(1_795_420_000_000L);

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis.get());
    }
  }

  private FixtureHost host(String recording) throws IOException {
    return FixtureHost.of(
        Recordings.capture(recording, "h"), Files.createDirectory(scratch.resolve(recording)));
  }

  private CollectorConfig config(FixtureHost host, String broker, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("collector.root", host.root().toString());
    settings.put("collector.host.id", "h");
    settings.put("collector.bootstrap.servers", broker);
    settings.put("collector.spool.dir", spoolDirectory().toString());
    settings.put("collector.reads.per.second", "100000");
    settings.put("collector.send.timeout.ms", "5000");
    settings.putAll(more);
    return CollectorConfig.from(settings);
  }

  private Path spoolDirectory() {
    return scratch.resolve("spool");
  }

  private static void createTopics(EmbeddedBroker broker) throws Exception {
    Topics.create(
        IsolationConfig.from(Map.of("streams.bootstrap.servers", broker.bootstrapServers())),
        new Topics.Layout(Optional.of(1), Optional.empty()));
  }

  @Test
  void anHourWithoutABrokerAndWithAClockThatIsSetLosesNothing() throws Exception {
    FixtureHost host = host("kexec-001-before");
    SetClock clock = new SetClock();
    CollectorConfig away =
        config(host, "127.0.0.1:1", Map.of("collector.sweep.interval.ms", "300000"));
    Spool spool = Spool.open(away.spoolOrDefault(), away.spoolLimits());
    SpoolingReader reader = new SpoolingReader(away, spool, clock);
    SpoolSender waiting = new SpoolSender(away, spool, clock);
    Thread trying = start(waiting);
    int changes = 0;
    for (int second = 0; second <= 3_600; second += 5) {
      clock.millis.addAndGet(5_000);
      if (second % 1_000 == 500) {
        clock.millis.addAndGet(Duration.ofDays(second % 2_000 == 500 ? -400 : 400).toMillis());
      }
      if (second % 300 == 150) {
        host.poke(PORT, ACS_CONTROL, changes % 2 == 0 ? 0x19 : 0x1D);
        changes++;
      }
      reader.tick(second * SECOND + 1);
    }
    Awaitility.await().atMost(LIMIT).until(() -> waiting.status().failures() > 0);
    waiting.stop();
    trying.join(LIMIT.toMillis());
    assertEquals(0, waiting.status().frames());
    List<String> written = new ArrayList<>();
    for (SpoolEntry entry : spool.entries()) {
      written.add(HexFormat.of().formatHex(spool.read(entry).bytes()));
    }
    // A heartbeat each minute, a snapshot at each of twelve changes.
    assertTrue(written.size() > 72, written.size() + " frames");
    long lost = spool.losses().values().stream().mapToLong(Long::longValue).sum();
    assertEquals(0, lost, spool.losses()::toString);

    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      createTopics(broker);
      sendAll(config(host, broker.bootstrapServers(), Map.of()), spool);

      List<byte[]> sent = frames(broker);
      assertEquals(written, sent.stream().map(HexFormat.of()::formatHex).toList());
      Snapshot followed = follow(sent);
      assertEquals(12, changes);
      assertEquals(0x1D, controlOf(followed));
    }
  }

  private static void sendAll(CollectorConfig config, Spool spool) throws Exception {
    SpoolSender sender = new SpoolSender(config, spool, Clock.systemUTC());
    Thread sending = start(sender);
    Awaitility.await().atMost(LIMIT).until(() -> spool.entries().isEmpty());
    sender.stop();
    sending.join(LIMIT.toMillis());
    assertFalse(sending.isAlive());
  }

  private static Thread start(SpoolSender sender) {
    Thread thread =
        new Thread(
            () -> {
              try {
                sender.run();
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              }
            });
    thread.start();
    return thread;
  }

  /** What a consumer knows of the host after all frames. */
  private static Snapshot follow(Collection<byte[]> frames) {
    FrameReader reader = new FrameReader();
    Snapshot known = null;
    for (byte[] frame : frames) {
      if (reader.wrap(frame) == null && reader.type() == FrameType.SNAPSHOT) {
        known = reader.toSnapshot();
      }
    }
    return known;
  }

  private static int controlOf(Snapshot snapshot) {
    return snapshot.functions().stream()
        .filter(function -> function.address().equals(PORT))
        .findFirst()
        .orElseThrow()
        .config()
        .acs()
        .control();
  }

  @Test
  void nothingOnDiskIsLostWhenReaderAndSenderAreKilled() throws Exception {
    FixtureHost host = host("kexec-001-before");
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      createTopics(broker);
      Spool spool = Spool.open(spoolDirectory(), CollectorConfig.from(Map.of()).spoolLimits());
      SplittableRandom random = new SplittableRandom(7);
      Map<String, String> seen = new LinkedHashMap<>();
      LaunchedProcess reader = reader(host);
      LaunchedProcess sender = sender(broker);
      try {
        for (int kill = 0; kill < KILLS; kill++) {
          host.poke(PORT, ACS_CONTROL, kill % 2 == 0 ? 0x19 : 0x1D);
          watch(spool, seen, random.nextInt(200, 3_000));
          if (random.nextBoolean()) {
            reader.close(); // SIGKILL
            reader = reader(host);
          } else {
            sender.close();
            sender = sender(broker);
          }
        }
        // One that is not up yet holds no lock: the second would be the first.
        LaunchedProcess only = sender;
        Awaitility.await().atMost(LIMIT).until(() -> only.out().contains("sending from"));
        try (LaunchedProcess second = sender(broker)) {
          assertEquals(3, second.exitCode(), second::all);
          assertTrue(second.err().contains("another sender works on this spool"), second::all);
        }
        host.poke(PORT, ACS_CONTROL, 0x11);
        LaunchedProcess last = reader;
        Awaitility.await()
            .atMost(LIMIT)
            .pollInterval(Duration.ofMillis(200))
            .until(
                () -> {
                  keep(spool, seen);
                  assertTrue(last.isAlive(), last::all);
                  return lastControl(broker) == 0x11;
                });
        reader.terminate();
        assertEquals(0, reader.exitCode(), reader::all);
        Awaitility.await().atMost(LIMIT).until(() -> spool.entries().isEmpty());
        sender.terminate();
        assertEquals(0, sender.exitCode(), sender::all);
      } finally {
        reader.close();
        sender.close();
      }
      List<byte[]> sent = frames(broker);
      Set<String> arrived = new HashSet<>();
      sent.forEach(frame -> arrived.add(HexFormat.of().formatHex(frame)));
      assertTrue(arrived.containsAll(seen.values()), "frames that were on disk are missing");
      assertTrue(seen.size() >= KILLS / 2, seen.size() + " frames seen are too few to tell");
      try (var damaged = Files.newDirectoryStream(spoolDirectory(), "damaged/*")) {
        assertFalse(damaged.iterator().hasNext(), "no file was ever half there");
      }
      assertEquals(judged(unique(sent)), judged(sent), "what came twice counted twice");
    }
  }

  private LaunchedProcess reader(FixtureHost host) throws IOException {
    return LaunchedProcess.acswatch(
        scratch,
        "collect",
        "reader",
        "--root",
        host.root().toString(),
        "--host-id",
        "h",
        "--glance-interval",
        "100ms",
        "--spool",
        spoolDirectory().toString());
  }

  private LaunchedProcess sender(EmbeddedBroker broker) throws IOException {
    Path config =
        Files.writeString(scratch.resolve("sender.conf"), "collector.http.address = 127.0.0.1:0\n");
    return LaunchedProcess.acswatch(
        scratch,
        "collect",
        "sender",
        "--config",
        config.toString(),
        "--bootstrap-servers",
        broker.bootstrapServers(),
        "--spool",
        spoolDirectory().toString());
  }

  /** Keeps what shows up in the spool meanwhile. */
  private static void watch(Spool spool, Map<String, String> seen, int millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    Awaitility.await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> {
              keep(spool, seen);
              return System.nanoTime() >= end;
            });
  }

  private static void keep(Spool spool, Map<String, String> seen) throws IOException {
    for (SpoolEntry entry : spool.entries()) {
      String name = entry.path().getFileName() + " " + entry.modifiedMillis();
      if (!seen.containsKey(name)) {
        try {
          byte[] file = Files.readAllBytes(entry.path());
          seen.put(name, HexFormat.of().formatHex(file, 16, file.length));
        } catch (NoSuchFileException sent) {
          // it was quicker
        }
      }
    }
  }

  private static int lastControl(EmbeddedBroker broker) throws Exception {
    Snapshot last = follow(frames(broker));
    return last == null ? -1 : controlOf(last);
  }

  private static List<byte[]> unique(List<byte[]> frames) {
    Set<String> known = new HashSet<>();
    return frames.stream().filter(frame -> known.add(HexFormat.of().formatHex(frame))).toList();
  }

  private static List<IsolationAlert> judged(List<byte[]> frames) {
    FrameReader reader = new FrameReader();
    HostState state = HostState.NONE;
    List<IsolationAlert> alerts = new ArrayList<>();
    for (byte[] frame : frames) {
      if (reader.wrap(frame) == null && reader.type() == FrameType.SNAPSHOT) {
        var verdict = Judgement.apply(state, reader.toSnapshot());
        alerts.addAll(verdict.alerts());
        state = verdict.state();
      }
    }
    return alerts;
  }

  private static List<byte[]> frames(EmbeddedBroker broker) {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(TopicNames.DEFAULT.frames(), 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      List<byte[]> frames = new ArrayList<>();
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> frames.add(record.value()));
      }
      return frames;
    }
  }

  @Test
  void aWholeKexecLeadsToTheRightAlert() throws Exception {
    FixtureHost before = host("kexec-001-before");
    FixtureHost after = host("kexec-001-after");
    before.writeOwners(Recordings.capture("kexec-001-before", "h").owners());
    Spool spool = Spool.open(spoolDirectory(), CollectorConfig.from(Map.of()).spoolLimits());

    CollectorConfig ofBefore = config(before, "", Map.of());
    runUntilLoadedAndStopped(before, new SpoolingReader(ofBefore, spool, Clock.systemUTC()), spool);
    List<FrameType> said = spool.entries().stream().map(SpoolEntry::type).toList();
    assertEquals(FrameType.KEXEC_EVENT, said.get(said.size() - 2), said::toString);
    assertEquals(FrameType.SNAPSHOT, said.get(said.size() - 1), said::toString);
    // The broker was away all the time: what was before the kexec is on disk.
    new SpoolingReader(config(after, "", Map.of()), spool, Clock.systemUTC()).tick(1);

    try (Pipeline pipeline =
        Pipeline.start(
            EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT),
            HttpAddress.parse("127.0.0.1:0"),
            scratch.resolve("state"))) {
      sendAll(config(after, pipeline.bootstrapServers(), Map.of()), spool);
      IsolationAlert merged = await(pipeline, AlertCode.GROUP_MERGED_CROSS_VM);

      assertEquals("h", merged.host());
      assertEquals(List.of("vm5", "vm6", "vm7", "vm8"), List.copyOf(merged.vms()));
      RegisterChange lost = merged.cause().register();
      assertNotNull(lost);
      assertEquals(
          "0000:00:03.0 0x14e: 001d -> 0011",
          "%s 0x%x: %04x -> %04x"
              .formatted(lost.port(), lost.registerOffset(), lost.before(), lost.after()));
    }
  }

  private static void runUntilLoadedAndStopped(FixtureHost host, SpoolingReader reader, Spool spool)
      throws Exception {
    Thread running =
        new Thread(
            () -> {
              try {
                reader.run();
              } catch (IOException | InterruptedException failed) {
                throw new IllegalStateException(failed);
              }
            });
    running.start();
    Awaitility.await().atMost(LIMIT).until(() -> !spool.entries().isEmpty());
    host.write("/sys/kernel/kexec_loaded", "1\n");
    Awaitility.await()
        .atMost(LIMIT)
        .until(
            () ->
                spool.entries().stream().anyMatch(entry -> entry.type() == FrameType.KEXEC_EVENT));
    reader.stop();
    running.join(LIMIT.toMillis());
    FrameReader last = new FrameReader();
    List<SpoolEntry> entries = spool.entries();
    assertNull(last.wrap(spool.read(entries.get(entries.size() - 1)).bytes()));
    assertTrue(last.kexecLoaded());
  }

  private static IsolationAlert await(Pipeline pipeline, AlertCode code) throws Exception {
    List<IsolationAlert> alerts = new ArrayList<>();
    try (AlertReader reader =
        new AlertReader(pipeline.bootstrapServers(), pipeline.config().topics().alerts(), true)) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> {
                alerts.addAll(reader.poll(Duration.ofMillis(200)));
                return alerts.stream().anyMatch(alert -> alert.code() == code);
              });
    }
    return alerts.stream().filter(alert -> alert.code() == code).findFirst().orElseThrow();
  }
}
