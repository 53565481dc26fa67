package io.acswatch.streams.state;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** How the topics are kept from which stores are read back. */
public final class Changelogs {
  /** Largest record of a changelog: a state of a host that came from the largest frame. */
  public static final int MAX_RECORD_BYTES = 16 << 20;

  /**
   * How long the ends of keys and of transactions stay. Stores on disk must not be older when they
   * are used again: they would keep keys whose end is gone.
   */
  private static final Duration ENDS_KEPT = Duration.ofHours(6);

  /**
   * How far ahead of a broker's clock the time of a record may be, in topics of the application's
   * own. A record has the time at which a broker took the frame it came of; where that clock is an
   * hour ahead of another broker's, that one would refuse the record, and end every instance.
   */
  public static final String ANY_TIME = Long.toString(Long.MAX_VALUE);

  /** A store that was closed longer ago is read back from the beginning. */
  public static final Duration LONGEST_CLOSED = ENDS_KEPT.dividedBy(2);

  /**
   * Settings of each changelog. Only segments that are closed are compacted; by Kafka's defaults,
   * seven days or 1 GiB, a store would be read back from all that was ever written to it. With
   * these it is read back from its keys, from what changed in some ten minutes, and from the ends.
   */
  public static final Map<String, String> SETTINGS =
      Map.of(
          TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(MAX_RECORD_BYTES),
          TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, ANY_TIME,
          TopicConfig.SEGMENT_MS_CONFIG, Long.toString(Duration.ofMinutes(5).toMillis()),
          TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(4 * MAX_RECORD_BYTES),
          TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.2",
          TopicConfig.DELETE_RETENTION_MS_CONFIG, Long.toString(ENDS_KEPT.toMillis()));

  private Changelogs() {}

  /** A store of bytes by text; exactly-once would write out a cache at every commit anyway. */
  public static StoreBuilder<KeyValueStore<String, byte[]>> store(String name) {
    return Stores.keyValueStoreBuilder(new RebuiltStores(name), Serdes.String(), Serdes.ByteArray())
        .withCachingDisabled()
        .withLoggingEnabled(SETTINGS);
  }
}
