package io.acswatch.streams.command;

import io.acswatch.wire.process.UnpackedLibraries;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command that runs until it is stopped end in order at Ctrl-C or SIGTERM, with exit code 0:
 * calls what ends its loop, and waits for it to have cleaned up.
 */
final class StopHook {
  private static final long PATIENCE_SECONDS = 5;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook;

  private StopHook(Runnable stop) {
    hook =
        new Thread(
            () -> {
              stop.run();
              awaitEnd();
              // A JVM that a signal stops would exit with 143 or 130.
              UnpackedLibraries.delete();
              Runtime.getRuntime().halt(StreamsMain.OK);
            },
            "acswatch-stop");
  }

  static StopHook calling(Runnable stop) {
    return new StopHook(stop);
  }

  /** Runs what may be stopped. */
  void during(Runnable work) {
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      work.run();
    } finally {
      end();
    }
  }

  private void awaitEnd() {
    try {
      ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void end() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException stopping) {
      awaitHalt();
    }
  }

  /** The hook ends the process; without this the command's own exit code would win the race. */
  private void awaitHalt() {
    try {
      hook.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
