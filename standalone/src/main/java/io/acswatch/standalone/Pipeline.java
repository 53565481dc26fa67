package io.acswatch.standalone;

import io.acswatch.cli.HttpAddress;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.app.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The embedded broker with its topics and the streams application, in this process. */
final class Pipeline implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);

  private final EmbeddedBroker broker;
  private final IsolationConfig config;
  private final IsolationApp app;

  private Pipeline(EmbeddedBroker broker, IsolationConfig config, IsolationApp app) {
    this.broker = broker;
    this.config = config;
    this.app = app;
  }

  /** Starts all of it on {@code broker}, which is closed with it, or if it cannot start. */
  static Pipeline start(EmbeddedBroker broker, HttpAddress http, Path stateDirectory) {
    Map<String, String> settings = new HashMap<>();
    settings.put("streams.bootstrap.servers", broker.bootstrapServers());
    settings.put("streams.http.address", http.toString());
    settings.put("streams.state.dir", stateDirectory.toString());
    boolean started = false;
    try {
      IsolationConfig config = IsolationConfig.from(settings);
      Topics.create(config, new Topics.Layout(Optional.of(1), Optional.empty()));
      Pipeline pipeline = new Pipeline(broker, config, IsolationApp.start(config));
      started = true;
      return pipeline;
    } finally {
      if (!started) {
        broker.close();
      }
    }
  }

  /**
   * Waits until the streams application judges; false once {@code limit} is over or {@code stop}.
   */
  boolean awaitReady(Duration limit, BooleanSupplier stop) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!app.status().isReady()) {
      if (System.nanoTime() > deadline || stop.getAsBoolean()) {
        return false;
      }
      Thread.sleep(POLL.toMillis());
    }
    return true;
  }

  IsolationConfig config() {
    return config;
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** Where metrics and health are served, {@code http://host:port}. */
  String httpUrl() {
    return "http://" + HttpAddress.of(app.httpAddress());
  }

  @Override
  public void close() {
    app.close();
    broker.close();
  }
}
