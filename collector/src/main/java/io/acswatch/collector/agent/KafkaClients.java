package io.acswatch.collector.agent;

import io.acswatch.cli.BrokerOptions;
import io.acswatch.cli.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Settings of the clients that send frames, and read what became of them. */
public final class KafkaClients {
  private static final int BATCH_BYTES = 512 << 10;
  private static final int LINGER_MILLIS = 10;
  private static final int MAX_REQUEST_BYTES = 16 << 20;
  private static final int MAX_RECONNECT_MILLIS = 10_000;
  private static final long BUFFER_BYTES = 32L << 20;
  private static final int CONSUMER_MILLIS = 10_000;

  private KafkaClients() {}

  /** The settings of a command that may talk to brokers; refuses, by place, what is not Kafka's. */
  public static CollectorConfig config(Settings settings) {
    settings.family(
        CollectorConfig.PRODUCER_PREFIX, name -> ProducerConfig.configNames().contains(name));
    settings.family(
        CollectorConfig.KAFKA_PREFIX,
        name ->
            ProducerConfig.configNames().contains(name)
                || ConsumerConfig.configNames().contains(name)
                || AdminClientConfig.configNames().contains(name));
    if (!settings.text(CollectorConfig.BOOTSTRAP_SERVERS).isEmpty()) {
      BrokerOptions.servers(settings, CollectorConfig.FAMILY);
    }
    return CollectorConfig.from(settings);
  }

  /** Settings of a consumer: what is said of every client, and how long it may take. */
  public static Map<String, Object> consumer(CollectorConfig config) {
    Map<String, Object> settings = new HashMap<>(config.kafka());
    settings.keySet().retainAll(ConsumerConfig.configNames());
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, CONSUMER_MILLIS);
    return settings;
  }

  /**
   * Settings of a producer of frames. Stock settings send configuration space at a tenth of the
   * rate: it is mostly zeros and compresses by thirty, the more so the more of it is in one batch.
   *
   * @param further settings by Kafka's own names, which win
   */
  public static Map<String, Object> producer(
      String bootstrapServers, String clientId, Duration sendTimeout, Map<String, String> further) {
    int timeout = Math.toIntExact(sendTimeout.toMillis());
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
    settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class.getName());
    settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    // A broker that knows nothing of a producer yet takes any of its batches for the first: with
    // more under way, one that got lost at a cut would come after later ones, and be refused.
    settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
    // The producer compares the size before compression; the broker that after it.
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1, timeout / 2));
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, timeout);
    settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, MAX_RECONNECT_MILLIS);
    // Nobody asks for Kafka's own figures: not by JMX, and brokers not for them to be pushed.
    settings.put(ProducerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
    settings.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    settings.putAll(further);
    settings.keySet().retainAll(ProducerConfig.configNames());
    return settings;
  }
}
