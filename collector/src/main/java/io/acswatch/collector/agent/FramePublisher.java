package io.acswatch.collector.agent;

import io.acswatch.wire.TopicNames;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Sends frames to the frames topic, keyed by host id, one after the other: each is acknowledged by
 * all in-sync replicas before the next is sent, so their order is the order in which they were
 * given. Not thread-safe, but for {@link #close}.
 */
public final class FramePublisher implements AutoCloseable {
  private final Producer<String, byte[]> producer;
  private final String topic;
  private final BrokerProbe probe;

  /**
   * A publisher with these settings of the producer, as of {@link ProducerSettings}.
   *
   * @throws SendException if the producer refuses them or cannot resolve a broker's name
   */
  public FramePublisher(Map<String, Object> settings, TopicNames topics) throws SendException {
    String servers = String.valueOf(settings.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG));
    probe = new BrokerProbe(servers);
    topic = topics.frames();
    try {
      producer = new KafkaProducer<>(settings);
    } catch (KafkaException refused) {
      Throwable root = rootOf(refused);
      throw new SendException("Kafka producer: " + root.getMessage(), refused, false);
    }
  }

  /**
   * Sends one frame and waits until it is acknowledged.
   *
   * @throws SendException if it was not acknowledged in time or was refused; it may have arrived
   *     all the same
   */
  public RecordMetadata send(OutgoingFrame frame) throws SendException, InterruptedException {
    try {
      Future<RecordMetadata> sent =
          producer.send(new ProducerRecord<>(topic, frame.host(), frame.value()));
      return sent.get();
    } catch (ExecutionException failed) {
      throw failure(failed.getCause() == null ? failed : failed.getCause());
    } catch (InterruptException interrupted) {
      throw new InterruptedException();
    } catch (KafkaException failed) {
      throw failure(failed);
    }
  }

  private SendException failure(Throwable cause) {
    boolean permanent =
        cause instanceof RecordTooLargeException
            || cause instanceof SerializationException
            || cause instanceof InvalidTopicException;
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new SendException(
        permanent ? "topic " + topic + ": " + message : probe.explain(topic, message),
        cause,
        permanent);
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /** Gives up what is under way after {@code timeout}. */
  public void close(Duration timeout) {
    producer.close(timeout);
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(5));
  }
}
