package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.StopSignal;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.SenderMetrics;
import io.acswatch.collector.agent.SpoolSender;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "sender",
    description = {
      "Sends the frames of the spool to Kafka, and deletes what the broker acknowledged.",
      "Needs no privilege. Keeps trying while no broker can be reached."
    })
final class SenderCommand extends CliCommand {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @Mixin private CollectOptions options = new CollectOptions();

  @Override
  @SuppressWarnings("try") // the lock is held, and nothing more
  public Integer call() throws IOException, InterruptedException {
    CollectorConfig config = options.configWithBroker();
    Path directory = config.spoolOrDefault();
    Spool spool = Spool.open(directory, config.spoolLimits());
    Clock clock = Clock.systemUTC();
    SpoolSender sender = new SpoolSender(config, spool, clock);
    try (SpoolLock lock = SpoolLock.take(directory, "sender");
        SenderMetrics metrics = SenderMetrics.serve(config.httpAddress(), spool, sender, clock)) {
      say(
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
