package io.acswatch.streams.app;

import io.acswatch.streams.topology.DeletedFrames;
import io.acswatch.streams.topology.DeletedFrames.Gap;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consumer of a stream thread, which notes what was deleted before it came to it. Kafka Streams
 * goes on with the first record that is there and says nothing of those before. Nobody else can say
 * how many they were: a moment later the position is behind them.
 */
final class FrameConsumer extends KafkaConsumer<byte[], byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(FrameConsumer.class);

  private final String frames;
  private final DeletedFrames deleted;
  private final Map<TopicPartition, Long> outOfRange = new HashMap<>();

  FrameConsumer(Map<String, Object> settings, String frames, DeletedFrames deleted) {
    super(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.frames = frames;
    this.deleted = deleted;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    try {
      return super.poll(timeout);
    } catch (OffsetOutOfRangeException gone) {
      outOfRange.putAll(gone.offsetOutOfRangePartitions());
      throw gone; // Kafka Streams sends it to the beginning
    }
  }

  @Override
  public void seekToBeginning(Collection<TopicPartition> partitions) {
    beginningOffsets(partitions)
        .forEach(
            (partition, first) -> {
              seek(partition, first);
              Long position = outOfRange.remove(partition);
              note(partition, new Gap(position == null ? Gap.UNKNOWN : position, first));
            });
  }

  private void note(TopicPartition partition, Gap gap) {
    if (gap.from() >= gap.to()) {
      return; // the topic was made anew
    }
    if (gap.from() != Gap.UNKNOWN) {
      LOG.warn(
          "Retention deleted {} records of {} before they were read",
          gap.to() - gap.from(),
          partition);
    }
    if (partition.topic().equals(frames)) {
      deleted.note(partition.partition(), gap);
    }
  }
}
