package io.acswatch.collector;

import io.acswatch.collector.command.SenderCommand;

/** Starts {@code collect sender} without the other commands. */
public final class SenderMain {
  private SenderMain() {}

  public static void main(String[] arguments) {
    SenderCommand.run(arguments);
  }
}
