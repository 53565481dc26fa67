package io.acswatch.streams.command;

import io.acswatch.streams.app.AppException;
import io.acswatch.streams.app.IsolationApp;
import java.io.PrintWriter;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** Starts a command of the centre: {@code streams}, {@code topics} and those on their topics. */
@Command(
    name = "acswatch",
    description = "Commands of the centre.",
    mixinStandardHelpOptions = true,
    versionProvider = StreamsMain.Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      StreamsCommand.class,
      TopicsCommand.class,
      AlertsCommand.class,
      IncidentsCommand.class,
      RejectsCommand.class,
      RetireCommand.class
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
  static final int OK = 0;
  static final int FINDING = 1;
  static final int USAGE = 2;
  static final int UNUSABLE = 3;

  private StreamsMain() {}

  /** Runs the command that the arguments name and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** A command line that says in one line what went wrong. */
  public static CommandLine commandLine() {
    return new CommandLine(new StreamsMain())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(StreamsMain::wrongUsage)
        .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command));
  }

  private static int wrongUsage(ParameterException refused, String[] arguments) {
    CommandLine command = refused.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("acswatch: " + AppException.firstLine(refused));
    err.println("'" + command.getCommandSpec().qualifiedName() + " --help' tells more");
    err.flush();
    return USAGE;
  }

  private static int failed(Exception failure, CommandLine command) {
    boolean expected = failure instanceof AppException || failure instanceof ConfigException;
    String kind = expected ? "" : failure.getClass().getSimpleName() + ": ";
    PrintWriter err = command.getErr();
    err.println("acswatch: " + kind + AppException.firstLine(failure));
    err.flush();
    LoggerFactory.getLogger(StreamsMain.class).debug("command failed", failure);
    return failure instanceof ConfigException ? USAGE : UNUSABLE;
  }

  /** Takes the version from the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"acswatch " + IsolationApp.version()};
    }
  }
}
