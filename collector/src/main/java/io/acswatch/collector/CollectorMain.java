package io.acswatch.collector;

import io.acswatch.cli.Program;
import io.acswatch.collector.command.HostCommands;

/** Starts a command of one host: {@code capture}, {@code decode}, {@code groups} and so on. */
public final class CollectorMain {
  private CollectorMain() {}

  public static void main(String[] arguments) {
    Program.run(new HostCommands(), arguments);
  }
}
