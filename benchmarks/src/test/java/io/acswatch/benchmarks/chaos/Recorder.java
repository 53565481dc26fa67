package io.acswatch.benchmarks.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads topics while they are written, as a reader of committed records does: what is deleted later
 * was seen.
 */
final class Recorder {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> seen = new HashMap<>();
  private final Map<ConsumerRecord<byte[], byte[]>, Long> times = new IdentityHashMap<>();
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Thread thread = new Thread(this::read, "recorder");
  private final boolean keepsValues;
  private volatile boolean ended;
  private volatile String problem = "";

  /** One that keeps values, or only keys and the times at which they came. */
  Recorder(String bootstrapServers, Collection<TopicPartition> partitions, boolean keepsValues) {
    this.keepsValues = keepsValues;
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                100,
                ConsumerConfig.METADATA_MAX_AGE_CONFIG,
                5_000),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    thread.setDaemon(true);
    thread.start();
  }

  private void read() {
    try {
      while (!ended) {
        var records = consumer.poll(Duration.ofMillis(200));
        synchronized (this) {
          long now = System.currentTimeMillis();
          for (ConsumerRecord<byte[], byte[]> came : records) {
            var record =
                keepsValues
                    ? came
                    : new ConsumerRecord<byte[], byte[]>(
                        came.topic(), came.partition(), came.offset(), came.key(), null);
            times.put(record, now);
            seen.computeIfAbsent(
                    new TopicPartition(came.topic(), came.partition()),
                    partition -> new ArrayList<>())
                .add(record);
          }
          for (TopicPartition partition : consumer.assignment()) {
            positions.put(partition, consumer.position(partition, Duration.ofSeconds(30)));
          }
        }
      }
    } catch (KafkaException failed) {
      problem = failed.toString();
    } finally {
      consumer.close();
    }
  }

  /** When a record was seen, milliseconds since 1970. */
  synchronized long seenMillis(ConsumerRecord<byte[], byte[]> record) {
    return times.get(record);
  }

  /** Up to where a partition was read. */
  synchronized long position(TopicPartition partition) {
    if (!problem.isEmpty()) {
      throw new IllegalStateException("the recorder ended: " + problem);
    }
    return positions.getOrDefault(partition, 0L);
  }

  /** What a topic had, partition by partition, each in its order. */
  synchronized List<ConsumerRecord<byte[], byte[]>> of(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    seen.forEach(
        (partition, some) -> {
          if (partition.topic().equals(topic)) {
            records.addAll(some);
          }
        });
    return records;
  }

  void end() throws InterruptedException {
    ended = true;
    thread.join();
  }
}
