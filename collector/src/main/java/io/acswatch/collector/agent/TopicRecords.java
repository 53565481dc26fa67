package io.acswatch.collector.agent;

import io.acswatch.cli.BrokerFailure;
import io.acswatch.cli.CommandFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads a topic as any consumer would: committed records only, in no group. */
public final class TopicRecords implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConsumer<String, byte[]> consumer;
  private final List<TopicPartition> partitions;

  /**
   * A reader from the beginning of the topic, or from its end.
   *
   * @throws KafkaException if no broker answers
   * @throws CommandFailure if there is no such topic
   */
  public TopicRecords(String servers, String topic, boolean fromBeginning, Map<String, ?> further) {
    String problem = BrokerFailure.otherListener(servers, further);
    if (problem != null) {
      throw new CommandFailure(problem);
    }
    Map<String, Object> settings = new HashMap<>(further);
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    try {
      partitions =
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .toList();
      if (partitions.isEmpty()) {
        throw new CommandFailure("topic %s does not exist at %s".formatted(topic, servers));
      }
      consumer.assign(partitions);
      if (fromBeginning) {
        consumer.seekToBeginning(partitions);
      } else {
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position); // seeks are lazy: the end is that of now
      }
    } catch (RuntimeException refused) {
      consumer.close();
      throw refused;
    }
  }

  public ConsumerRecords<String, byte[]> poll(Duration wait) {
    return consumer.poll(wait);
  }

  /** Reads on to what is the end now: the last value of each key, null for a tombstone. */
  public SortedMap<String, byte[]> lastValues() {
    SortedMap<String, byte[]> values = new TreeMap<>();
    Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
    while (partitions.stream().anyMatch(p -> consumer.position(p) < end.get(p))) {
      consumer.poll(POLL).forEach(record -> values.put(record.key(), record.value()));
    }
    return values;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
