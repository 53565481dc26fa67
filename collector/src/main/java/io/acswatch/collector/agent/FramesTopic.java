package io.acswatch.collector.agent;

import io.acswatch.cli.BrokerFailure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Asks the brokers, with the sender's login, whether frames may be written. Writes none. */
public final class FramesTopic {
  private static final int PATIENCE_MILLIS = 5_000;

  private FramesTopic() {}

  /** Why, by these settings of {@link KafkaClients}, no frame can be written; null if one can. */
  public static @Nullable String problem(Map<String, Object> producer, String topic)
      throws InterruptedException {
    String servers = String.valueOf(producer.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG));
    String unusable = BrokerFailure.problem(servers, producer);
    if (unusable != null) {
      return unusable;
    }
    Map<String, Object> settings = new HashMap<>(producer);
    settings.keySet().retainAll(AdminClientConfig.configNames());
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    try (Admin admin = Admin.create(settings)) {
      Set<AclOperation> granted =
          admin
              .describeTopics(
                  List.of(topic), new DescribeTopicsOptions().includeAuthorizedOperations(true))
              .topicNameValues()
              .get(topic)
              .get()
              .authorizedOperations();
      return granted == null || granted.contains(AclOperation.WRITE)
          ? null
          : "the broker at %s does not let this login write topic %s".formatted(servers, topic);
    } catch (ExecutionException | KafkaException failed) {
      Throwable cause = failed instanceof ExecutionException ? failed.getCause() : failed;
      return cause instanceof UnknownTopicOrPartitionException
          ? "topic %s does not exist at %s; acswatch topics creates it".formatted(topic, servers)
          : BrokerFailure.describe(servers, settings, cause);
    }
  }
}
