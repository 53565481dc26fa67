package io.acswatch.collector.command;

import io.acswatch.cli.BrokerOptions;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.DurationConverter;
import io.acswatch.cli.ExitCode;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.FramePublisher;
import io.acswatch.collector.agent.OutgoingFrame;
import io.acswatch.collector.agent.ProducerSettings;
import io.acswatch.pci.snapshot.Capture;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code replay}: captures and spools into Kafka. */
@Command(
    name = "replay",
    description = {
      "Sends captures to Kafka in the order given, as the agent of that host would have sent them,"
          + " and waits for the acknowledgement of each. All are read before the first is sent.",
      "A directory is taken for the spool of an agent: its frames are sent in their order, as they"
          + " are. The spool stays as it is."
    })
final class ReplayCommand extends CliCommand {
  private static final String NAMELESS_HOST = "replay";

  @Parameters(
      arity = "1..*",
      paramLabel = "CAPTURE|SPOOL",
      description = "Capture files, - is standard input; directories of spool files.")
  private List<String> files = List.of();

  @Mixin private BrokerOptions broker = new BrokerOptions();

  @Option(
      names = "--host-id",
      paramLabel = "ID",
      description =
          "Host to send captures as; default is the one in each, or 'replay' if it has none.")
  private @Nullable String hostId;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Pause between two captures, as 500ms or 2s; default none.")
  private Duration interval = Duration.ZERO;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Time that sending one capture may take; default 30s.")
  private Duration timeout = Duration.ofSeconds(30);

  @Override
  public Integer call() throws IOException, InterruptedException {
    CollectorConfig config = CollectOptions.withBroker(broker);
    List<ReplayInput> inputs = new ArrayList<>();
    for (String file : files) {
      inputs.addAll(ReplayInput.of(file));
    }
    if (hostId != null && inputs.stream().anyMatch(ReplayInput.OfSpool.class::isInstance)) {
      throw wrongUsage("--host-id is for captures; frames of a spool name their host");
    }
    PrintWriter out = out();
    Map<String, Object> settings =
        ProducerSettings.of(
            config.bootstrapServers(), "acswatch-replay", timeout, config.producer());
    Map<String, Long> sequences = new HashMap<>();
    try (FramePublisher publisher = new FramePublisher(settings, config.topics())) {
      for (int i = 0; i < inputs.size(); i++) {
        if (i > 0) {
          Thread.sleep(interval.toMillis());
        }
        out.println(send(inputs.get(i), sequences, publisher));
        flush();
      }
    }
    return ExitCode.OK;
  }

  private String send(ReplayInput input, Map<String, Long> sequences, FramePublisher publisher)
      throws IOException, InterruptedException {
    if (input instanceof ReplayInput.OfSpool spooled) {
      OutgoingFrame frame = spooled.frame();
      return "%s -> %s  host %s  sequence %d  %d bytes"
          .formatted(
              spooled.name(),
              publisher.send(frame),
              frame.host(),
              frame.sequence(),
              frame.value().length);
    }
    Capture capture = asSent(((ReplayInput.OfCapture) input).capture(), sequences);
    OutgoingFrame frame = OutgoingFrame.of(capture);
    return line(input.name(), capture, frame, publisher.send(frame));
  }

  private static String line(
      String file, Capture capture, OutgoingFrame frame, RecordMetadata sent) {
    return "%s -> %s  host %s  boot %s  sequence %d  %d functions  %d bytes"
        .formatted(
            file,
            sent,
            frame.host(),
            capture.boot().id(),
            frame.sequence(),
            capture.functions().size(),
            frame.value().length);
  }

  /** What a capture does not say, the agent would have: host, sequence within the boot, time. */
  private Capture asSent(Capture capture, Map<String, Long> sequences) {
    String named = capture.host().isEmpty() ? NAMELESS_HOST : capture.host();
    String host = hostId == null ? named : hostId;
    String boot = host + "/" + capture.boot().id();
    long next = sequences.getOrDefault(boot, 0L) + 1;
    long sequence = Math.max(next, capture.sequence());
    sequences.put(boot, sequence);
    long takenAt =
        capture.takenAtMillis() == 0 ? Clock.systemUTC().millis() : capture.takenAtMillis();
    return capture.withHost(host, sequence, takenAt);
  }
}
