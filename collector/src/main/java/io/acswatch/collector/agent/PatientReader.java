package io.acswatch.collector.agent;

import io.acswatch.collector.source.ReadGuard;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
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
  private volatile @Nullable Worker worker;
  private volatile boolean abandoned;
  private long stuck;

  /** The look was given up from outside. */
  static final class AbandonedException extends IOException {
    private static final long serialVersionUID = 1;

    AbandonedException() {
      super("the look was given up, since the reader stops");
    }
  }

  /** A look at the host. Begun again from its start if it was held up. */
  @FunctionalInterface
  interface Look<T> {
    T at() throws IOException;
  }

  PatientReader(ReadGuard guard, Duration patience) {
    this.guard = guard;
    this.patience = patience;
  }

  /**
   * Looks; throws what the look throws.
   *
   * @throws AbandonedException if {@link #abandon} ended it, or was called before
   */
  <T> T look(Look<T> look) throws IOException, InterruptedException {
    return look(look, patience, () -> abandoned);
  }

  /** Looks in spite of {@link #abandon}, and with less patience. */
  <T> T lastLook(Look<T> look, Duration lessPatience) throws IOException, InterruptedException {
    return look(look, lessPatience, () -> false);
  }

  private <T> T look(Look<T> look, Duration limit, BooleanSupplier isOver)
      throws IOException, InterruptedException {
    while (true) {
      if (isOver.getAsBoolean()) {
        throw new AbandonedException();
      }
      FutureTask<T> task = new FutureTask<>(look::at);
      Worker current = worker == null ? new Worker() : worker;
      worker = current;
      current.give(task);
      if (await(task, limit, isOver)) {
        return result(task);
      }
      worker = null; // its thread ends when its read does
      if (isOver.getAsBoolean()) {
        guard.giveUp(current);
        throw new AbandonedException();
      }
    }
  }

  /** Gives up the look that is under way and all that would follow; for when the reader stops. */
  void abandon() {
    abandoned = true;
    Worker current = worker;
    if (current != null) {
      current.cancel();
    }
  }

  /** True when the task is through, false if it is stuck or to be given up. */
  private boolean await(FutureTask<?> task, Duration limit, BooleanSupplier isOver)
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

  private static <T> T result(FutureTask<T> task) throws IOException, InterruptedException {
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

  /** How often a read did not return in time. */
  long stuck() {
    return stuck;
  }

  @Override
  public void close() {
    if (worker != null) {
      worker.interrupt();
    }
  }

  /** A thread that runs one task after the other. */
  private static final class Worker extends Thread {
    private @Nullable FutureTask<?> next;
    private @Nullable FutureTask<?> running;

    Worker() {
      super("acswatch-look");
      setDaemon(true);
      start();
    }

    synchronized void give(FutureTask<?> task) {
      next = task;
      notifyAll();
    }

    private synchronized FutureTask<?> take() throws InterruptedException {
      while (next == null) {
        wait();
      }
      FutureTask<?> task = next;
      next = null;
      running = task;
      return task;
    }

    private synchronized void clear() {
      running = null;
    }

    /** Lets whoever waits for the task of this moment wait no longer. */
    synchronized void cancel() {
      for (FutureTask<?> task : new FutureTask<?>[] {next, running}) {
        if (task != null) {
          task.cancel(false);
        }
      }
    }

    @Override
    public void run() {
      try {
        while (true) {
          FutureTask<?> task = take();
          task.run();
          clear(); // or what it saw would be kept until the next look
          if (task.isCancelled()) {
            return;
          }
        }
      } catch (InterruptedException stopped) {
        // no more to be done
      }
    }
  }
}
