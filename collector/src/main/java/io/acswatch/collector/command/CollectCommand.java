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

@Command(
    name = "collect",
    subcommands = {ReaderCommand.class, SenderCommand.class},
    description = {
      "Watches this host and sends snapshots to Kafka: at the start, at once when an ACS"
          + " Control register, kexec, a device or an owner changes, and every few minutes.",
      "Runs until it is stopped. While no broker can be reached, frames wait in the spool and"
          + " it keeps trying."
    },
    footerHeading = "%nKeys of the configuration file, one key=value per line:%n",
    footer = {
      "  collector.bootstrap.servers       brokers, host:port[,host:port...]",
      "  collector.topic.prefix            prefix of the topic names (acswatch)",
      "  collector.root                    directory that holds sys and proc (/)",
      "  collector.host.id                 id of this host (the host name)",
      "  collector.owners.file             file of owner lines (none)",
      "  collector.snapshot.interval.ms    maximum, whole snapshots; an hour at most (3600000)",
      "  collector.sweep.interval.ms       interval between reads of everything (60000)",
      "  collector.glance.interval.ms      interval between checks for changes (1000)",
      "  collector.settle.interval.ms      minimum, if only device events cause snapshots (2000)",
      "  collector.heartbeat.interval.ms   interval between heartbeats (60000)",
      "  collector.reads.per.second        maximum number of functions read per second (500)",
      "  collector.deny                    never read these: 0000:3b:00.0,8086:1521 (none)",
      "  collector.send.timeout.ms         maximum time of one attempt to send (30000)",
      "  collector.stop.timeout.ms         maximum time to send the rest when stopped (1000)",
      "  collector.spool.dir               directory where frames wait; see --spool",
      "  collector.spool.bytes             maximum size of all frames that wait (67108864)",
      "  collector.spool.age.ms            maximum age of low-priority frames (604800000)",
      "  collector.sign                    yes: sign frames, by the key in the spool (no)",
      "  collector.http.address            metrics of the sender; empty: none (127.0.0.1:9641)",
      "  kafka.*                           settings of all Kafka clients, without the prefix",
      "  producer.*                        settings of the Kafka producer; they win"
    },
    exitCodeList = {
      "0:stopped; all frames are sent",
      "1:stopped; frames wait in the spool, and the next start sends them",
      "2:wrong usage",
      "3:the host cannot be read, or another agent uses the spool"
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
