package io.acswatch.collector;

import io.acswatch.collector.command.ReaderCommand;

/** Starts {@code collect reader} without the other commands, and so without Kafka's classes. */
public final class ReaderMain {
  private ReaderMain() {}

  public static void main(String[] arguments) {
    ReaderCommand.run(arguments);
  }
}
