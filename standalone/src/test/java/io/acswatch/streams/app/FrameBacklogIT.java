package io.acswatch.streams.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.standalone.EmbeddedBroker;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Asks a real broker, whose index by time decides the answer. */
class FrameBacklogIT {
  private static final double TENTH = 1.1;

  @Test
  void tellsHowManyFramesWaitAndForHowLong() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT)) {
      IsolationConfig config = IsolationConfig.of(broker.bootstrapServers());
      Topics.create(config, new Topics.Layout(Optional.of(2), Optional.empty()));
      try (BrokerSession session = new BrokerSession(config);
          FrameBacklog backlog = backlog(config)) {
        assertEquals(new FrameBacklog.Size(0, 0), backlog.ask(session));

        long sent = send(config, 0);
        send(config, 1);
        Awaitility.await()
            .atMost(Duration.ofMinutes(4))
            .until(() -> backlog.ask(session).oldestAgeSeconds() > 2);
        assertEquals(2, backlog.ask(session).frames());
        assertAge(backlog, session, sent);

        // One is done; the other waits on, and so does a later one behind it.
        TopicPartition done = new TopicPartition(config.topics().frames(), 0);
        session.answer(
            session
                .admin()
                .alterConsumerGroupOffsets(
                    config.applicationId(), Map.of(done, new OffsetAndMetadata(1)))
                .all());
        send(config, 1);
        assertEquals(2, backlog.ask(session).frames());
        assertAge(backlog, session, sent);
      }
    }
  }

  private static void assertAge(FrameBacklog backlog, BrokerSession session, long sentMillis) {
    double atLeast = (System.currentTimeMillis() - sentMillis) / 1e3;
    double age = backlog.ask(session).oldestAgeSeconds();
    double atMost = (System.currentTimeMillis() - sentMillis) / 1e3 * TENTH + 1;
    assertTrue(
        age >= atLeast / TENTH - 1 && age <= atMost,
        () -> "age " + age + ", expected " + atLeast + " to " + atMost);
  }

  private static FrameBacklog backlog(IsolationConfig config) {
    return new FrameBacklog(config, System::currentTimeMillis, (frames, age) -> {});
  }

  /** Returns when the broker took the frame, by its clock, which is ours. */
  private static long send(IsolationConfig config, int partition) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", config.bootstrapServers()),
            new StringSerializer(),
            new ByteArraySerializer())) {
      return producer
          .send(new ProducerRecord<>(config.topics().frames(), partition, "h", new byte[1]))
          .get()
          .timestamp();
    }
  }
}
