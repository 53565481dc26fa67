package io.acswatch.streams.command;

import io.acswatch.client.Incident;
import io.acswatch.client.IncidentSerde;
import io.acswatch.client.Severity;
import io.acswatch.streams.app.AppException;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.wire.terminal.Colour;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code incidents}: causes that several hosts have in common. */
@Command(
    name = "incidents",
    description = {
      "Prints the incidents that are open, the gravest first: alerts of one code that several hosts have,"
          + " of one platform, with one kernel and one port at fault.",
      "An incident opens when two hosts get such alerts within 24 hours, and closes when none has them."
    })
final class IncidentsCommand implements Callable<Integer> {
  /** How to print. */
  enum Output {
    TEXT,
    JSON
  }

  @Spec private @Nullable CommandSpec spec;
  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(names = "--all", description = "Those of the last week that are closed too.")
  private boolean all;

  @Option(
      names = "--output",
      paramLabel = "text|json",
      description = "How to print; json is the value of the topic, one line each.")
  private Output output = Output.TEXT;

  @Option(
      names = {"--colour", "--color"},
      paramLabel = "auto|always|never",
      description = "Whether to colour; auto does on a terminal.")
  private Colour colour = Colour.AUTO;

  private record Found(Incident incident, byte[] json) {}

  @Override
  public Integer call() throws AppException {
    IsolationConfig config = options.config(Map.of());
    boolean coloured = colour.isOn();
    PrintWriter out = spec.commandLine().getOut();
    boolean urgent = false;
    for (Found found : found(config)) {
      Incident incident = found.incident();
      out.println(
          output == Output.JSON
              ? new String(found.json(), StandardCharsets.UTF_8)
              : IncidentLine.of(incident, coloured));
      urgent |= incident.isOpen() && incident.severity().isAtLeast(Severity.HIGH);
    }
    out.flush();
    return urgent ? StreamsMain.FINDING : StreamsMain.OK;
  }

  private List<Found> found(IsolationConfig config) throws AppException {
    List<Found> wanted = new ArrayList<>();
    try (IncidentSerde serde = new IncidentSerde()) {
      for (byte[] json : TopicTable.read(config, config.topics().incidents()).values()) {
        Incident incident = serde.deserialize(config.topics().incidents(), json);
        if (all || incident.isOpen()) {
          wanted.add(new Found(incident, json));
        }
      }
    } catch (SerializationException damaged) {
      throw new AppException(AppException.firstLine(damaged), damaged);
    }
    wanted.sort(
        Comparator.comparing((Found found) -> found.incident().isOpen())
            .thenComparing(found -> found.incident().severity())
            .thenComparing(found -> found.incident().openHosts())
            .reversed()
            .thenComparing(found -> found.incident().incident()));
    return wanted;
  }
}
