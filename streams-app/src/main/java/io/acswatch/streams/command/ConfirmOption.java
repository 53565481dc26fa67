package io.acswatch.streams.command;

import io.acswatch.cli.CommandFailure;
import java.io.Console;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code --yes}, and the question that is asked without it. */
final class ConfirmOption {
  @Option(names = "--yes", description = "Do not ask. Needed without a terminal.")
  private boolean yes;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Goes on if the answer is yes; CommandFailure if it is not, or nobody can be asked. */
  void confirm(String question, String otherwise) {
    if (yes) {
      return;
    }
    Console console = System.console();
    if (console == null) {
      throw CommandFailure.wrongUsage(
          command.name() + " asks first, and this is no terminal: give --yes");
    }
    String answer = console.readLine("%s [y/N] ", question);
    if (answer == null || !answer.strip().matches("(?i)y|yes")) {
      throw CommandFailure.wrongUsage(otherwise);
    }
  }
}
