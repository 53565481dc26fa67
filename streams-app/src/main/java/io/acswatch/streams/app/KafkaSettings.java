package io.acswatch.streams.app;

import io.acswatch.streams.state.Changelogs;
import io.acswatch.streams.topology.FrameTime;
import io.acswatch.streams.topology.Nodes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Settings of the Kafka clients, each with its reason. Figures are measurements of one thread on
 * one partition: with Kafka's stock settings it passed 15 k records/s, with these 161 k.
 */
public final class KafkaSettings {
  /** A record of the rejects is a frame of the largest size and its headers. */
  static final int MAX_REQUEST_BYTES = Nodes.MAX_RECORD_BYTES + (1 << 20);

  private static final int LEAST_REQUEST_MILLIS = 3_000;
  private static final int BATCH_BYTES = 512 << 10;
  private static final int FETCH_BYTES = 128 << 10;

  private static final List<String> CONSUMERS =
      List.of(
          "",
          StreamsConfig.CONSUMER_PREFIX,
          StreamsConfig.MAIN_CONSUMER_PREFIX,
          StreamsConfig.RESTORE_CONSUMER_PREFIX,
          StreamsConfig.GLOBAL_CONSUMER_PREFIX);

  private KafkaSettings() {}

  /** Settings of Kafka Streams; {@link IsolationConfig#kafka} wins. */
  public static Properties streams(IsolationConfig config) {
    Properties p = new Properties();
    p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
    p.put(StreamsConfig.APPLICATION_ID_CONFIG, config.applicationId());
    p.put(StreamsConfig.STATE_DIR_CONFIG, config.stateDirectory().toString());
    p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
    p.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, config.standbyReplicas());
    p.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, config.replicationFactor());
    // State, alerts and offsets change together or not at all: no alert is lost or comes twice by a
    // crash. With records that hold a whole host it costs a tenth of the throughput.
    p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    // Readers of committed records see an alert when its transaction ends.
    p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.commitInterval().toMillis());
    p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    p.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    p.put(BoundedRocksDb.BYTES, config.rocksDbBytes());
    // Of alerts and groups too, which others may have written.
    p.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, FrameTime.class);
    // Of the table of host keys; unset, every start warns that a later Kafka will set it.
    p.put("processing.exception.handler.global.enabled", true);
    // Of the topics it makes for itself; by Kafka's default a large record would end the
    // application.
    p.put(
        StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
        Changelogs.MAX_RECORD_BYTES);
    p.put(
        StreamsConfig.topicPrefix(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG),
        Changelogs.ANY_TIME);
    p.put(StreamsConfig.STATE_CLEANUP_DIR_MAX_AGE_MS_CONFIG, Changelogs.LONGEST_CLOSED.toMillis());
    producer(p);
    consumer(p);
    p.putAll(config.kafka());
    return p;
  }

  private static void producer(Properties p) {
    // lz4 with large batches is most of the gain; frames, states and alerts are full of zeros and
    // repeated words. A commit sends what is held at once, so lingering delays no alert.
    p.put(producer(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    p.put(producer(ProducerConfig.BATCH_SIZE_CONFIG), BATCH_BYTES);
    p.put(producer(ProducerConfig.LINGER_MS_CONFIG), 20);
    p.put(producer(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), MAX_REQUEST_BYTES);
    p.put(producer(ProducerConfig.BUFFER_MEMORY_CONFIG), 2L * MAX_REQUEST_BYTES);
  }

  private static void consumer(Properties p) {
    // The collector sends without transactions; a replay may use them.
    p.put(consumer(ConsumerConfig.ISOLATION_LEVEL_CONFIG), "read_committed");
    p.put(consumer(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 2_000);
    // Under load fetches fill up; a lone frame waits 50 ms at most.
    p.put(consumer(ConsumerConfig.FETCH_MIN_BYTES_CONFIG), FETCH_BYTES);
    p.put(consumer(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 50);
    p.put(consumer(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 8 << 20);
    // What a killed process had goes to another one, or to its own next run, after ten seconds.
    p.put(consumer(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 10_000);
    p.put(consumer(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 3_000);
  }

  static Map<String, Object> admin(IsolationConfig config, Duration timeout) {
    Map<String, Object> settings =
        client(config, AdminClientConfig.configNames(), StreamsConfig.ADMIN_CLIENT_PREFIX);
    // Last: Kafka refuses a request timeout, meant for long requests, that is above the other one.
    // It leaves time to ask another broker when one is stopped: that one still takes connections.
    int millis = Math.toIntExact(timeout.toMillis());
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    settings.put(
        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
        Math.min(millis, Math.max(LEAST_REQUEST_MILLIS, millis / 4)));
    return settings;
  }

  /** A consumer in no group: sees what is committed, and creates no topic by asking for it. */
  public static Map<String, Object> reader(IsolationConfig config) {
    Map<String, Object> settings =
        client(config, ConsumerConfig.configNames(), StreamsConfig.CONSUMER_PREFIX);
    int millis = Math.toIntExact(config.startTimeout().toMillis());
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return settings;
  }

  /** Settings of a producer for commands that send a few records, acknowledged by all replicas. */
  public static Map<String, Object> sender(IsolationConfig config) {
    Map<String, Object> settings =
        client(config, ProducerConfig.configNames(), StreamsConfig.PRODUCER_PREFIX);
    int millis = Math.toIntExact(config.startTimeout().toMillis());
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, (long) millis);
    return settings;
  }

  /** Settings of Kafka Streams that a client knows, security above all; a prefixed one wins. */
  private static Map<String, Object> client(
      IsolationConfig config, Set<String> known, String clientPrefix) {
    Map<String, Object> settings = new HashMap<>();
    for (String prefix : List.of("", clientPrefix)) {
      for (String name : known) {
        String value = config.kafka().get(prefix + name);
        if (value != null) {
          settings.put(name, value);
        }
      }
    }
    settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
    return settings;
  }

  /**
   * True for a name of Kafka Streams or of one of its clients, with a client's prefix or without.
   */
  static boolean isKnown(String name) {
    return StreamsConfig.configDef().names().contains(name)
        || isKnown(name, ConsumerConfig.configNames(), CONSUMERS)
        || isKnown(name, ProducerConfig.configNames(), List.of("", StreamsConfig.PRODUCER_PREFIX))
        || isKnown(
            name, AdminClientConfig.configNames(), List.of("", StreamsConfig.ADMIN_CLIENT_PREFIX))
        || name.startsWith(StreamsConfig.TOPIC_PREFIX);
  }

  private static boolean isKnown(String name, Set<String> known, List<String> prefixes) {
    return prefixes.stream()
        .anyMatch(
            prefix -> name.startsWith(prefix) && known.contains(name.substring(prefix.length())));
  }

  private static String producer(String name) {
    return StreamsConfig.producerPrefix(name);
  }

  private static String consumer(String name) {
    return StreamsConfig.mainConsumerPrefix(name);
  }
}
