package io.acswatch.streams.app;

import io.acswatch.cli.BrokerFailure;
import io.acswatch.cli.CommandFailure;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;

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
