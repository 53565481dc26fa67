package io.acswatch.collector.spool;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for files to come into a spool: the kernel tells of each (inotify), so that an idle sender
 * sleeps and a frame is sent at once. Where that cannot be had, or the spool is gone for a while,
 * the wait is short. One thread waits; {@link #close} may come from any.
 */
public final class SpoolArrivals implements AutoCloseable {
  /** How long to wait where nothing tells. */
  private static final Duration UNTOLD = Duration.ofMillis(250);

  /** How long at most: some file systems do not tell of what another host does in them. */
  private static final Duration MISSED = Duration.ofSeconds(5);

  private final Path directory;
  private final Duration missed;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable WatchService service;
  private @Nullable WatchKey key;

  public SpoolArrivals(Path directory) {
    this(directory, MISSED);
  }

  SpoolArrivals(Path directory, Duration missed) {
    this.directory = directory;
    this.missed = missed;
  }

  /** Waits a while; true if something came meanwhile, or since the last wait. */
  public boolean await() throws InterruptedException {
    WatchService watch = watch();
    if (watch == null) {
      closed.await(UNTOLD.toMillis(), TimeUnit.MILLISECONDS);
      return false;
    }
    try {
      WatchKey came = watch.poll(missed.toMillis(), TimeUnit.MILLISECONDS);
      if (came == null) {
        return false;
      }
      came.pollEvents();
      came.reset();
      return true;
    } catch (ClosedWatchServiceException stopped) {
      return false;
    }
  }

  /** What tells; null if nothing does. A directory that went and came again is watched anew. */
  private @Nullable WatchService watch() {
    WatchKey current = key;
    if (current != null && current.isValid()) {
      return service;
    }
    try {
      WatchService watch = service;
      if (watch == null) {
        watch = directory.getFileSystem().newWatchService();
        service = watch;
        if (closed.getCount() == 0) {
          watch.close();
        }
      }
      key = directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      return watch;
    } catch (IOException | UnsupportedOperationException | ClosedWatchServiceException untold) {
      return null;
    }
  }

  /** Ends a wait, and makes all later ones end at once. */
  @Override
  public void close() {
    closed.countDown();
    WatchService watch = service;
    if (watch != null) {
      try {
        watch.close();
      } catch (IOException harmless) {
        // the process ends
      }
    }
  }
}
