package io.acswatch.streams.command;

import io.acswatch.cli.ClockWatch;
import io.acswatch.cli.CommandFailure;
import io.acswatch.streams.app.BrokerSession;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.KafkaSettings;
import io.acswatch.streams.app.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a topic as any consumer would, in no group and with what is committed only. Records of one
 * partition come in their order; within one poll those of all partitions come in order of time.
 */
final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private volatile KafkaConsumer<byte[], byte[]> consumer;
  private volatile boolean isStopped;
  private volatile boolean isOlderThanClock;
  private final Thread clock = new ClockWatch().watch(back -> clockSetBack());
  private final IsolationConfig config;
  private final List<TopicPartition> partitions;
  private final Map<TopicPartition, Long> end;

  /** Where to begin: at the oldest record there is. */
  static final long BEGINNING = Long.MIN_VALUE;

  static final long END = Long.MAX_VALUE;

  /**
   * A reader of the topic.
   *
   * @param start {@link #BEGINNING}, {@link #END}, or a time in milliseconds since 1970: with the
   *     first record that the broker took then or later
   * @throws CommandFailure if no broker answers, or there is no such topic
   */
  static TopicReader open(IsolationConfig config, String topic, long start) {
    try (BrokerSession session = new BrokerSession(config)) {
      Topics.require(session, config, topic);
      try {
        return new TopicReader(config, topic, start);
      } catch (KafkaException refused) {
        throw session.refused(refused);
      }
    }
  }

  private TopicReader(IsolationConfig config, String topic, long start) {
    this.config = config;
    consumer = consumer();
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
      close();
      throw refused;
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        KafkaSettings.reader(config), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private void seek(long start) {
    if (start == BEGINNING) {
      consumer.seekToBeginning(partitions);
    } else if (start == END) {
      end.forEach(consumer::seek);
    } else {
      Map<TopicPartition, Long> times = new HashMap<>();
      partitions.forEach(partition -> times.put(partition, Math.max(0, start)));
      consumer
          .offsetsForTimes(times)
          .forEach((partition, found) -> consumer.seek(partition, offset(partition, found)));
    }
  }

  /** A partition in which nothing is that young begins at its end. */
  private long offset(TopicPartition partition, OffsetAndTimestamp found) {
    return found == null ? end.get(partition) : found.offset();
  }

  public void seek(int partition, long offset) {
    consumer.seek(new TopicPartition(partitions.get(0).topic(), partition), offset);
  }

  public int partitions() {
    return partitions.size();
  }

  /** What arrives soon, or nothing; WakeupException after {@link #wakeUp}. */
  public List<ConsumerRecord<byte[], byte[]>> poll() {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try {
      consumer.poll(POLL).forEach(records::add);
    } catch (WakeupException woken) {
      if (isStopped || !isOlderThanClock) {
        throw woken;
      }
      replaceConsumer();
    } catch (KafkaException failed) {
      throw BrokerSession.refused(config, failed);
    }
    records.sort(Comparator.comparingLong(ConsumerRecord::timestamp));
    return records;
  }

  /** A poll under way would last as long as the clock was set back. */
  private void clockSetBack() {
    isOlderThanClock = true;
    consumer.wakeup();
  }

  private void replaceConsumer() {
    isOlderThanClock = false;
    Map<TopicPartition, Long> positions = new HashMap<>();
    partitions.forEach(partition -> positions.put(partition, consumer.position(partition)));
    consumer.close(CloseOptions.timeout(Duration.ZERO));
    consumer = consumer();
    consumer.assign(partitions);
    positions.forEach(consumer::seek);
  }

  /** Reads a compacted topic to its end: the last value of each key. */
  Map<String, byte[]> table() {
    Map<String, byte[]> table = new TreeMap<>();
    while (!hasReachedEnd()) {
      for (ConsumerRecord<byte[], byte[]> record : poll()) {
        table.put(new String(record.key(), StandardCharsets.UTF_8), record.value());
      }
    }
    table.values().removeIf(Objects::isNull);
    return table;
  }

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
    isStopped = true;
    consumer.wakeup();
  }

  @Override
  public void close() {
    clock.interrupt();
    consumer.close();
  }
}
