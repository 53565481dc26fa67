package io.acswatch.collector.source;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Stands before everything whose read may not return, functions and processes: spreads the reads
 * over time, notes which one is under way, and keeps readers away from those in which an earlier
 * reader got stuck. Thread-safe.
 */
public final class ReadGuard {
  private final DenyList denied;
  private final long nanosPerRead;
  private final Map<String, Thread> stuck = new ConcurrentHashMap<>();
  private final Set<Thread> givenUp =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
  private volatile boolean hurried;
  private volatile @Nullable Reading current;
  private long nextNanos;
  private long reads;
  private long skipped;

  record Reading(String directory, long sinceNanos, Thread thread) {}

  /** Ends a look that nobody waits for any more, when its thread comes back. */
  static final class GivenUpException extends RuntimeException {
    private static final long serialVersionUID = 1;

    GivenUpException() {
      super("nobody waits for this look any more", null, false, false);
    }
  }

  public ReadGuard(DenyList denied, int readsPerSecond) {
    this.denied = denied;
    nanosPerRead = 1_000_000_000L / readsPerSecond;
  }

  public static ReadGuard none() {
    return new ReadGuard(DenyList.NONE, 1_000_000_000);
  }

  DenyList denied() {
    return denied;
  }

  /** Lets reads follow each other at once, or not; for the last snapshot before the end. */
  public void hurry(boolean now) {
    hurried = now;
  }

  /** Waits for its turn; false if this is not to be touched. {@link #end} must follow if it is. */
  public boolean begin(String directory, boolean paced) {
    goOn();
    Thread inIt = stuck.get(directory);
    if (inIt != null && inIt.isAlive()) {
      countSkipped();
      return false;
    }
    stuck.remove(directory);
    if (paced && !hurried) {
      pause();
    }
    current = new Reading(directory, System.nanoTime(), Thread.currentThread());
    return true;
  }

  public void end() {
    goOn();
    current = null;
  }

  /** Ends the look of this thread, by an exception, if it was given up meanwhile. */
  public void goOn() {
    if (givenUp.contains(Thread.currentThread())) {
      throw new GivenUpException();
    }
  }

  /** Spaces reads evenly, each up to a quarter of its time early or late. */
  private void pause() {
    long now = System.nanoTime();
    long wait = nextNanos - now;
    if (wait > 0 && nanosPerRead > 1_000) {
      LockSupport.parkNanos(wait);
    }
    long jitter = nanosPerRead < 4 ? 0 : ThreadLocalRandom.current().nextLong(nanosPerRead / 2);
    nextNanos = Math.max(now, nextNanos) + nanosPerRead * 3 / 4 + jitter;
  }

  /**
   * Gives up a read that takes longer than {@code nanos}: nobody begins it again while the thread
   * that is in it has not come back.
   *
   * @return the directory, or null if all goes well
   */
  public @Nullable String giveUpAfter(long nanos) {
    Reading reading = current;
    if (reading == null || System.nanoTime() - reading.sinceNanos() < nanos) {
      return null;
    }
    stuck.put(reading.directory(), reading.thread());
    giveUp(reading.thread());
    return reading.directory();
  }

  /** Ends the look of a thread as soon as it comes to its next read. */
  public void giveUp(Thread thread) {
    givenUp.add(thread);
    current = null;
  }

  synchronized void countRead() {
    reads++;
  }

  synchronized void countSkipped() {
    skipped++;
  }

  /** Functions looked into since the start. */
  public synchronized long reads() {
    return reads;
  }

  /** Functions left alone since the start: denied, or stuck. */
  public synchronized long skipped() {
    return skipped;
  }
}
