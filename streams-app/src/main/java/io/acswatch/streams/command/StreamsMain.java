package io.acswatch.streams.command;

import io.acswatch.cli.Program;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** Starts a command of the centre: {@code streams}, {@code topics} and those on their topics. */
@Command(
    name = "acswatch",
    description = "Commands of the centre.",
    mixinStandardHelpOptions = true,
    versionProvider = Program.Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      StreamsCommand.class,
      TopicsCommand.class,
      AlertsCommand.class,
      IncidentsCommand.class,
      KernelsCommand.class,
      RejectsCommand.class,
      RetireCommand.class,
      TrustCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, nothing found",
      "1:topics are not as they should be (topics --check), or an open alert of severity high or"
          + " critical was printed (alerts --once, --max; incidents)",
      "2:wrong usage",
      "3:a broker, topic, port or directory cannot be used"
    })
public final class StreamsMain {
  public static void main(String[] arguments) {
    Program.run(new StreamsMain(), arguments);
  }
}
