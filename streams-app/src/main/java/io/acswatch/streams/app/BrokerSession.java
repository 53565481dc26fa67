package io.acswatch.streams.app;

import io.acswatch.cli.BrokerFailure;
import io.acswatch.cli.CommandFailure;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** An admin client whose failures are one line each and name the brokers. */
public final class BrokerSession implements AutoCloseable {
  private final IsolationConfig config;
  private final Admin admin;

  /** A session that waits for as long as brokers may take at start. */
  public BrokerSession(IsolationConfig config) {
    this(config, config.startTimeout());
  }

  public BrokerSession(IsolationConfig config, Duration timeout) {
    this.config = config;
    String problem = BrokerFailure.otherListener(config.bootstrapServers(), config.kafka());
    if (problem != null) {
      throw new CommandFailure(problem);
    }
    try {
      admin = Admin.create(KafkaSettings.admin(config, timeout));
    } catch (KafkaException refused) {
      throw refused(refused);
    }
  }

  public Admin admin() {
    return admin;
  }

  public <T> T answer(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException failed) {
      throw refused(failed.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("stopped while waiting for the broker", stopped);
    }
  }

  /**
   * Those of the topics that exist.
   *
   * @param hidden told those that this login may not describe, whether they exist or not
   */
  Map<String, TopicDescription> topics(
      Collection<String> names, BiConsumer<String, CommandFailure> hidden) {
    return existing(admin.describeTopics(names).topicNameValues(), name -> name, hidden);
  }

  /**
   * Settings of those of the topics that the broker knows which is asked: it may be another one
   * than before.
   *
   * @param hidden told those whose settings this login may not see
   */
  Map<String, Config> configs(Collection<String> names, BiConsumer<String, CommandFailure> hidden) {
    List<ConfigResource> topics =
        names.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
    return existing(admin.describeConfigs(topics).values(), ConfigResource::name, hidden);
  }

  private <K, T> Map<String, T> existing(
      Map<K, KafkaFuture<T>> asked,
      Function<K, String> name,
      BiConsumer<String, CommandFailure> hidden) {
    Map<String, T> existing = new TreeMap<>();
    asked.forEach(
        (topic, coming) -> {
          try {
            existing.put(name.apply(topic), answer(coming));
          } catch (CommandFailure failed) {
            if (failed.getCause() instanceof AuthorizationException) {
              hidden.accept(name.apply(topic), failed);
            } else if (!(failed.getCause() instanceof UnknownTopicOrPartitionException)) {
              throw failed;
            }
          }
        });
    return existing;
  }

  public CommandFailure refused(Throwable failure) {
    return refused(config, failure);
  }

  /** One line that says what the brokers, or Kafka's client, would not do. */
  public static CommandFailure refused(IsolationConfig config, Throwable failure) {
    return new CommandFailure(
        BrokerFailure.describe(config.bootstrapServers(), config.kafka(), failure), failure);
  }

  @Override
  public void close() {
    // Requests still under way are of no interest any more.
    admin.close(Duration.ZERO);
  }
}
