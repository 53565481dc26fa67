package io.acswatch.collector.command;

import io.acswatch.wire.process.UnpackedLibraries;

/** Ends an agent that a signal stops: in order, and with exit code 0. */
final class ExitHook {
  private ExitHook() {}

  /** Stops something. */
  @FunctionalInterface
  interface Stop {
    void now() throws InterruptedException;
  }

  /** A JVM that a signal stops would exit with 143; to be stopped is no failure of an agent. */
  static Thread install(Stop stop) {
    Thread hook =
        new Thread(
            () -> {
              try {
                stop.now();
              } catch (InterruptedException impatient) {
                // the exit follows all the same
              }
              UnpackedLibraries.delete();
              Runtime.getRuntime().halt(ExitCode.OK);
            },
            "acswatch-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    return hook;
  }
}
