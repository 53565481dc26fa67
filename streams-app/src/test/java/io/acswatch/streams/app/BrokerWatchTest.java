package io.acswatch.streams.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class BrokerWatchTest {
  private final List<Boolean> told = new ArrayList<>();

  @Test
  void tellsOnceThatTheBrokerWentAndOnceThatItIsBack() {
    try (BrokerWatch watch =
        new BrokerWatch(
            IsolationConfig.from(Map.of("streams.bootstrap.servers", "b:1")), told::add)) {
      watch.answered();
      assertTrue(watch.isReachable());
      watch.failed(new TimeoutException("no node"));
      watch.failed(new DisconnectException("gone"));
      assertFalse(watch.isReachable());
      watch.answered();
      watch.answered();
      assertTrue(watch.isReachable());
    }
    assertEquals(List.of(true, false, true), told);
  }

  @Test
  void takesARefusalForAnAnswerButNotAFailedLogin() {
    try (BrokerWatch watch =
        new BrokerWatch(
            IsolationConfig.from(Map.of("streams.bootstrap.servers", "b:1")), told::add)) {
      watch.failed(new ClusterAuthorizationException("not you"));
      assertTrue(watch.isReachable());
      watch.failed(new SaslAuthenticationException("who?"));
      assertFalse(watch.isReachable());
    }
  }

  @Test
  void anAdminClientTakesTheSecurityButNotTheTimeoutsOfKafkaStreams() {
    Map<String, String> settings = new HashMap<>();
    settings.put("streams.bootstrap.servers", "b:1");
    settings.put("kafka.request.timeout.ms", "60000");
    settings.put("kafka.security.protocol", "PLAINTEXT");
    settings.put("kafka.admin.security.protocol", "SSL");
    settings.put("kafka.consumer.max.poll.records", "7");

    Map<String, Object> admin =
        KafkaSettings.admin(IsolationConfig.from(settings), Duration.ofSeconds(3));

    assertEquals(
        Map.of(
            "bootstrap.servers",
            "b:1",
            "security.protocol",
            "SSL",
            "default.api.timeout.ms",
            3_000,
            "request.timeout.ms",
            3_000),
        admin);
  }
}
