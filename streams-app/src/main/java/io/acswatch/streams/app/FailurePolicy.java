package io.acswatch.streams.app;

import io.acswatch.cli.CommandFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.streams.errors.LockException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when a stream thread dies.
 *
 * <p>Failures that new clients heal get a new thread: it goes on from the last commit, and nothing
 * is lost. These are failures that Kafka calls retriable (a broker away for longer than the clients
 * bridge by themselves, a coordinator that moved), and those of a transaction, a producer or a
 * membership that the brokers gave up, as after a process was stopped for long. Too many of them in
 * a short time end the process.
 *
 * <p>A topic that is gone is waited for: so readiness, metrics and the API go on to say that it is.
 *
 * <p>Anything else would come again with the same record: a state of a later version, a topic that
 * refuses, a fault of ours. Then this client stops in state ERROR, {@code /healthz} says so and the
 * process ends with an error, so that whoever supervises it knows; no record is skipped. Other
 * processes of the application are left alone. The same holds for a state updater that died.
 */
final class FailurePolicy implements StreamsUncaughtExceptionHandler {
  static final int MAX_REPLACED = 10;

  private static final Duration WITHIN = Duration.ofMinutes(10);
  private static final Logger LOG = LoggerFactory.getLogger(FailurePolicy.class);
  private static final int MAX_DEPTH = 32;
  private static final String STATE_AGAIN =
      "; mend the disk, or delete the state directory, and start again: all of it is in Kafka";

  /**
   * By the code of Kafka Streams 4.4: what its own handling lets through from producer, consumer
   * and task manager, although each thread has clients of its own.
   */
  private static final List<Class<? extends RuntimeException>> HEALED =
      List.of(
          RetriableException.class,
          ApplicationRecoverableException.class, // fenced producers, generations and members
          InvalidTxnStateException.class,
          TransactionAbortableException.class,
          TransactionAbortedException.class,
          OutOfOrderSequenceException.class,
          CommitFailedException.class,
          NoOffsetForPartitionException.class, // taken away before its position was looked up
          UnknownServerException.class, // a broker with a full disk
          InvalidReplicationFactorException.class, // a broker is away while topics are made
          TaskMigratedException.class,
          TaskCorruptedException.class,
          LockException.class);

  private final int maxReplaced;
  private final LongSupplier nanos;
  private final Wait topics;
  private final Deque<Long> replaced = new ArrayDeque<>();
  private volatile String lastFailure = "";

  @FunctionalInterface
  interface Wait {
    /** Returns when all topics may be there again; false if the application is closed meanwhile. */
    boolean areThere() throws InterruptedException;
  }

  /** A policy for an application of so many threads, none of which has died yet. */
  FailurePolicy(int threads, LongSupplier nanos, Wait topics) {
    maxReplaced = MAX_REPLACED * threads;
    this.nanos = nanos;
    this.topics = topics;
  }

  @Override
  public StreamThreadExceptionResponse handle(Throwable failure) {
    if (failure instanceof MissingSourceTopicException && comesBack(failure)) {
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    boolean heals = canHeal(failure);
    boolean within = heals && isWithinBound();
    lastFailure =
        heals && !within
            ? "more than %d stream threads died within %d minutes, the last of %s"
                .formatted(maxReplaced, WITHIN.toMinutes(), reason(failure))
            : reason(failure);
    if (within) {
      LOG.warn("A stream thread died and is replaced: {}", lastFailure);
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    LOG.error("The streams application stops: {}", lastFailure);
    LOG.debug("Stack trace of: {}", lastFailure, failure);
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** In the thread that has died, which is of no other use. */
  private boolean comesBack(Throwable failure) {
    LOG.error("Nothing is judged until the topics are there again: {}", reason(failure));
    try {
      return topics.areThere();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private synchronized boolean isWithinBound() {
    long now = nanos.getAsLong();
    replaced.removeIf(when -> now - when > WITHIN.toNanos());
    replaced.add(now);
    return replaced.size() <= maxReplaced;
  }

  /** One line about the last failure; empty if there was none. */
  String lastFailure() {
    return lastFailure;
  }

  private static boolean canHeal(Throwable failure) {
    boolean heals = false;
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (cause instanceof Error) {
        return false;
      }
      heals |= isHealed(cause);
      cause = cause.getCause();
    }
    return heals;
  }

  private static boolean isHealed(Throwable cause) {
    StackTraceElement[] trace = cause.getStackTrace();
    return HEALED.stream().anyMatch(type -> type.isInstance(cause))
        // A client that lost track of its own transaction.
        || (cause instanceof IllegalStateException
            && trace.length > 0
            && trace[0].getClassName().startsWith("org.apache.kafka.clients."));
  }

  static String reason(Throwable failure) {
    boolean ofUpdater = String.valueOf(failure.getMessage()).startsWith("The state updater died");
    return (ofUpdater ? "the state updater died: " : "") + rootLine(failure);
  }

  /** A failure of the state directory says what to do about it. */
  private static String rootLine(Throwable failure) {
    Throwable root = failure;
    Throwable ofState = null;
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
      ofState = root instanceof ProcessorStateException ? root : ofState;
      if (root.getCause() == null) {
        break;
      }
      root = root.getCause();
    }
    String line = line(root);
    if (ofState == null
        || root != ofState && !(root instanceof IOException || root instanceof RocksDBException)) {
      return line;
    }
    String told = line(ofState);
    return told.contains("start again") ? told : line + STATE_AGAIN;
  }

  private static String line(Throwable failure) {
    return failure.getClass().getSimpleName() + ": " + CommandFailure.firstLine(failure);
  }
}
