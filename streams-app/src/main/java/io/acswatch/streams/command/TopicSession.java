package io.acswatch.streams.command;

import io.acswatch.cli.CommandFailure;
import io.acswatch.streams.app.BrokerSession;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.KafkaSettings;
import io.acswatch.streams.app.Topics;
import java.util.List;
import org.apache.kafka.common.KafkaException;

/** What every command that looks at a topic does first: is there a broker, is there the topic. */
final class TopicSession {
  private TopicSession() {}

  /** A reader of the topic, at its start. */
  static TopicReader open(IsolationConfig config, String topic, TopicReader.Start start) {
    try (BrokerSession session = new BrokerSession(config)) {
      requireTopic(session, config, topic);
      try {
        return new TopicReader(KafkaSettings.reader(config), topic, start);
      } catch (KafkaException refused) {
        throw session.refused(refused);
      }
    }
  }

  static void requireTopic(BrokerSession session, IsolationConfig config, String topic) {
    if (!Topics.missing(session, List.of(topic)).isEmpty()) {
      throw new CommandFailure(
          "topic %s does not exist at %s".formatted(topic, config.bootstrapServers()));
    }
  }
}
