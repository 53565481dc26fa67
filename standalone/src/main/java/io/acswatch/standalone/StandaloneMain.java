package io.acswatch.standalone;

import io.acswatch.collector.command.CommandFailure;
import io.acswatch.collector.command.Failures;
import io.acswatch.streams.app.AppException;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ScopeType;

/** Starts a command that has all parts in one process: {@code demo}, {@code standalone}. */
@Command(
    name = "acswatch",
    description = "Broker, collector and streams application in one process.",
    mixinStandardHelpOptions = true,
    versionProvider = StandaloneMain.Version.class,
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
  static final int OK = 0;

  private StandaloneMain() {}

  /** Runs the command that the arguments name and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** A command line that says in one line what went wrong. */
  static CommandLine commandLine() {
    CommandLine commands = Failures.install(new CommandLine(new StandaloneMain()));
    IExecutionExceptionHandler oneLine = commands.getExecutionExceptionHandler();
    return commands.setExecutionExceptionHandler(
        (failure, command, parsed) ->
            oneLine.handleExecutionException(sentence(failure), command, parsed));
  }

  /** Failures whose message is already the line for the user. */
  private static Exception sentence(Exception failure) {
    boolean forUsers =
        failure instanceof AppException
            || failure instanceof BrokerStartException
            || failure instanceof ConfigException;
    return forUsers ? new CommandFailure(String.valueOf(failure.getMessage())) : failure;
  }

  /** Takes the version from the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = StandaloneMain.class.getPackage().getImplementationVersion();
      return new String[] {"acswatch " + (version == null ? "(not from a jar)" : version)};
    }
  }
}
