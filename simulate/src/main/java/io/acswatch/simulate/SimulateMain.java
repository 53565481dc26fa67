package io.acswatch.simulate;

import io.acswatch.cli.Program;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** Starts {@code simulate}. */
@Command(
    name = "acswatch",
    description = "The simulated fleet.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {SimulateCommand.class},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:alerts are missing, or came that must not",
      "2:wrong usage",
      "3:a broker or a file that cannot be used"
    })
public final class SimulateMain {
  private SimulateMain() {}

  /** Runs the command that the arguments name and exits with its code. */
  public static void main(String[] arguments) {
    Program.run(new SimulateMain(), arguments);
  }

  /** The command line, for a test. */
  public static CommandLine commandLine() {
    return Program.commandLine(new SimulateMain());
  }
}
