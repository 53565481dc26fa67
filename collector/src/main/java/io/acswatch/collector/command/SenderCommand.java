package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.Program;
import io.acswatch.cli.StopSignal;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.SenderMetrics;
import io.acswatch.collector.agent.SpoolSender;
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

/** {@code collect sender}: from the spool to Kafka. */
@Command(
    name = "sender",
    mixinStandardHelpOptions = true, // its launcher starts it without the commands above it
    versionProvider = Program.Version.class,
    description = {
      "Sends the frames of the spool to Kafka, and deletes what the broker acknowledged.",
      "Needs no privilege. Keeps trying while no broker can be reached."
    })
public final class SenderCommand extends CliCommand {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @Mixin private CollectOptions options = new CollectOptions();

  /** Runs it as the process that its launcher starts. */
  public static void main(String... arguments) {
    UnitOptions given = UnitOptions.of(arguments);
    if (given == null) {
      Program.run(new SenderCommand(), arguments);
    } else {
      Program.run(say -> send(CollectOptions.withBroker(given.settings()), say));
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    return send(options.configWithBroker(), this::say);
  }

  @SuppressWarnings("try") // the lock is held, and nothing more
  private static int send(CollectorConfig config, Consumer<String> say)
      throws IOException, InterruptedException {
    Path directory = config.spoolOrDefault();
    Spool spool = Spool.open(directory, config.spoolLimits());
    Clock clock = Clock.systemUTC();
    SpoolSender sender = new SpoolSender(config, spool, clock);
    try (SpoolLock lock = spool.lock("sender");
        SenderMetrics metrics = SenderMetrics.serve(config.httpAddress(), spool, sender, clock)) {
      say.accept(
          "sending from %s into %s at %s; %s"
              .formatted(
                  directory,
                  config.topics().frames(),
                  config.bootstrapServers(),
                  metrics.described()));
      StopSignal.calling(sender::stop, PATIENCE).during(sender::run);
      return ExitCode.OK;
    }
  }
}
