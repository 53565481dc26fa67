package io.acswatch.simulate;

import io.acswatch.cli.BrokerFailure;
import io.acswatch.cli.CommandFailure;
import io.acswatch.collector.agent.KafkaClients;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Sends frames with the collector's settings, many at a time, a host's in their order. */
public final class FrameSender implements AutoCloseable {
  private static final Duration SENDING = Duration.ofMinutes(2);

  private final Map<String, Object> settings;
  private final KafkaProducer<String, byte[]> producer;
  private final String topic;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  /** Sends to a topic; {@code further} settings win; CommandFailure if they are refused. */
  public FrameSender(String bootstrapServers, String topic, Map<String, String> further) {
    this.topic = topic;
    settings = KafkaClients.producer(bootstrapServers, "acswatch-simulate", SENDING, further);
    try {
      producer = new KafkaProducer<>(settings);
    } catch (KafkaException refused) {
      throw new CommandFailure(
          BrokerFailure.describe(bootstrapServers, settings, refused), refused);
    }
  }

  /**
   * Sends a record; its value is copied before this returns.
   *
   * @param appended gets the broker's time when the record is in its log
   * @throws IOException if this record, or one before, could not be sent
   */
  public void send(String host, byte @Nullable [] value, LongConsumer appended) throws IOException {
    try {
      producer.send(
          new ProducerRecord<>(topic, host, value),
          (metadata, problem) -> {
            if (problem == null) {
              appended.accept(metadata.timestamp());
            } else {
              failure.compareAndSet(null, problem);
            }
          });
    } catch (KafkaException refused) {
      failure.compareAndSet(null, refused);
    }
    refuseFailure();
  }

  Map<String, Object> settings() {
    return settings;
  }

  public void finish() throws IOException {
    producer.flush();
    refuseFailure();
  }

  private void refuseFailure() throws IOException {
    Exception problem = failure.get();
    if (problem != null) {
      String servers = String.valueOf(settings.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG));
      throw new IOException(BrokerFailure.describe(servers, settings, problem), problem);
    }
  }

  @Override
  public void close() {
    producer.close();
  }

  /** Waits for the moment at which record {@code number} is due at a steady rate. */
  public static void awaitTurn(long startedNanos, long number, double recordsPerSecond) {
    long due = startedNanos + (long) (number / recordsPerSecond * TimeUnit.SECONDS.toNanos(1));
    long wait = due - System.nanoTime();
    while (wait > 0) {
      LockSupport.parkNanos(wait);
      wait = due - System.nanoTime();
    }
  }
}
