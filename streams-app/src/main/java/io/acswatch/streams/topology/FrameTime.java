package io.acswatch.streams.topology;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Time of a record: its timestamp, or, where a sender wrote none or a negative one, that of the
 * record before. Kafka's own extractors would stop the application, or drop the record.
 */
public final class FrameTime implements TimestampExtractor {
  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    return record.timestamp() >= 0 ? record.timestamp() : Math.max(0, partitionTime);
  }
}
