package io.acswatch.collector.agent;

import io.acswatch.cli.DaemonThread;
import io.acswatch.collector.source.ReadGuard;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the host in a thread of its own, so that a read which never returns stops that thread
 * and not the agent: the look is begun again without the function that held it up, for as long as
 * the thread is stuck in it. A thread in a blocked system call cannot be stopped; there is at most
 * one for each function.
 */
final class PatientReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PatientReader.class);
  private static final long POLL_MILLIS = 100;

  private final ReadGuard guard;
  private final Duration patience;
  private ExecutorService worker = newWorker();
  private @Nullable Thread thread;
  private volatile @Nullable Future<?> underWay;
  private volatile boolean abandoned;
  private long stuck;

  static final class AbandonedException extends IOException {
    private static final long serialVersionUID = 1;

    AbandonedException() {
      super("the look was given up, since the reader stops");
    }
  }

  PatientReader(ReadGuard guard, Duration patience) {
    this.guard = guard;
    this.patience = patience;
  }

  /** Looks, anew if that was held up; AbandonedException where {@link #abandon} ended it. */
  <T> T look(Callable<T> look) throws IOException, InterruptedException {
    return look(look, patience, () -> abandoned);
  }

  /** Looks in spite of {@link #abandon}, and with less patience. */
  <T> T lastLook(Callable<T> look, Duration lessPatience) throws IOException, InterruptedException {
    return look(look, lessPatience, () -> false);
  }

  private <T> T look(Callable<T> look, Duration limit, BooleanSupplier isOver)
      throws IOException, InterruptedException {
    while (true) {
      if (isOver.getAsBoolean()) {
        throw new AbandonedException();
      }
      Future<T> task = worker.submit(look);
      underWay = task;
      boolean isThrough = await(task, limit, isOver);
      underWay = null; // or what it saw would be kept until the next look
      if (isThrough) {
        return result(task);
      }
      worker.shutdown(); // its thread ends when its read does
      worker = newWorker();
      if (isOver.getAsBoolean() && thread != null) {
        guard.giveUp(thread);
        throw new AbandonedException();
      }
    }
  }

  /** Gives up the look that is under way and all that would follow; for when the reader stops. */
  void abandon() {
    abandoned = true;
    Future<?> current = underWay;
    if (current != null) {
      current.cancel(false);
    }
  }

  /** True when the task is through, false if it is stuck or to be given up. */
  private boolean await(Future<?> task, Duration limit, BooleanSupplier isOver)
      throws InterruptedException {
    while (!isOver.getAsBoolean()) {
      try {
        task.get(Math.min(POLL_MILLIS, limit.toMillis()), TimeUnit.MILLISECONDS);
        return true;
      } catch (ExecutionException failed) {
        return true;
      } catch (CancellationException givenUp) {
        return false;
      } catch (TimeoutException late) {
        String directory = guard.giveUpAfter(limit.toNanos());
        if (directory != null) {
          stuck++;
          if (abandoned) {
            LOG.info("{}: the stop cut a read short", directory);
          } else {
            LOG.warn("{}: a read does not return; it is skipped until it does", directory);
          }
          task.cancel(false);
          return false;
        }
      }
    }
    task.cancel(false);
    return false;
  }

  private static <T> T result(Future<T> task) throws IOException, InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException io) {
        throw io;
      }
      if (failed.getCause() instanceof RuntimeException bug) {
        throw bug;
      }
      throw new IllegalStateException(failed.getCause());
    }
  }

  long stuck() {
    return stuck;
  }

  private ExecutorService newWorker() {
    return Executors.newSingleThreadExecutor(
        task -> {
          thread = DaemonThread.named("acswatch-look").newThread(task);
          return thread;
        });
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
