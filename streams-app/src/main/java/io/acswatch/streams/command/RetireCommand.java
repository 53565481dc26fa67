package io.acswatch.streams.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.streams.topology.HostRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code retire}: asks the streams application to forget hosts. */
@Command(
    name = "retire",
    description = {
      "Makes the streams application forget hosts that are gone for good. It resolves their"
          + " alerts, and deletes them from the topics of alert states and groups.",
      "Stop the collector first: a host that continues to send frames counts as a new host."
    })
final class RetireCommand extends CliCommand {
  @Mixin private ConfigOptions options = new ConfigOptions();

  @Parameters(arity = "1..*", paramLabel = "HOST", description = "Ids of the hosts.")
  private List<String> hosts = List.of();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, for whoever reads the commands topic; default 'retired'.")
  private String reason = "retired";

  @Mixin private ConfirmOption confirmation = new ConfirmOption();

  @Override
  public Integer call() throws IOException {
    IsolationConfig config = options.config();
    hosts.forEach(ConfigOptions::host);
    // A host is not looked up: one that is not known may be a mistake, or gone already.
    confirmation.confirm(
        "Resolve all alerts and delete the groups of " + String.join(", ", hosts) + "?",
        "nothing was retired");
    String topic = config.topics().commands();
    byte[] request = new HostRequest(reason).json();
    try (TopicSender sender = new TopicSender(config, topic)) {
      for (String host : hosts) {
        byte[] key = host.getBytes(StandardCharsets.UTF_8);
        out().println(host + " -> " + sender.send(new ProducerRecord<>(topic, key, request)));
        flush();
      }
    }
    return ExitCode.OK;
  }
}
