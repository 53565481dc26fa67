package io.acswatch.standalone;

import io.acswatch.cli.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** Starts a command that has all parts in one process: {@code demo}, {@code standalone}. */
@Command(
    name = "acswatch",
    description = "Broker, collector and streams application in one process.",
    mixinStandardHelpOptions = true,
    versionProvider = Program.Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {DemoCommand.class, StandaloneCommand.class},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, or stopped as asked",
      "2:wrong usage",
      "3:no alert within the time limit, or a port or directory that cannot be used"
    })
public final class StandaloneMain {
  public static void main(String[] arguments) {
    Program.run(new StandaloneMain(), arguments);
  }
}
