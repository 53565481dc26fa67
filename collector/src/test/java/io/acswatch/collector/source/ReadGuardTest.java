package io.acswatch.collector.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ReadGuardTest {
  private static final String FUNCTION = "/sys/bus/pci/devices/0000:00:03.0";

  private final ReadGuard guard = ReadGuard.none();

  @Test
  void aLookThatWasGivenUpEndsWhenItsReadComesBack() throws InterruptedException {
    CountDownLatch reads = new CountDownLatch(1);
    CountDownLatch returns = new CountDownLatch(1);
    AtomicReference<Throwable> ended = new AtomicReference<>();
    Thread late =
        new Thread(
            () -> {
              try {
                guard.begin(FUNCTION, false);
                reads.countDown();
                returns.await();
                guard.end();
              } catch (InterruptedException | RuntimeException end) {
                ended.set(end);
              }
            });
    late.start();
    reads.await();

    assertEquals(FUNCTION, guard.giveUpAfter(0));
    assertFalse(guard.begin(FUNCTION, false), "nobody goes where one is stuck");
    assertEquals(1, guard.skipped());
    returns.countDown();
    late.join();

    assertInstanceOf(ReadGuard.GivenUpException.class, ended.get());
    assertTrue(guard.begin(FUNCTION, false), "it came back");
    guard.end();
  }

  @Test
  void givesNothingUpWhileReadsReturn() {
    assertNull(guard.giveUpAfter(0));
    guard.begin(FUNCTION, false);
    assertNull(guard.giveUpAfter(Long.MAX_VALUE));
    guard.end();
    assertNull(guard.giveUpAfter(0));
  }
}
