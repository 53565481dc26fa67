package io.acswatch.streams.command;

import io.acswatch.cli.CommandFailure;
import io.acswatch.streams.app.BrokerSession;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.KafkaSettings;
import io.acswatch.streams.app.Topics;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends records to a topic one by one; each is there when the next is sent. */
final class TopicSender implements AutoCloseable {
  private final BrokerSession session;
  private final Producer<byte[], byte[]> producer;

  /** A sender; CommandFailure if no broker answers, or there is no such topic. */
  TopicSender(IsolationConfig config, String topic) {
    session = new BrokerSession(config);
    try {
      Topics.require(session, config, topic);
      producer =
          new KafkaProducer<>(
              KafkaSettings.sender(config), new ByteArraySerializer(), new ByteArraySerializer());
    } catch (KafkaException | CommandFailure refused) {
      session.close();
      throw refused instanceof CommandFailure said ? said : session.refused(refused);
    }
  }

  /** Returns when the broker has it, and where. */
  RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
    try {
      return producer.send(record).get();
    } catch (ExecutionException refused) {
      throw session.refused(refused.getCause());
    } catch (KafkaException refused) {
      throw session.refused(refused);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("stopped while sending", stopped);
    }
  }

  @Override
  public void close() {
    producer.close();
    session.close();
  }
}
