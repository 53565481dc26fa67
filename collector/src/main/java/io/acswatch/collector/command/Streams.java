package io.acswatch.collector.command;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The writers that picocli gave a command. */
final class Streams {
  private Streams() {}

  static PrintWriter out(@Nullable CommandSpec spec) {
    return commandLine(spec).getOut();
  }

  /**
   * Writes out what is buffered.
   *
   * @throws CommandFailure if some of it was not written: a full disk, a closed pipe
   */
  static void flush(PrintWriter out) {
    if (out.checkError()) {
      throw new CommandFailure("standard output: cannot be written");
    }
  }

  static PrintWriter err(@Nullable CommandSpec spec) {
    return commandLine(spec).getErr();
  }

  static CommandLine commandLine(@Nullable CommandSpec spec) {
    if (spec == null) {
      throw new IllegalStateException("spec=null, expected the command to be run by picocli");
    }
    return spec.commandLine();
  }
}
