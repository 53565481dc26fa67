package io.acswatch.collector.command;

import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.SenderMetrics;
import io.acswatch.collector.agent.SpoolSender;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolLock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code collect sender}: the spool into Kafka. */
@Command(
    name = "sender",
    description = {
      "Sends what 'collect reader' put into the spool to Kafka, and deletes what was acknowledged.",
      "Needs no privilege; keeps trying while no broker can be reached."
    })
final class SenderCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private CollectOptions options = new CollectOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    CollectorConfig config = options.configWithBroker();
    Path directory = config.spoolOrDefault();
    Spool spool = Spool.open(directory, config.spoolLimits());
    Clock clock = Clock.systemUTC();
    SpoolSender sender = new SpoolSender(config, spool, clock);
    try (SpoolLock lock = SpoolLock.take(directory, "sender");
        SenderMetrics metrics = SenderMetrics.serve(config.httpAddress(), spool, sender, clock)) {
      Thread hook = ExitHook.install(sender::stop);
      PrintWriter out = Streams.out(spec);
      out.println(
          "sending from %s into %s at %s; %s"
              .formatted(
                  directory,
                  config.topics().frames(),
                  config.bootstrapServers(),
                  metrics.described()));
      Streams.flush(out);
      sender.run();
      // Returns only when the hook has asked for it, which then ends the process.
      hook.join();
      return lock.isHeld() ? ExitCode.OK : ExitCode.BAD_INPUT;
    }
  }
}
