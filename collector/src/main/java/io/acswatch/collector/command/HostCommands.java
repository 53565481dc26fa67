package io.acswatch.collector.command;

import io.acswatch.cli.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

@Command(
    name = "acswatch",
    description = "Commands of one host.",
    mixinStandardHelpOptions = true,
    versionProvider = Program.Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CaptureCommand.class,
      ImportCommand.class,
      DecodeCommand.class,
      GroupsCommand.class,
      ExplainCommand.class,
      AdviseCommand.class,
      DiffCommand.class,
      PreflightCommand.class,
      ReplayCommand.class,
      CollectCommand.class,
      CheckCommand.class,
      UnpackCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing found",
      "1:a finding of severity high or critical",
      "2:wrong usage",
      "3:input unreadable or damaged, or a broker or file that cannot be reached"
    })
public final class HostCommands {
  public static void main(String[] arguments) {
    Program.run(new HostCommands(), arguments);
  }
}
