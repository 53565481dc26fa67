package io.acswatch.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClockWatchTest {
  private final AtomicLong millis = new AtomicLong(1_800_000_000_000L);
  private final AtomicLong nanos = new AtomicLong(5);
  private final ClockWatch watch = new ClockWatch(millis::get, nanos::get);

  @Test
  void aStepBackIsNoticedOnce() {
    pass(1_000);
    millis.addAndGet(-3_600_000);

    assertEquals(Duration.ofHours(1), watch.setBack());
    assertEquals(Duration.ZERO, watch.setBack());
  }

  @Test
  void timeThatPassesAStepAheadAndASmallStepBackAreNone() {
    pass(86_400_000);
    assertEquals(Duration.ZERO, watch.setBack());
    millis.addAndGet(7_200_000);
    assertEquals(Duration.ZERO, watch.setBack());
    millis.addAndGet(-4_999);
    assertEquals(Duration.ZERO, watch.setBack());
  }

  @Test
  void aStepThatWasSetRightAgainIsOne() {
    millis.addAndGet(60_000);
    watch.setBack();
    millis.addAndGet(-60_000);

    assertEquals(Duration.ofMinutes(1), watch.setBack());
  }

  @Test
  void aPauseBetweenTwoReadingsIsNone() {
    AtomicLong pause = new AtomicLong();
    ClockWatch paused =
        new ClockWatch(
            millis::get,
            () -> {
              pass(pause.get()); // before it is read, and so between it and the time of day
              return nanos.get();
            });

    for (long of : List.of(0L, 60_000L, 0L, 60_000L, 60_000L)) {
      pause.set(of);
      assertEquals(Duration.ZERO, paused.setBack());
    }
  }

  private void pass(long passedMillis) {
    millis.addAndGet(passedMillis);
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(passedMillis));
  }
}
