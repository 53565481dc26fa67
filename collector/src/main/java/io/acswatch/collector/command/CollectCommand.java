package io.acswatch.collector.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.StopSignal;
import io.acswatch.collector.agent.CollectorAgent;
import io.acswatch.collector.agent.CollectorConfig;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code collect}: the agent. */
@Command(
    name = "collect",
    subcommands = {ReaderCommand.class, SenderCommand.class},
    description = {
      "Watches this host and sends snapshots to Kafka: at the start, at once when an ACS Control"
          + " word, kexec, a device or an owner changes, and every few minutes in any case.",
      "Runs until it is stopped; keeps trying while no broker can be reached."
    },
    footerHeading = "%nKeys of the configuration file, one key=value per line:%n",
    footer = {
      "  collector.bootstrap.servers       brokers, host:port[,host:port...]",
      "  collector.topic.prefix            acswatch: frames go to acswatch.frames",
      "  collector.root                    /: directory that holds sys and proc",
      "  collector.host.id                 empty: the host name",
      "  collector.owners.file             empty: none",
      "  collector.snapshot.interval.ms    300000: between full snapshots while nothing changes",
      "  collector.sweep.interval.ms       60000: between looks at everything",
      "  collector.glance.interval.ms      1000: between fast looks",
      "  collector.settle.interval.ms      2000: least between snapshots for device events only",
      "  collector.heartbeat.interval.ms   60000: between heartbeats",
      "  collector.reads.per.second        500: most functions read in a second",
      "  collector.deny                    empty: 0000:3b:00.0,8086:1521 are never read",
      "  collector.send.timeout.ms         30000: of one attempt to send",
      "  collector.stop.timeout.ms         1000: to send what is left when stopped",
      "  collector.spool.dir               where frames wait; see --spool",
      "  collector.spool.bytes             67108864: most bytes that wait",
      "  collector.spool.age.ms            604800000: most time that what is of little use waits",
      "  collector.http.address            127.0.0.1:9641: metrics of the sender; empty: none",
      "  producer.*                        settings of the Kafka producer, without the prefix"
    })
final class CollectCommand extends CliCommand {
  /** How long it may take to return when it has stopped. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @Mixin private CollectOptions options = new CollectOptions();

  private int waiting;

  @Override
  public Integer call() throws IOException, InterruptedException {
    CollectorConfig config = options.configWithBroker();
    CollectorAgent agent = new CollectorAgent(config);
    StopSignal.calling(agent::stop, PATIENCE)
        .during(
            () -> {
              say(
                  "collecting as %s into %s at %s; frames that cannot be sent wait in %s"
                      .formatted(
                          agent.host(),
                          config.topics().frames(),
                          config.bootstrapServers(),
                          agent.spool()));
              waiting = agent.run();
            });
    if (waiting > 0) {
      say("%d frames wait in %s; the next start sends them".formatted(waiting, agent.spool()));
    }
    return waiting > 0 ? ExitCode.FINDING : ExitCode.OK;
  }
}
