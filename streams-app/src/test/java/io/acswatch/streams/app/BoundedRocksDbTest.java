package io.acswatch.streams.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

class BoundedRocksDbTest {
  /** There are some fifty stores, and by RocksDB's default each takes 4 MiB of disk. */
  @Test
  void storeWithOneEntryTakesLittleDisk(@TempDir Path directory) throws Exception {
    RocksDB.loadLibrary();
    try (Options options = new Options().setCreateIfMissing(true)) {
      options.setTableFormatConfig(new BlockBasedTableConfig());
      new BoundedRocksDb().setConfig("s", options, Map.of(BoundedRocksDb.BYTES, 8 << 20));
      try (RocksDB store = RocksDB.open(options, directory.toString());
          FlushOptions flush = new FlushOptions()) {
        store.put("k".getBytes(StandardCharsets.UTF_8), new byte[1]);
        store.flush(flush);
        Process du = new ProcessBuilder("du", "-sk", directory.toString()).start();
        String kib = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, du.waitFor());
        assertTrue(Integer.parseInt(kib.split("\\s")[0]) < 512, kib);
      }
    }
  }
}
