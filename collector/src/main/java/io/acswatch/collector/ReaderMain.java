package io.acswatch.collector;

import io.acswatch.collector.command.Failures;
import io.acswatch.collector.command.ReaderCommand;
import picocli.CommandLine;

/** Starts {@code collect reader} without the other commands, and so without Kafka's classes. */
public final class ReaderMain {
  private ReaderMain() {}

  /** Runs the reader and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(Failures.install(new CommandLine(new ReaderCommand())).execute(arguments));
  }
}
