package io.acswatch.streams.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.standalone.EmbeddedBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Watches a real broker through a session that never gets an answer, and through the next one. */
class BrokerWatchIT {
  @Test
  void asksAnotherSessionWhereOneHasNoAnswer() throws Exception {
    List<Boolean> told = Collections.synchronizedList(new ArrayList<>());
    List<BrokerSession> opened = Collections.synchronizedList(new ArrayList<>());
    try (EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT);
        BrokerWatch watch =
            new BrokerWatch(
                IsolationConfig.from(
                    Map.of("streams.bootstrap.servers", broker.bootstrapServers())),
                told::add)) {
      IsolationConfig config =
          IsolationConfig.from(Map.of("streams.bootstrap.servers", broker.bootstrapServers()));
      watch.start(
          () -> {
            BrokerSession session = new BrokerSession(config, BrokerWatch.TIMEOUT);
            if (opened.isEmpty()) {
              session.close(); // as good as one that waits for ever
            }
            opened.add(session);
            return session;
          });

      Awaitility.await()
          .atMost(Duration.ofMinutes(4))
          .until(() -> told.equals(List.of(true, false, true)));
      assertEquals(2, opened.size());
    }
  }
}
