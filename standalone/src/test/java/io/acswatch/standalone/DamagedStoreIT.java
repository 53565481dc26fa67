package io.acswatch.standalone;

import static io.acswatch.standalone.Patience.LIMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import io.acswatch.wire.frame.FrameWriter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files of a store are damaged while the application is stopped; it rebuilds the store. */
@Tag("slow")
class DamagedStoreIT {
  private static final String HOST = "h";

  private static EmbeddedBroker broker;

  @TempDir private Path scratch;

  private interface Harm {
    void to(Path file) throws IOException;
  }

  /** What is done to which files of the store; {@code aside}: something of it is kept. */
  private enum Damage {
    CURRENT_MISSING("rocksdb/host-state", "CURRENT", Files::delete, true),
    CURRENT_GARBAGE("rocksdb/host-state", "CURRENT", DamagedStoreIT::garbage, true),
    MANIFEST_MISSING("rocksdb/host-state", "MANIFEST-*", Files::delete, true),
    MANIFEST_GARBAGE("rocksdb/host-state", "MANIFEST-*", DamagedStoreIT::garbage, true),
    TABLES_MISSING("rocksdb/host-state", "*.sst", Files::delete, true),
    TABLES_CUT("rocksdb/host-state", "*.sst", file -> write(file, half(file)), true),
    TABLES_GARBAGE("rocksdb/host-state", "*.sst", DamagedStoreIT::garbage, true),
    // The end of the file, which an opening reads, is whole.
    TABLE_BLOCKS("rocksdb/host-state", "*.sst", DamagedStoreIT::changeFirstBlock, true),
    STORE_MISSING("rocksdb", "host-state", DamagedStoreIT::delete, false),
    STORE_IS_FILE("rocksdb", "host-state", DamagedStoreIT::replace, true),
    // Kafka Streams before 4.4 left one.
    OFFSETS_GARBAGE(".", "rocksdb", task -> write(task.resolveSibling(".checkpoint"), "x"), false);

    private final String directory;
    private final String files;
    private final Harm harm;
    private final boolean aside;

    Damage(String directory, String files, Harm harm, boolean aside) {
      this.directory = directory;
      this.files = files;
      this.harm = harm;
      this.aside = aside;
    }
  }

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @ParameterizedTest
  @EnumSource
  void theStoreIsRebuiltFromItsChangelog(Damage damage) throws Exception {
    IsolationConfig config = config("d" + damage.ordinal());
    Topics.create(config, new Topics.Layout(Optional.of(1), Optional.empty()));
    try (IsolationApp app = IsolationApp.start(config)) {
      send(config, "kexec-001-before");
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> app.metricsText().contains("\nacswatch_judgements_total 1.0\n"));
    }
    int damaged = 0;
    for (Path task : tasks(config)) {
      damaged += damage(damage, task);
    }
    assertTrue(damaged > 0, "nothing to damage");

    try (IsolationApp app = IsolationApp.start(config)) {
      send(config, "kexec-001-after");
      // It takes the state before to see a merge in the state after.
      assertTrue(codes(config, app).contains(AlertCode.GROUP_MERGED_CROSS_VM));
    }
    assertEquals(damage.aside, Files.exists(aside(config)), "set aside");
  }

  private static int damage(Damage damage, Path task) throws IOException {
    Path directory = task.resolve(damage.directory);
    int count = 0;
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, damage.files)) {
        for (Path file : files) {
          damage.harm.to(file);
          count++;
        }
      }
    }
    return count;
  }

  private static Path application(IsolationConfig config) {
    return config.stateDirectory().resolve(config.applicationId());
  }

  private static Path aside(IsolationConfig config) throws IOException {
    return application(config).resolve("damaged");
  }

  private static List<Path> tasks(IsolationConfig config) throws IOException {
    try (Stream<Path> all = Files.list(application(config))) {
      return all.filter(path -> path.getFileName().toString().matches("\\d+_\\d+")).toList();
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
  }

  private static byte[] half(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return Arrays.copyOf(bytes, bytes.length / 2);
  }

  private static void garbage(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, (byte) 0x5a);
    write(file, bytes);
  }

  private static void changeFirstBlock(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[8] ^= 1;
    write(file, bytes);
  }

  private static void delete(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  private static void replace(Path directory) throws IOException {
    delete(directory);
    write(directory, "x");
  }

  private IsolationConfig config(String prefix) {
    return IsolationConfig.from(
        Map.of(
            "streams.bootstrap.servers",
            broker.bootstrapServers(),
            "streams.topic.prefix",
            prefix,
            "streams.http.address",
            "127.0.0.1:0",
            "streams.state.dir",
            scratch.resolve("state").toString()));
  }

  private static void send(IsolationConfig config, String capture) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", config.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      byte[] frame = FrameWriter.write(Recordings.capture(capture, HOST));
      producer.send(new ProducerRecord<>(config.topics().frames(), HOST, frame)).get();
    }
  }

  /** The alerts that came, once the last frame is judged. */
  private static List<AlertCode> codes(IsolationConfig config, IsolationApp app) throws Exception {
    List<AlertCode> codes = new ArrayList<>();
    try (AlertReader reader =
        new AlertReader(config.bootstrapServers(), config.topics().alerts(), true)) {
      Awaitility.await()
          .atMost(LIMIT)
          .failFast("ended", () -> !app.status().isAlive())
          .until(
              () -> {
                reader.poll(Duration.ofMillis(200)).forEach(alert -> codes.add(alert.code()));
                return !codes.isEmpty();
              });
    }
    return codes;
  }
}
