package io.acswatch.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets SIGTERM and Ctrl-C end a command in order. To be stopped is no failure: the process then
 * ends with the exit code that the command returns, where a JVM would end with 143 or 130.
 *
 * <pre>
 *   // run returns when stop has been called, and throws if it cannot run
 *   StopSignal.calling(agent::stop, patience).during(agent::run);
 * </pre>
 */
public final class StopSignal {
  /** What {@link Program#run} would exit with, once it is known. */
  private static final CompletableFuture<Integer> EXIT_CODE = new CompletableFuture<>();

  private final CountDownLatch raised = new CountDownLatch(1);
  private final Action stop;
  private final Duration patience;
  private final Thread hook = new Thread(this::endProcess, "acswatch-stop");

  @FunctionalInterface
  public interface Action {
    void now() throws InterruptedException;
  }

  @FunctionalInterface
  public interface Work {
    void run() throws IOException, InterruptedException;
  }

  @FunctionalInterface
  public interface StoppableWork {
    void run(StopSignal stop) throws IOException, InterruptedException;
  }

  private StopSignal(Action stop, Duration patience) {
    this.stop = stop;
    this.patience = patience;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Calls {@code stop} when the process is to end, which then waits {@code patience} at most. */
  public static StopSignal calling(Action stop, Duration patience) {
    return new StopSignal(stop, patience);
  }

  /**
   * Does work that asks {@link #isRaised} and has {@code patience} to end. Parts that begin while
   * the process ends cannot, and say so: that is no failure.
   */
  public static void during(Duration patience, StoppableWork work)
      throws IOException, InterruptedException {
    StopSignal stop = new StopSignal(() -> {}, patience);
    stop.during(
        () -> {
          try {
            work.run(stop);
          } catch (RuntimeException | LinkageError failed) {
            if (!stop.isRaised()) {
              throw failed;
            }
          }
        });
  }

  /** Listens until the work has ended, or has failed. */
  public void during(Work work) throws IOException, InterruptedException {
    try {
      work.run();
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException stopping) {
        // the hook ends the process when it knows the exit code
      }
    }
  }

  private void endProcess() {
    raised.countDown();
    int exitCode = ExitCode.OK;
    try {
      stop.now();
      exitCode = EXIT_CODE.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException impatient) {
      // the process ends all the same
    }
    UnpackedLibraries.delete();
    // A stopped JVM ends with an exit code of its own, unless it is halted.
    Runtime.getRuntime().halt(exitCode);
  }

  public boolean isRaised() {
    return raised.getCount() == 0;
  }

  public void await() throws InterruptedException {
    raised.await();
  }

  /** Ends the process with this exit code, also while a signal is ending it. */
  static void exit(int exitCode) {
    EXIT_CODE.complete(exitCode);
    System.exit(exitCode);
  }
}
