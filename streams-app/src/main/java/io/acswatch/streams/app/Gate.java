package io.acswatch.streams.app;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets few requests be worked on at a time and some more wait; turns the others away at once. So
 * what is slow for one sort of requests takes no thread from another sort.
 */
final class Gate {
  private final Semaphore places;
  private final int waiting;
  private final long patienceMillis;

  Gate(int working, int waiting, long patienceMillis) {
    places = new Semaphore(working, true);
    this.waiting = waiting;
    this.patienceMillis = patienceMillis;
  }

  /** False if there is no place in time; otherwise {@link #leave} follows. */
  boolean enter() {
    try {
      return places.getQueueLength() < waiting
          && places.tryAcquire(patienceMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  void leave() {
    places.release();
  }
}
