package io.acswatch.streams.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a topic as any consumer would, in no group and with what is committed only. Records of one
 * partition come in their order; within one poll those of all partitions come in order of time.
 */
public final class TopicReader implements AutoCloseable {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final Map<TopicPartition, Long> end;

  /** Where to begin. */
  public record Start(long atMillis) {
    /** At the oldest record there is. */
    public static final Start BEGINNING = new Start(Long.MIN_VALUE);

    /** With what comes from now on. */
    public static final Start END = new Start(Long.MAX_VALUE);

    /** With the first record that the broker took at that time or later. */
    public static Start at(long millis) {
      return new Start(Math.max(0, millis));
    }
  }

  /** A reader with these settings, at its start. The topic must exist. */
  public TopicReader(Map<String, Object> settings, String topic, Start start) {
    consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      partitions =
          consumer.partitionsFor(topic).stream()
              .map(partition -> new TopicPartition(topic, partition.partition()))
              .sorted(Comparator.comparing(TopicPartition::partition))
              .toList();
      consumer.assign(partitions);
      end = Map.copyOf(consumer.endOffsets(partitions));
      seek(start);
    } catch (RuntimeException refused) {
      consumer.close();
      throw refused;
    }
  }

  private void seek(Start start) {
    if (start.equals(Start.BEGINNING)) {
      consumer.seekToBeginning(partitions);
    } else if (start.equals(Start.END)) {
      end.forEach(consumer::seek);
    } else {
      Map<TopicPartition, Long> times = new HashMap<>();
      partitions.forEach(partition -> times.put(partition, start.atMillis()));
      consumer
          .offsetsForTimes(times)
          .forEach((partition, found) -> consumer.seek(partition, offset(partition, found)));
    }
  }

  /** A partition in which nothing is that young begins at its end. */
  private long offset(TopicPartition partition, OffsetAndTimestamp found) {
    return found == null ? end.get(partition) : found.offset();
  }

  /** Begins at this offset in that partition. */
  public void seek(int partition, long offset) {
    consumer.seek(new TopicPartition(partitions.get(0).topic(), partition), offset);
  }

  /** Number of partitions. */
  public int partitions() {
    return partitions.size();
  }

  /** What arrives within {@code wait}; empty if nothing does. */
  public List<ConsumerRecord<byte[], byte[]>> poll(Duration wait) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    consumer.poll(wait).forEach(records::add);
    records.sort(Comparator.comparingLong(ConsumerRecord::timestamp));
    return records;
  }

  /** True if all has been read that was there when this reader began. */
  public boolean hasReachedEnd() {
    return partitions.stream()
        .allMatch(partition -> consumer.position(partition) >= end.get(partition));
  }

  /** True if the record was there when this reader began. */
  public boolean wasThere(ConsumerRecord<?, ?> record) {
    return record.offset() < end.get(new TopicPartition(record.topic(), record.partition()));
  }

  /** Ends a poll under way, which then throws; may be called by another thread. */
  public void wakeUp() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
