package io.acswatch.streams.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a real RocksDB. */
class RebuiltStoresTest {
  private static final TaskId TASK = new TaskId(0, 3);
  private static final int ENTRIES = 500;

  @TempDir private Path scratch;

  @Test
  void blockThatIsDamagedWhileTheStoreIsOpenIsAskedForOnceAndThenSetAside() throws Exception {
    RebuiltStores stores = new RebuiltStores("s");
    KeyValueStore<Bytes, byte[]> store = filled(stores);
    damage();
    TaskCorruptedException corrupted =
        assertThrows(TaskCorruptedException.class, () -> readAll(store));
    assertEquals(Set.of(TASK), corrupted.corruptedTasks());
    assertThrows(TaskCorruptedException.class, () -> readAll(store));
    store.close();
    assertTrue(Files.isDirectory(scratch.resolve("app/damaged/0_3-s")));

    KeyValueStore<Bytes, byte[]> rebuilt = opened(stores);
    assertNull(rebuilt.get(key(0)));
    rebuilt.close();
  }

  @Test
  void storeThatIsDamagedAgainNamesItsDirectoryAndWhatToDo() throws Exception {
    RebuiltStores stores = new RebuiltStores("s");
    for (int time = 0; time < 2; time++) {
      KeyValueStore<Bytes, byte[]> store = filled(stores);
      damage();
      if (time == 0) {
        assertThrows(TaskCorruptedException.class, () -> readAll(store));
      } else {
        String message =
            assertThrows(ProcessorStateException.class, () -> readAll(store)).getMessage();
        assertTrue(message.contains(directory() + " is damaged again"), message);
        assertTrue(message.contains("delete " + directory().getParent()), message);
      }
      store.close();
    }
  }

  @Test
  void damagedStoreThatCannotBeSetAsideSaysWhatToDo() throws Exception {
    KeyValueStore<Bytes, byte[]> store = filled(new RebuiltStores("s"));
    damage();
    Files.writeString(scratch.resolve("app/damaged"), "a file");
    assertThrows(TaskCorruptedException.class, () -> readAll(store));

    String message = assertThrows(ProcessorStateException.class, store::close).getMessage();
    assertTrue(message.contains(scratch.resolve("app/damaged").toString()), message);
    assertTrue(message.contains("delete it and start again"), message);
  }

  /** Kafka Streams goes by the directory's time, which nothing else changes. */
  @Test
  void theDirectoryOfATaskIsAsOldAsTheLastClosingOfItsStores() throws Exception {
    KeyValueStore<Bytes, byte[]> store = opened(new RebuiltStores("s"));
    Path ofTask = scratch.resolve("app/0_3");
    Files.setLastModifiedTime(ofTask, FileTime.fromMillis(0));
    store.close();

    Duration age = Duration.between(Files.getLastModifiedTime(ofTask).toInstant(), Instant.now());
    assertTrue(age.toMinutes() < 1, age::toString);
  }

  /** Kafka Streams opens each store of the state directory once before its tasks do. */
  @Test
  void gaugesOfAStoreThatWasNotClosedAreThoseOfTheStoreThatWorks() throws Exception {
    KeyValueStore<Bytes, byte[]> killed = opened(new RebuiltStores("s"));
    while (!isFlushed()) {
      put(killed);
    }
    Path kept = scratch.resolve("kept");
    copy(directory(), kept);
    killed.close();
    Files.createDirectories(directory());
    copy(kept, directory());

    StoreBuilder<KeyValueStore<Bytes, byte[]>> builder =
        Stores.keyValueStoreBuilder(new RebuiltStores("s"), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingDisabled();
    StateStoreContext context = context();
    KeyValueStore<Bytes, byte[]> first = builder.build();
    first.init(context, first);
    first.close();
    KeyValueStore<Bytes, byte[]> store = builder.build();
    store.init(context, store);
    assertNull(store.get(key(0)));
    put(store);
    BigInteger memtables =
        context.metrics().metrics().values().stream()
            .filter(metric -> metric.metricName().name().equals("size-all-mem-tables"))
            .map(metric -> (BigInteger) metric.metricValue())
            .findFirst()
            .orElseThrow();
    assertTrue(memtables.longValue() > ENTRIES * 1_000L, "bytes of memtables: " + memtables);
    store.close();
  }

  /** True if an earlier flush, of entries and offsets, is complete. */
  private boolean isFlushed() throws IOException {
    try (Stream<Path> files = Files.list(directory())) {
      return files.filter(file -> file.toString().endsWith(".sst")).count() > 3;
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(from)) {
      for (Path file : files) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private Path directory() {
    return scratch.resolve("app/0_3/rocksdb/s");
  }

  private KeyValueStore<Bytes, byte[]> opened(RebuiltStores stores) {
    KeyValueStore<Bytes, byte[]> store = stores.get();
    StateStoreContext context = context();
    store.init(context, store);
    return store;
  }

  private StateStoreContext context() {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "app");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    return new MockProcessorContext<>(settings, TASK, scratch.resolve("app/0_3").toFile())
        .getStateStoreContext();
  }

  private static Bytes key(int i) {
    return Bytes.wrap(("%08d".formatted(i)).getBytes(StandardCharsets.UTF_8));
  }

  private KeyValueStore<Bytes, byte[]> filled(RebuiltStores stores) {
    KeyValueStore<Bytes, byte[]> store = opened(stores);
    put(store);
    store.close(); // writes them out
    return opened(stores);
  }

  /** Bytes that do not compress, so that there are many blocks. */
  private static void put(KeyValueStore<Bytes, byte[]> store) {
    Random random = new Random(1);
    for (int i = 0; i < ENTRIES; i++) {
      byte[] value = new byte[1_000];
      random.nextBytes(value);
      store.put(key(i), value);
    }
  }

  private static void readAll(KeyValueStore<Bytes, byte[]> store) {
    for (int i = 0; i < ENTRIES; i++) {
      store.get(key(i));
    }
  }

  private void damage() throws IOException {
    int damaged = 0;
    try (DirectoryStream<Path> tables = Files.newDirectoryStream(directory(), "*.sst")) {
      for (Path table : tables) {
        try (FileChannel file = FileChannel.open(table, StandardOpenOption.WRITE)) {
          if (file.size() > 100_000) {
            file.write(ByteBuffer.wrap(new byte[2_000]), 50_000);
            damaged++;
          }
        }
      }
    }
    assertEquals(1, damaged);
  }
}
