package io.acswatch.benchmarks;

import io.acswatch.benchmarks.guard.GuardCommand;
import io.acswatch.benchmarks.latency.LatencyCommand;
import io.acswatch.benchmarks.topology.StormCommand;
import io.acswatch.benchmarks.topology.TopologyCommand;
import io.acswatch.cli.Program;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** Starts the benchmarks of the pipeline: {@code bench topology} and its like. */
@Command(
    name = "acswatch bench",
    description = {
      "Measures the pipeline as a whole, and guards the hot path.",
      "Other arguments go to JMH: 'bench FindAcs' runs one benchmark, 'bench -l' lists them,"
          + " 'bench -h' prints JMH's own help."
    },
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TopologyCommand.class,
      LatencyCommand.class,
      StormCommand.class,
      GuardCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, whatever the figures; of guard: all holds",
      "1:guard: the hot path does more than it did",
      "2:wrong usage",
      "3:something that cannot be started, read or written"
    })
public final class BenchMain {
  private BenchMain() {}

  /** Runs the command that the arguments name and exits with its code. */
  public static void main(String[] arguments) {
    quiet();
    System.exit(commandLine().execute(arguments));
  }

  /** The application tells at every start and stop what it does; here it starts a hundred times. */
  private static void quiet() {
    String ours = "org.slf4j.simpleLogger.log.io.acswatch";
    if (System.getProperty(ours) == null) {
      System.setProperty(ours, "warn");
    }
  }

  public static CommandLine commandLine() {
    return Program.commandLine(new BenchMain());
  }
}
