package io.acswatch.standalone;

import io.acswatch.wire.process.UnpackedLibraries;
import java.util.concurrent.CountDownLatch;

/**
 * Makes SIGTERM and Ctrl-C end the work in order: {@link #await} returns, and the process is held
 * until {@link #close}. It then exits with 0, for to be stopped is no failure here.
 */
final class StopSignal implements AutoCloseable {
  private final CountDownLatch raised = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::hold, "acswatch-stop");

  private StopSignal() {}

  /** Listens from now on. */
  static StopSignal onTermination() {
    StopSignal signal = new StopSignal();
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  private void hold() {
    raised.countDown();
    try {
      closed.await();
    } catch (InterruptedException impatient) {
      return;
    }
    UnpackedLibraries.delete();
    Runtime.getRuntime().halt(StandaloneMain.OK);
  }

  /** Returns when the process is asked to end. */
  void await() throws InterruptedException {
    raised.await();
  }

  /** True once the process is asked to end. */
  boolean isRaised() {
    return raised.getCount() == 0;
  }

  /** All is in order: the process may end. */
  @Override
  public void close() {
    closed.countDown();
    if (!isRaised()) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
