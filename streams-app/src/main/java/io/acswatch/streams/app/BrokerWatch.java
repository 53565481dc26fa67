package io.acswatch.streams.app;

import io.acswatch.cli.BrokerFailure;
import io.acswatch.cli.DaemonThread;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the brokers again and again whether one of them answers. Kafka Streams itself stays {@code
 * RUNNING} and silent while all are away, for its clients retry for ever.
 *
 * <p>One small request every two seconds, in a thread of its own; an answer may take three, so that
 * a broker that went is noticed within five seconds. It is one of the cluster's brokers that
 * answers: that a single partition has no leader is not seen here.
 */
final class BrokerWatch implements AutoCloseable {
  static final Duration TIMEOUT = Duration.ofSeconds(3);

  private static final Duration INTERVAL = Duration.ofSeconds(2);

  /**
   * Questions in a row to which a session has no answer before another one is asked: Kafka's client
   * has been seen to wait for minutes for a broker that was back long since.
   */
  private static final int PATIENCE = 3;

  private static final Logger LOG = LoggerFactory.getLogger(BrokerWatch.class);

  private final IsolationConfig config;
  private final Consumer<Boolean> observer;
  private final ScheduledExecutorService thread;
  private volatile @Nullable BrokerSession session;
  private volatile boolean reachable = true;
  private int unanswered;
  private volatile long awaySinceMillis;

  /** A watch that asks nobody yet; a broker has just answered. */
  BrokerWatch(IsolationConfig config, Consumer<Boolean> observer) {
    this.config = config;
    this.observer = observer;
    thread =
        Executors.newSingleThreadScheduledExecutor(DaemonThread.named("acswatch-broker-watch"));
    observer.accept(true);
  }

  /** Asks from now on; {@code sessions} are for this watch alone, which closes them. */
  void start(Supplier<BrokerSession> sessions) {
    session = sessions.get();
    thread.scheduleWithFixedDelay(
        () -> ask(sessions), INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void ask(Supplier<BrokerSession> sessions) {
    try {
      BrokerSession asked = session(sessions);
      asked.admin().describeCluster().clusterId().get();
      answered();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return;
    } catch (ExecutionException failed) {
      failed(failed.getCause());
    } catch (RuntimeException closed) {
      // What escapes would end the asking, silently and for good.
      failed(closed);
    }
    unanswered = reachable ? 0 : unanswered + 1;
  }

  private BrokerSession session(Supplier<BrokerSession> sessions) {
    BrokerSession current = session;
    if (current != null && unanswered < PATIENCE) {
      return current;
    }
    if (current != null) {
      current.close();
    }
    BrokerSession another = sessions.get();
    session = another;
    unanswered = 0;
    if (thread.isShutdown()) {
      another.close();
    }
    return another;
  }

  boolean isReachable() {
    return reachable;
  }

  /** When the last answer was missed for the first time, milliseconds since 1970. */
  long awaySinceMillis() {
    return awaySinceMillis;
  }

  void answered() {
    if (!reachable) {
      reachable = true;
      observer.accept(true);
      long seconds = (System.currentTimeMillis() - awaySinceMillis) / 1_000;
      LOG.info("A broker answers again at {}, after {} s", config.bootstrapServers(), seconds);
    }
  }

  void failed(Throwable failure) {
    if (isAnswer(failure)) {
      answered();
    } else if (reachable) {
      awaySinceMillis = System.currentTimeMillis();
      reachable = false;
      observer.accept(false);
      LOG.warn(
          "{}; nothing is judged until a broker answers, nothing is lost",
          BrokerFailure.describe(config.bootstrapServers(), config.kafka(), failure));
    }
  }

  /** A broker that says no is there; one that does not know who asks serves nobody. */
  private static boolean isAnswer(Throwable failure) {
    return failure instanceof ApiException
        && !(failure instanceof RetriableException)
        && !(failure instanceof AuthenticationException);
  }

  /** Asks no more; {@link #isReachable} stays as it was. Harmless when repeated. */
  @Override
  public void close() {
    thread.shutdownNow();
    BrokerSession current = session;
    if (current != null) {
      current.close();
    }
  }
}
