package io.acswatch.streams.command;

import io.acswatch.cli.CommandFailure;
import io.acswatch.streams.app.BrokerSession;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.KafkaSettings;
import io.acswatch.streams.topology.HostRequest;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends commands on hosts: records with the host as key, which the streams application comes to
 * beside the frames of the host.
 */
final class CommandSender implements AutoCloseable {
  private final BrokerSession session;
  private final Producer<String, byte[]> producer;
  private final String topic;

  /**
   * A sender to the commands topic.
   *
   * @throws CommandFailure if no broker answers, or there is no such topic
   */
  CommandSender(IsolationConfig config) {
    topic = config.topics().commands();
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
    try {
      return producer.send(new ProducerRecord<>(topic, host, new HostRequest(reason).json())).get();
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
