package io.acswatch.streams.app;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/**
 * Bounds the memory of all stores of the process together. Kafka's default is a bound for each
 * store, and there is one store for each partition.
 *
 * <p>Kafka makes an object of this class for each store; the memory is the JVM's, sized by whoever
 * comes first, and never given back before the process ends.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
  /** Bytes of all stores together; a key beside Kafka's own. */
  static final String BYTES = "acswatch.rocksdb.bytes";

  /** A small one, for there are as many as partitions. */
  private static final long WRITE_BUFFER_BYTES = 4L << 20;

  /** RocksDB sets 4 MiB of disk aside for the list of files of each store; some KiB are used. */
  private static final long MANIFEST_BYTES = 64L << 10;

  private static Memory shared;

  /** Block cache and, charged to it, the write buffers. */
  private record Memory(Cache cache, WriteBufferManager writeBuffers) {}

  private static synchronized Memory shared(long bytes) {
    if (shared == null) {
      Cache cache = new LRUCache(bytes);
      shared = new Memory(cache, new WriteBufferManager(bytes / 2, cache));
    }
    return shared;
  }

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    Memory memory = shared(Long.parseLong(String.valueOf(configs.get(BYTES))));
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(memory.cache());
    table.setCacheIndexAndFilterBlocks(true);
    table.setCacheIndexAndFilterBlocksWithHighPriority(true);
    table.setPinTopLevelIndexAndFilter(true);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(memory.writeBuffers());
    options.setWriteBufferSize(WRITE_BUFFER_BYTES);
    options.setMaxWriteBufferNumber(2);
    options.setManifestPreallocationSize(MANIFEST_BYTES);
  }

  @Override
  public void close(String storeName, Options options) {
    // The memory is shared: closing it here would take it from the other stores.
  }
}
