package io.acswatch.streams.app;

import io.acswatch.streams.api.HttpAnswer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets few requests be worked on at a time and some more wait; turns the others away at once. So
 * what is slow for one sort of requests takes no thread from another sort.
 */
final class Gate {
  private static final HttpAnswer BUSY =
      HttpAnswer.of(503, HttpAnswer.TEXT, "busy with other requests; ask again in a moment\n");

  private final Semaphore places;
  private final int waiting;
  private final long patienceMillis;

  /** A gate with nobody in it. */
  Gate(int working, int waiting, long patienceMillis) {
    places = new Semaphore(working, true);
    this.waiting = waiting;
    this.patienceMillis = patienceMillis;
  }

  HttpAnswer through(Supplier<HttpAnswer> work) {
    try {
      if (places.getQueueLength() >= waiting
          || !places.tryAcquire(patienceMillis, TimeUnit.MILLISECONDS)) {
        return BUSY;
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return BUSY;
    }
    try {
      return work.get();
    } finally {
      places.release();
    }
  }
}
