package io.acswatch.collector.agent;

import io.acswatch.cli.BrokerFailure;
import io.acswatch.cli.CommandFailure;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.frame.FrameSignature;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
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
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Sends frames to the frames topic, keyed by host id, one after the other: each is acknowledged by
 * all in-sync replicas before the next is sent, so their order is the order in which they were
 * given. Not thread-safe, but for {@link #close}.
 */
public final class FramePublisher implements AutoCloseable {
  private final Producer<String, byte[]> producer;
  private final String topic;
  private final Map<String, Object> settings;

  /** By settings of {@link KafkaClients}; SendException if they or a broker's name are refused. */
  public FramePublisher(Map<String, Object> settings, TopicNames topics) throws SendException {
    this.settings = settings;
    topic = topics.frames();
    String problem = BrokerFailure.otherListener(servers(), settings);
    if (problem != null) {
      throw new SendException(problem, null, false);
    }
    try {
      producer = new KafkaProducer<>(settings);
    } catch (KafkaException refused) {
      throw new SendException(BrokerFailure.describe(servers(), settings, refused), refused, false);
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
      ProducerRecord<String, byte[]> record =
          new ProducerRecord<>(topic, frame.host(), frame.value());
      if (frame.signature() != null) {
        record.headers().add(FrameSignature.HEADER, frame.signature());
      }
      return producer.send(record).get();
    } catch (ExecutionException failed) {
      throw failure(failed.getCause());
    } catch (InterruptException interrupted) {
      throw new InterruptedException();
    } catch (KafkaException failed) {
      throw failure(failed);
    }
  }

  private SendException failure(Throwable cause) throws InterruptedException {
    boolean permanent =
        cause instanceof RecordTooLargeException
            || cause instanceof SerializationException
            || cause instanceof InvalidTopicException;
    // Of a topic that does not exist the producer says the same as of a broker that is away.
    String problem =
        cause instanceof TimeoutException ? FramesTopic.problem(settings, topic) : null;
    String reason = CommandFailure.firstLine(cause);
    if (problem == null) {
      problem =
          permanent
              ? "topic " + topic + ": " + reason
              : BrokerFailure.describe(servers(), settings, cause);
    }
    return new SendException(problem, cause, permanent);
  }

  private String servers() {
    return String.valueOf(settings.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG));
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
