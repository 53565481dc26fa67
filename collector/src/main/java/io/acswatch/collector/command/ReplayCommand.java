package io.acswatch.collector.command;

import io.acswatch.cli.BrokerOptions;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.DurationConverter;
import io.acswatch.cli.ExitCode;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.FramePublisher;
import io.acswatch.collector.agent.KafkaClients;
import io.acswatch.collector.agent.OutgoingFrame;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolEntry;
import io.acswatch.collector.spool.SpooledFrame;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.FrameLimits;
import io.acswatch.wire.InputException;
import io.acswatch.wire.TopicNames;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "replay",
    description = {
      "Sends captures to Kafka in the given order, as the agent of that host would, and waits"
          + " for each acknowledgement. It reads all of them before it sends the first.",
      "A directory is the spool of an agent: its frames are sent unchanged, in their order. The"
          + " spool is not changed.",
      "Not judged again: a frame of a boot that is older than the current one of its host, and a"
          + " frame whose number the host has sent before. They are counted"
          + " (acswatch_frames_passed_over_total)."
    })
final class ReplayCommand extends CliCommand {
  private static final String NAMELESS_HOST = "replay";

  @Parameters(
      arity = "1..*",
      paramLabel = "CAPTURE|SPOOL",
      description = "Capture files; - is standard input. Directories of spools.")
  private List<String> files = List.of();

  @Mixin private BrokerOptions broker = new BrokerOptions();

  @Option(
      names = "--host-id",
      paramLabel = "ID",
      description = "Host id for captures; default is the one in each capture, or 'replay'.")
  private @Nullable String hostId;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Maximum time to send one frame; default 30s.")
  private Duration timeout = Duration.ofSeconds(30);

  private final Map<String, Long> sequences = new HashMap<>();

  /** A frame to come; one of a spool is read when it is sent: a spool may be larger than memory. */
  private record Replayed(String name, Callable<OutgoingFrame> frame) {}

  @Override
  public Integer call() throws Exception {
    CollectorConfig config = CollectOptions.withBroker(broker);
    if (hostId != null) {
      checkHost(hostId);
    }
    List<Replayed> frames = new ArrayList<>();
    for (String file : files) {
      frames.addAll(framesOf(file));
    }
    Map<String, Object> settings =
        KafkaClients.producer(
            config.bootstrapServers(), "acswatch-replay", timeout, config.kafka());
    try (FramePublisher publisher = new FramePublisher(settings, config.topics())) {
      for (Replayed replayed : frames) {
        OutgoingFrame frame = replayed.frame().call();
        say(
            "%s -> %s  host %s  sequence %d  %d bytes"
                .formatted(
                    replayed.name(),
                    publisher.send(frame),
                    frame.host(),
                    frame.sequence(),
                    frame.value().length));
      }
    }
    remark(TopicNames.OLD_FRAMES_SENT);
    return ExitCode.OK;
  }

  private void checkHost(String id) {
    try {
      FrameLimits.host(id);
    } catch (IllegalArgumentException tooLong) {
      throw wrongUsage("--host-id: " + tooLong.getMessage());
    }
  }

  /** What a name stands for: a capture, or all of a directory that is a spool, in its order. */
  private List<Replayed> framesOf(String name) throws IOException {
    if (name.equals(CaptureInput.STANDARD_INPUT) || !Files.isDirectory(Path.of(name))) {
      OutgoingFrame frame = OutgoingFrame.of(asSent(CaptureInput.read(name)));
      return List.of(new Replayed(name, () -> frame));
    }
    if (hostId != null) {
      throw wrongUsage("--host-id is for captures; frames of a spool name their host");
    }
    List<Replayed> frames = new ArrayList<>();
    for (SpoolEntry entry : Spool.entriesOf(Path.of(name))) {
      spooled(entry.path()); // what is damaged is refused before anything is sent
      frames.add(new Replayed(entry.path().toString(), () -> spooled(entry.path())));
    }
    if (frames.isEmpty()) {
      throw new InputException(name, "a directory without frames of a spool");
    }
    return frames;
  }

  static OutgoingFrame spooled(Path file) throws IOException {
    SpooledFrame spooled = Spool.frameOf(file);
    FrameReader reader = new FrameReader();
    Rejected rejected = reader.wrap(spooled.bytes());
    if (rejected != null) {
      throw new InputException(
          file.toString(), "frame, byte %d: %s".formatted(rejected.offset(), rejected.detail()));
    }
    if (reader.host().isEmpty()) {
      throw new InputException(file.toString(), "the frame names no host");
    }
    return new OutgoingFrame(
        reader.host(), reader.sequence(), spooled.bytes(), spooled.signature());
  }

  /** What a capture does not say, the agent would have: host, sequence within the boot, time. */
  private Capture asSent(Capture capture) {
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
