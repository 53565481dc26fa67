package io.acswatch.collector.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ScopeType;

/** The list of the commands of one host. */
@Command(
    name = "acswatch",
    description = "Commands of one host.",
    mixinStandardHelpOptions = true,
    versionProvider = HostCommands.Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CaptureCommand.class,
      DecodeCommand.class,
      GroupsCommand.class,
      ExplainCommand.class,
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
  private HostCommands() {}

  /** A command line that knows them all and says in one line what went wrong. */
  public static CommandLine commandLine() {
    return Failures.install(new CommandLine(new HostCommands()))
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  /** Takes the version from the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = HostCommands.class.getPackage().getImplementationVersion();
      return new String[] {"acswatch " + (version == null ? "(not from a jar)" : version)};
    }
  }
}
