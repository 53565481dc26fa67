package io.acswatch.streams.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ColourOption;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.Ink;
import io.acswatch.cli.OutputOption;
import io.acswatch.client.Incident;
import io.acswatch.client.IncidentSerde;
import io.acswatch.client.Severity;
import io.acswatch.streams.api.FleetLists;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.wire.json.AlertText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.errors.SerializationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code incidents}: causes that several hosts have in common. */
@Command(
    name = "incidents",
    description = {
      "Prints open incidents, the gravest first. An incident joins alerts that several hosts have with"
          + " one code, platform, kernel and port.",
      "It opens when two hosts get such alerts within 24 hours, and closes when no host has one."
    })
final class IncidentsCommand extends CliCommand {
  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(names = "--all", description = "Also print incidents that were closed in the last week.")
  private boolean all;

  @Mixin private OutputOption output = new OutputOption();

  @Mixin private ColourOption colour = new ColourOption();

  private record Found(Incident incident, byte[] json) {}

  @Override
  public Integer call() throws IOException {
    IsolationConfig config = options.config();
    boolean coloured = colour.isOn();
    PrintWriter out = out();
    boolean urgent = false;
    for (Found found : found(config)) {
      Incident incident = found.incident();
      out.println(
          output.isJson()
              ? new String(found.json(), StandardCharsets.UTF_8)
              : text(incident, coloured));
      urgent |= incident.isOpen() && incident.severity().isAtLeast(Severity.HIGH);
    }
    flush();
    return urgent ? ExitCode.FINDING : ExitCode.OK;
  }

  /** One line on the incident and one with its hosts, without a line feed at the end. */
  private static String text(Incident incident, boolean coloured) {
    StringBuilder hosts = new StringBuilder();
    incident.sample().forEach(host -> hosts.append(' ').append(AlertText.printable(host)));
    if (incident.hosts() > incident.sample().size()) {
      hosts.append(" and %d more".formatted(incident.hosts() - incident.sample().size()));
    }
    return "%s %s %-8s %s %s%n   %s"
        .formatted(
            AlertText.printable(incident.openedAt()),
            AlertLine.severity(new Ink(coloured), incident.severity(), incident.isOpen()),
            incident.status().name().toLowerCase(Locale.ROOT),
            AlertLine.beginning(incident.incident()),
            AlertText.printable(incident.headline()),
            hosts);
  }

  private List<Found> found(IsolationConfig config) {
    List<Found> wanted = new ArrayList<>();
    String topic = config.topics().incidents();
    try (TopicReader reader = TopicReader.open(config, topic, TopicReader.BEGINNING);
        IncidentSerde serde = new IncidentSerde()) {
      for (byte[] json : reader.table().values()) {
        Incident incident = serde.deserialize(topic, json);
        if (all || incident.isOpen()) {
          wanted.add(new Found(incident, json));
        }
      }
    } catch (SerializationException damaged) {
      throw new CommandFailure(CommandFailure.firstLine(damaged), damaged);
    }
    wanted.sort(Comparator.comparing(found -> FleetLists.key(found.incident())));
    return wanted;
  }
}
