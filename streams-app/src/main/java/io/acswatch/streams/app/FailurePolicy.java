package io.acswatch.streams.app;

import io.acswatch.cli.CommandFailure;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when a stream thread dies.
 *
 * <p>A failure that Kafka calls retriable (a broker away for longer than the clients bridge by
 * themselves, a coordinator that moved) gets a new thread: it goes on from the last commit, and
 * nothing is lost. Anything else would come again with the same record: a state of a later version,
 * a topic that is gone or refuses, a fault of ours. Then this client stops in state ERROR, {@code
 * /healthz} says so and the process ends with an error, so that whoever supervises it knows; no
 * record is skipped. Other processes of the application are left alone.
 */
final class FailurePolicy implements StreamsUncaughtExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(FailurePolicy.class);
  private static final int MAX_DEPTH = 32;

  private volatile String lastFailure = "";

  @Override
  public StreamThreadExceptionResponse handle(Throwable failure) {
    boolean passes = canPass(failure);
    lastFailure = rootLine(failure);
    if (passes) {
      LOG.warn("A stream thread died and is replaced: {}", lastFailure);
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    LOG.error("The streams application stops: {}", lastFailure);
    LOG.debug("Stack trace of: {}", lastFailure, failure);
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** One line about the last failure; empty if there was none. */
  String lastFailure() {
    return lastFailure;
  }

  static boolean canPass(Throwable failure) {
    int depth = 0;
    for (Throwable t = failure; t != null && depth < MAX_DEPTH; t = t.getCause(), depth++) {
      if (t instanceof Error) {
        return false;
      }
      if (t instanceof RetriableException) {
        return true;
      }
    }
    return false;
  }

  private static String rootLine(Throwable failure) {
    Throwable root = failure;
    for (int depth = 0; root.getCause() != null && depth < MAX_DEPTH; depth++) {
      root = root.getCause();
    }
    return root.getClass().getSimpleName() + ": " + CommandFailure.firstLine(root);
  }
}
