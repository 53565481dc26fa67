package io.acswatch.simulate;

import io.acswatch.cli.Program;

/** Starts {@code simulate}. */
public final class SimulateMain {
  private SimulateMain() {}

  /** Runs the command and exits with its code. */
  public static void main(String[] arguments) {
    Program.run(new SimulateCommand(), arguments);
  }
}
