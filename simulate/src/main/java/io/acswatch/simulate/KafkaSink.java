package io.acswatch.simulate;

import io.acswatch.collector.agent.ProducerSettings;
import io.acswatch.wire.TopicNames;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Sends records with the collector's settings, many at a time: the records of a host stay in order,
 * those of the fleet fill batches. A rate of 0 is none.
 */
final class KafkaSink implements FleetSink {
  private static final Duration SENDING = Duration.ofSeconds(30);

  private final Producer<String, byte[]> producer;
  private final String topic;
  private final double recordsPerSecond;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final long startedAt = System.nanoTime();
  private long sent;

  KafkaSink(String bootstrapServers, TopicNames topics, double recordsPerSecond) {
    producer =
        new KafkaProducer<>(
            ProducerSettings.of(bootstrapServers, "acswatch-simulate", SENDING, Map.of()));
    topic = topics.frames();
    this.recordsPerSecond = recordsPerSecond;
  }

  @Override
  public void accept(Emission emission) throws IOException {
    holdBack();
    try {
      producer.send(
          new ProducerRecord<>(topic, emission.host(), emission.value()),
          (metadata, problem) -> {
            if (problem != null) {
              failure.compareAndSet(null, problem);
            }
          });
    } catch (KafkaException refused) {
      failure.compareAndSet(null, refused);
    }
    sent++;
    refuseFailure();
  }

  private void holdBack() {
    if (recordsPerSecond <= 0) {
      return;
    }
    long due = startedAt + (long) (sent / recordsPerSecond * TimeUnit.SECONDS.toNanos(1));
    long wait = due - System.nanoTime();
    while (wait > 0) {
      LockSupport.parkNanos(wait);
      wait = due - System.nanoTime();
    }
  }

  private void refuseFailure() throws IOException {
    Exception problem = failure.get();
    if (problem != null) {
      throw new IOException("topic " + topic + ": " + problem.getMessage(), problem);
    }
  }

  @Override
  public void close() throws IOException {
    producer.flush();
    producer.close();
    refuseFailure();
  }
}
