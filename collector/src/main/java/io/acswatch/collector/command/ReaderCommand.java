package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.Program;
import io.acswatch.cli.StopSignal;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.SpoolingReader;
import io.acswatch.collector.agent.UnitOptions;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code collect reader}: this host into the spool. Loads no class of Kafka. */
@Command(
    name = "reader",
    mixinStandardHelpOptions = true, // its launcher starts it without the commands above it
    versionProvider = Program.Version.class,
    description = {
      "Watches this host and writes frames to the spool, from which 'collect sender' sends"
          + " them.",
      "Uses no network. When stopped it takes a last snapshot within 200 ms."
    })
public final class ReaderCommand extends CliCommand {
  /** What its unit gives it is 200 ms, most of which its last look may take. */
  private static final Duration PATIENCE = Duration.ofMillis(20);

  @Mixin private CollectOptions options = new CollectOptions();

  @Option(names = "--once", description = "Take one snapshot and exit.")
  private boolean once;

  /** Runs it as the process that its launcher starts. */
  public static void main(String... arguments) {
    UnitOptions given = UnitOptions.of(arguments);
    if (given == null) {
      Program.run(new ReaderCommand(), arguments);
    } else {
      Program.run(say -> watch(CollectorConfig.from(given.settings()), false, say));
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    return watch(options.config(), once, this::say);
  }

  @SuppressWarnings("try") // the lock is held, and nothing more
  private static int watch(CollectorConfig config, boolean once, Consumer<String> say)
      throws IOException, InterruptedException {
    Path directory = config.spoolOrDefault();
    Spool spool = Spool.open(directory, config.spoolLimits());
    try (SpoolLock lock = spool.lock("reader")) {
      SpoolingReader reader = new SpoolingReader(config, spool, Clock.systemUTC());
      if (once) {
        reader.once();
        return ExitCode.OK;
      }
      StopSignal.calling(reader::stop, PATIENCE)
          .during(
              () -> {
                say.accept("reading " + reader.host() + " into " + directory);
                reader.run();
              });
      return ExitCode.OK;
    }
  }
}
