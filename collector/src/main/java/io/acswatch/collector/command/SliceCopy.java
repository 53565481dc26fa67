package io.acswatch.collector.command;

import io.acswatch.collector.agent.SendException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Copies records to another topic as they are. Those of one key stay in their order: they come from
 * one partition, and go to one.
 */
public final class SliceCopy implements AutoCloseable {
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private long copied;

  /**
   * A copier with these settings of the producer, as of {@link ProducerSettings}.
   *
   * @throws SendException if the producer refuses them
   */
  public SliceCopy(Map<String, Object> settings, String topic) throws SendException {
    this.topic = topic;
    Map<String, Object> bytes = new HashMap<>(settings);
    bytes.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    try {
      producer = new KafkaProducer<>(bytes);
    } catch (KafkaException refused) {
      throw new SendException("Kafka producer: " + refused.getMessage(), refused, false);
    }
  }

  /** Sends a record on; that it has arrived is known after {@link #finish}. */
  public void copy(ConsumerRecord<byte[], byte[]> record) throws SendException {
    try {
      producer.send(
          new ProducerRecord<>(topic, null, null, record.key(), record.value(), record.headers()),
          (sent, refused) -> failure.compareAndSet(null, refused));
    } catch (KafkaException refused) {
      failure.compareAndSet(null, refused);
    }
    failIfRefused();
    copied++;
  }

  /**
   * Waits for all acknowledgements.
   *
   * @return how many records were copied
   */
  public long finish() throws SendException {
    producer.flush();
    failIfRefused();
    return copied;
  }

  private void failIfRefused() throws SendException {
    Exception refused = failure.get();
    if (refused != null) {
      throw new SendException("topic " + topic + ": " + refused.getMessage(), refused, false);
    }
  }

  @Override
  public void close() {
    producer.close(CLOSING);
  }
}
