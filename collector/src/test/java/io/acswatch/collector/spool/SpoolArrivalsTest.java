package io.acswatch.collector.spool;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SpoolArrivalsTest {
  private static final Duration SHORT = Duration.ofMillis(100);

  @TempDir private Path directory;

  /** As the reader writes: beside it, then renamed into it. */
  @Test
  void tellsOfAFileThatIsRenamedIntoTheSpool() throws Exception {
    Path spool = Files.createDirectory(directory.resolve("spool"));
    Path frame = Files.writeString(directory.resolve("frame"), "frame");
    try (SpoolArrivals arrivals = new SpoolArrivals(spool, SHORT)) {
      assertFalse(arrivals.await(), "nothing comes");
      Files.move(frame, spool.resolve("frame"), StandardCopyOption.ATOMIC_MOVE);

      Awaitility.await().until(arrivals::await);
    }
  }

  /** Between two waits something comes: the next one must not sleep over it. */
  @Test
  void tellsOfWhatCameWhileNobodyWaited() throws Exception {
    try (SpoolArrivals arrivals = new SpoolArrivals(directory, SHORT)) {
      arrivals.await();
      for (int i = 0; i < 3; i++) {
        Files.writeString(directory.resolve("frame-" + i), "frame");
        Awaitility.await("frame " + i).until(arrivals::await);
      }
    }
  }

  @Test
  void watchesASpoolThatWentAndCameAgain() throws Exception {
    Path spool = directory.resolve("spool");
    try (SpoolArrivals arrivals = new SpoolArrivals(spool, SHORT)) {
      assertFalse(arrivals.await(), "there is none");
      Files.createDirectory(spool);
      arrivals.await();
      Files.delete(spool);
      Files.createDirectory(spool);
      Awaitility.await()
          .until(
              () -> {
                Files.writeString(Files.createTempFile(spool, "frame", ""), "frame");
                return arrivals.await();
              });
    }
  }

  @Test
  void aWaitEndsWhenItIsClosed() throws Exception {
    SpoolArrivals arrivals = new SpoolArrivals(directory);
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(
            () -> {
              try {
                for (int i = 0; i < 1_000; i++) {
                  arrivals.await(); // seconds each, if it were not closed
                }
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    arrivals.close();
    waiting.get(30, TimeUnit.SECONDS);
    assertFalse(arrivals.await());
  }
}
