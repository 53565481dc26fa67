package io.acswatch.collector.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.acswatch.cli.BrokerFailure;
import io.acswatch.wire.TopicNames;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StandInBrokerTest {
  @Test
  void takesTheFramesOfASender() throws Exception {
    StandInBroker broker = new StandInBroker();
    Thread thread =
        new Thread(
            () -> {
              try {
                broker.run();
              } catch (java.io.IOException closed) {
                return;
              }
            });
    thread.setDaemon(true);
    thread.start();
    String server = "127.0.0.1:" + broker.port();
    Map<String, Object> settings =
        KafkaClients.producer(server, "c", Duration.ofSeconds(10), Map.of());

    assertNull(BrokerFailure.problem(server, settings));
    try (FramePublisher publisher = new FramePublisher(settings, TopicNames.DEFAULT)) {
      OutgoingFrame frame = new OutgoingFrame("h", 1, new byte[] {1, 2, 3}, null);

      assertEquals("acswatch.frames", publisher.send(frame).topic());
      publisher.send(frame);
    }
  }
}
