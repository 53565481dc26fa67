package io.acswatch.collector.command;

import io.acswatch.collector.agent.SendException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * A part of a topic of frames as it lies there now: per partition from an offset up to another one.
 * It is read partition by partition, so that each partition comes in its order.
 */
public final class FrameSlice implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String topic;
  private final Map<Integer, Range> ranges = new TreeMap<>();

  /**
   * Offsets of one partition.
   *
   * @param from the first
   * @param to the first that no longer belongs to it
   */
  public record Range(long from, long to) {}

  /** Takes a record; what it throws ends the reading. */
  @FunctionalInterface
  public interface Sink {
    /** Takes the next record. */
    void accept(ConsumerRecord<byte[], byte[]> record) throws SendException, InterruptedException;
  }

  private FrameSlice(KafkaConsumer<byte[], byte[]> consumer, String topic) {
    this.consumer = consumer;
    this.topic = topic;
  }

  /**
   * All of a topic.
   *
   * @throws SendException if no broker answers within {@code timeout}, or none has the topic
   */
  public static FrameSlice of(String bootstrapServers, String topic, Duration timeout)
      throws SendException {
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            false,
            ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            Math.toIntExact(timeout.toMillis()));
    String where = "topic %s at %s: ".formatted(topic, bootstrapServers);
    FrameSlice slice = null;
    try {
      slice =
          new FrameSlice(
              new KafkaConsumer<>(
                  settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
              topic);
      if (!slice.takeAll()) {
        throw new KafkaException("it does not exist");
      }
      return slice;
    } catch (KafkaException refused) {
      if (slice != null) {
        slice.close();
      }
      Throwable reason = refused.getCause() == null ? refused : refused.getCause();
      throw new SendException(where + reason.getMessage(), refused, false);
    }
  }

  private boolean takeAll() {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
    consumer
        .beginningOffsets(partitions)
        .forEach(
            (partition, from) ->
                ranges.put(partition.partition(), new Range(from, end.get(partition))));
    return !partitions.isEmpty();
  }

  /** Keeps of the slice what the broker took in that time; null is no limit. */
  public void between(@Nullable Instant since, @Nullable Instant until) {
    narrow(
        since == null ? Map.of() : offsetsAt(since), until == null ? Map.of() : offsetsAt(until));
  }

  /** Keeps of the slice these offsets of these partitions, and no other partition. */
  public void only(Map<Integer, Range> wanted) {
    ranges.keySet().retainAll(wanted.keySet());
    ranges.replaceAll(
        (partition, range) ->
            new Range(
                Math.max(range.from(), wanted.get(partition).from()),
                Math.min(range.to(), wanted.get(partition).to())));
  }

  private void narrow(Map<Integer, Long> from, Map<Integer, Long> to) {
    ranges.replaceAll(
        (partition, range) ->
            new Range(
                Math.max(range.from(), from.getOrDefault(partition, Long.MIN_VALUE)),
                Math.min(range.to(), to.getOrDefault(partition, Long.MAX_VALUE))));
  }

  private Map<Integer, Long> offsetsAt(Instant time) {
    Map<TopicPartition, Long> times = new HashMap<>();
    ranges
        .keySet()
        .forEach(partition -> times.put(new TopicPartition(topic, partition), time.toEpochMilli()));
    Map<Integer, Long> offsets = new HashMap<>();
    consumer
        .offsetsForTimes(times)
        .forEach((partition, found) -> offsets.put(partition.partition(), offset(found)));
    return offsets;
  }

  /** Where nothing is that young, all there is lies before. */
  private static long offset(@Nullable OffsetAndTimestamp found) {
    return found == null ? Long.MAX_VALUE : found.offset();
  }

  /** Hands over the slice, one partition after the other. */
  public void forEach(Sink sink) throws SendException, InterruptedException {
    for (Map.Entry<Integer, Range> range : ranges.entrySet()) {
      read(new TopicPartition(topic, range.getKey()), range.getValue(), sink);
    }
  }

  private void read(TopicPartition partition, Range range, Sink sink)
      throws SendException, InterruptedException {
    consumer.assign(List.of(partition));
    if (range.from() < range.to()) {
      consumer.seek(partition, range.from());
    }
    // Markers of transactions take offsets too: the position tells the end, not the last record.
    while (range.from() < range.to() && consumer.position(partition) < range.to()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < range.to()) {
          sink.accept(record);
        }
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
