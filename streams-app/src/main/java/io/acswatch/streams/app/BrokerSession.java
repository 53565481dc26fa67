package io.acswatch.streams.app;

import io.acswatch.cli.CommandFailure;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TimeoutException;

/** An admin client whose failures are one line each and name the brokers. */
public final class BrokerSession implements AutoCloseable {
  private final IsolationConfig config;
  private final Duration timeout;
  private final Admin admin;

  /** A session that waits for as long as brokers may take at start. */
  public BrokerSession(IsolationConfig config) {
    this(config, config.startTimeout());
  }

  public BrokerSession(IsolationConfig config, Duration timeout) {
    this.config = config;
    this.timeout = timeout;
    try {
      admin = Admin.create(KafkaSettings.admin(config, timeout));
    } catch (KafkaException refused) {
      Throwable reason = refused.getCause() == null ? refused : refused.getCause();
      throw new CommandFailure(
          "brokers " + config.bootstrapServers() + ": " + CommandFailure.firstLine(reason),
          refused);
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
    String servers = config.bootstrapServers();
    if (failure instanceof TimeoutException) {
      String seconds =
          BigDecimal.valueOf(timeout.toMillis(), 3).stripTrailingZeros().toPlainString();
      return new CommandFailure(
          "no broker answers at %s within %s s".formatted(servers, seconds), failure);
    }
    return new CommandFailure(
        "broker at " + servers + " refuses: " + CommandFailure.firstLine(failure), failure);
  }

  @Override
  public void close() {
    // Requests still under way are of no interest any more.
    admin.close(Duration.ZERO);
  }
}
