package io.acswatch.cli;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Notices that the time of day was set back while this process runs.
 *
 * <p>Kafka's clients, and Kafka Streams with its commits, measure by the time of day how long they
 * wait. When it is set back by an hour, some of what they do stands still for an hour. A client
 * that is made afterwards does not.
 */
public final class ClockWatch {
  /** What waits for so long does not lose its place in a group; less is waited out. */
  static final Duration LEAST = Duration.ofSeconds(5);

  private static final long NANOS_IN_MILLI = 1_000_000;

  private final LongSupplier millis;
  private final LongSupplier nanos;
  private long leastDifference;

  public ClockWatch() {
    this(System::currentTimeMillis, System::nanoTime);
  }

  public ClockWatch(LongSupplier millis, LongSupplier nanos) {
    this.millis = millis;
    this.nanos = nanos;
    setBack();
  }

  /**
   * By how much it was set back since this was last asked; zero if that is less than {@link
   * #LEAST}. A process that is stopped between two readings is not taken for it.
   */
  public final Duration setBack() {
    long before = nanos.getAsLong() / NANOS_IN_MILLI;
    long now = millis.getAsLong();
    long after = nanos.getAsLong() / NANOS_IN_MILLI;
    Duration back = Duration.ofMillis(leastDifference - (now - before));
    leastDifference = now - after;
    return back.compareTo(LEAST) < 0 ? Duration.ZERO : back;
  }

  /** Looks every few seconds, in a thread of its own, until that is interrupted. */
  public Thread watch(Consumer<Duration> whenSetBack) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  Thread.sleep(LEAST.toMillis());
                  Duration back = setBack();
                  if (!back.isZero()) {
                    whenSetBack.accept(back);
                  }
                }
              } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
            },
            "acswatch-clock");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
