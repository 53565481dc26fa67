package io.acswatch.collector.command;

import io.acswatch.cli.BrokerOptions;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.OutputOption;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.KafkaClients;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostTree;
import io.acswatch.collector.source.ownership.OwnershipReader;
import io.acswatch.wire.json.AlertText;
import io.acswatch.wire.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code check}: what the collector can and cannot see on this host. */
@Command(
    name = "check",
    description = {
      "Shows what the collector can and cannot see on this host with your privileges, and what"
          + " to do about it. It changes nothing.",
      "Run it as the user of the reader to learn what the reader sees."
    },
    exitCodeList = {
      "0:the collector sees all it needs; limits are printed",
      "1:something essential is missing",
      "2:wrong usage",
      "3:the host cannot be read"
    })
final class CheckCommand extends CliCommand {
  @Mixin private OutputOption output = new OutputOption();

  @Mixin private HostOptions host = new HostOptions();

  @Option(names = "--spool", paramLabel = "DIR", description = "Check whether DIR can be written.")
  private @Nullable Path spool;

  @Mixin private BrokerOptions broker = new BrokerOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    CollectorConfig config =
        KafkaClients.config(
            host.over(broker.settings(CollectorConfig.KEYS, CollectorConfig.FAMILY))
                .put(CollectorConfig.SPOOL_DIRECTORY, spool));
    HostTree tree = new HostTree(config.root());
    HostCheck check = new HostCheck(tree);
    check.host(new HostReader(tree, Clock.systemUTC()), config.hostId());
    check.owners(new OwnershipReader(tree, config.owners(), Clock.systemUTC()));
    if (config.spool() != null) {
      check.spool(config.spool());
    }
    if (config.signed()) {
      check.signing(config.spoolOrDefault());
    }
    if (!config.bootstrapServers().isEmpty()) {
      check.broker(
          KafkaClients.producer(
              config.bootstrapServers(), "acswatch-check", config.sendTimeout(), config.kafka()),
          config.topics().frames());
    }
    PrintWriter out = out();
    for (HostCheck.Item item : check.items()) {
      out.println(output.isJson() ? json(item) : text(item));
    }
    flush();
    boolean failed = check.items().stream().anyMatch(i -> i.state() == HostCheck.State.FAILED);
    return failed ? ExitCode.FINDING : ExitCode.OK;
  }

  private static String text(HostCheck.Item item) {
    String line =
        "%-8s %-20s %s"
            .formatted(item.state().label(), item.subject(), AlertText.printable(item.says()));
    return item.next().isEmpty() ? line : line + "%n%30snext: %s".formatted("", item.next());
  }

  private static String json(HostCheck.Item item) throws IOException {
    return Json.object(
        json -> {
          json.writeStringField("subject", item.subject());
          json.writeStringField("state", item.state().label());
          json.writeStringField("says", item.says());
          json.writeStringField("next", item.next());
        });
  }
}
