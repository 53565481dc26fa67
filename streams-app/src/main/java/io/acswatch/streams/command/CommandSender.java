package io.acswatch.streams.command;

import io.acswatch.cli.CommandFailure;
import io.acswatch.streams.app.BrokerSession;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.KafkaSettings;
import io.acswatch.streams.topology.RetireHost;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Puts what people say of hosts into the frames topic: records with the host as key, a header and
 * no value, which the streams application comes to in the order of the host's frames.
 */
final class CommandSender implements AutoCloseable {
  private final BrokerSession session;
  private final Producer<String, byte[]> producer;
  private final String topic;

  /**
   * A sender to the frames topic.
   *
   * @throws CommandFailure if no broker answers, or there is no such topic
   */
  CommandSender(IsolationConfig config) {
    topic = config.topics().frames();
    session = new BrokerSession(config);
    try {
      TopicSession.requireTopic(session, config, topic);
      producer =
          new KafkaProducer<>(
              KafkaSettings.sender(config), new StringSerializer(), new ByteArraySerializer());
    } catch (KafkaException refused) {
      session.close();
      throw session.refused(refused);
    } catch (CommandFailure refused) {
      session.close();
      throw refused;
    }
  }

  /** Asks to forget the host; returns when the broker has it, and where. */
  RecordMetadata retire(String host, String reason) throws InterruptedException {
    return send(host, RetireHost.HEADER, reason.getBytes(StandardCharsets.UTF_8));
  }

  private RecordMetadata send(String host, String header, byte[] value)
      throws InterruptedException {
    ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, host, null);
    record.headers().add(header, value);
    try {
      return producer.send(record).get();
    } catch (ExecutionException refused) {
      throw session.refused(refused.getCause());
    } catch (KafkaException refused) {
      throw session.refused(refused);
    }
  }

  @Override
  public void close() {
    producer.close();
    session.close();
  }
}
