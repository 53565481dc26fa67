package io.acswatch.simulate;

import io.acswatch.cli.Program;

public final class SimulateMain {
  private SimulateMain() {}

  public static void main(String[] arguments) {
    Program.run(new SimulateCommand(), arguments);
  }
}
