package io.acswatch.streams.app;

import io.acswatch.cli.BrokerFailure;
import io.acswatch.cli.CommandFailure;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicAuthorizationException;
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
  Map<String, TopicDescription> topics(Collection<String> names, Consumer<String> hidden) {
    Map<String, TopicDescription> existing = new TreeMap<>();
    admin
        .describeTopics(names)
        .topicNameValues()
        .forEach(
            (name, coming) -> {
              try {
                existing.put(name, answer(coming));
              } catch (CommandFailure failed) {
                if (failed.getCause() instanceof TopicAuthorizationException) {
                  hidden.accept(name);
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
