package io.acswatch.benchmarks.rig;

import io.acswatch.collector.agent.ProducerSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Sends with the collector's producer settings, and counts. Each record is a batch of its own, as
 * from a fleet, where each host sends for itself.
 */
public final class Sender implements AutoCloseable {
  private static final Duration SENDING = Duration.ofMinutes(2);

  private final KafkaProducer<String, byte[]> producer;
  private final String topic;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private long records;
  private long bytes;

  public Sender(Broker broker, String topic) {
    this.topic = topic;
    producer =
        new KafkaProducer<>(
            ProducerSettings.of(
                broker.bootstrapServers(),
                "bench-sender",
                SENDING,
                Map.of(ProducerConfig.BATCH_SIZE_CONFIG, "0")));
  }

  /** The value is copied before this returns. */
  public void send(String key, byte[] value) throws IOException {
    send(key, value, millis -> {});
  }

  /** The same; {@code appended} gets the broker's time when the record is in its log. */
  public void send(String key, byte[] value, LongConsumer appended) throws IOException {
    producer.send(
        new ProducerRecord<>(topic, key, value),
        (metadata, problem) -> {
          if (problem == null) {
            appended.accept(metadata.timestamp());
          } else {
            failure.compareAndSet(null, problem);
          }
        });
    records++;
    bytes += value.length;
    refuseFailure();
  }

  public long records() {
    return records;
  }

  public long bytes() {
    return bytes;
  }

  /** Waits until the broker has all of them. */
  public void finish() throws IOException {
    producer.flush();
    refuseFailure();
  }

  private void refuseFailure() throws IOException {
    Exception problem = failure.get();
    if (problem != null) {
      throw new IOException("topic " + topic + ": " + problem.getMessage(), problem);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
