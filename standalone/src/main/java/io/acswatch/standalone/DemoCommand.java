package io.acswatch.standalone;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.HttpAddress;
import io.acswatch.cli.StopSignal;
import io.acswatch.collector.agent.FramePublisher;
import io.acswatch.collector.agent.KafkaClients;
import io.acswatch.collector.agent.OutgoingFrame;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.TopicNames;
import java.io.File;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo}: a recorded kexec through the whole pipeline, to the alert. */
@Command(
    name = "demo",
    description = {
      "Starts a Kafka broker and the streams application in this process, replays a recorded kexec"
          + " of a host, and prints the alert.",
      "Everything is kept in a temporary directory and on free loopback ports. It runs until Ctrl-C,"
          + " so that you can look at page and topics; --once ends it after the alert."
    })
final class DemoCommand extends CliCommand {
  private static final Duration POLL = Duration.ofMillis(300);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration SENDING = Duration.ofSeconds(30);
  private static final Duration BETWEEN_SNAPSHOTS = Duration.ofSeconds(8);

  @Option(names = "--once", description = "End after the alert, with exit code 0.")
  private boolean once;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Maximum time until the alert; then exit code 3. Default 60.")
  private int timeoutSeconds = 60;

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      converter = HttpAddress.Converter.class,
      defaultValue = "127.0.0.1:0",
      description = "Address of page, API and metrics; default is a free loopback port.")
  private HttpAddress http = HttpAddress.parse("127.0.0.1:0");

  @Override
  public Integer call() throws IOException, InterruptedException {
    StopSignal.during(PATIENCE, this::show);
    return ExitCode.OK;
  }

  private void show(StopSignal stop) throws IOException, InterruptedException {
    Terminal terminal = new Terminal(out());
    Duration limit = Duration.ofSeconds(timeoutSeconds);
    terminal.line(
        """
        acswatch demo
          A host replaces its kernel by kexec while VMs with PCI devices stay alive. A port loses
          two ACS bits on the way, and devices of two VMs come into one IOMMU group.
          Here it is replayed from a recording: Kafka and the streams application start in this
          process, the host is sent before and after, and the alert comes out.
        """);
    try (DataDirectory scratch = DataDirectory.temporary()) {
      terminal.step("broker", "starts");
      EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT);
      terminal.step("broker", broker.bootstrapServers());
      try (Pipeline pipeline = Pipeline.start(broker, http, scratch.path().resolve("streams"))) {
        terminal.step("streams", "gets its partitions");
        if (!pipeline.awaitReady(limit, stop::isRaised)) {
          stopped(stop, terminal, "the streams application was not ready");
          return;
        }
        terminal.step("streams", "judges");
        printWhereToLook(pipeline, terminal);
        replay(pipeline, terminal);
        if (!printAlerts(pipeline, terminal, limit, stop)) {
          stopped(stop, terminal, "no alert came");
        } else if (!once) {
          terminal.line("\nRunning. See the host before and after: " + hostPage(pipeline));
          terminal.line("Ctrl-C ends it and removes all it has written.");
          stop.await();
        }
      }
    }
  }

  /** To be asked to end is no failure; time that is up is. */
  private void stopped(StopSignal stop, Terminal terminal, String what) {
    if (!stop.isRaised()) {
      throw new CommandFailure(what + " within " + timeoutSeconds + " s");
    }
    terminal.line("\nStopped before the alert came.");
  }

  private static void replay(Pipeline pipeline, Terminal terminal)
      throws IOException, InterruptedException {
    TopicNames topics = pipeline.config().topics();
    Map<String, Object> settings =
        KafkaClients.producer(pipeline.bootstrapServers(), "acswatch-demo", SENDING, Map.of());
    long now = Clock.systemUTC().millis();
    try (FramePublisher publisher = new FramePublisher(settings, topics)) {
      Capture before = RecordedKexec.before();
      Capture after = RecordedKexec.after();
      send(publisher, before, now - BETWEEN_SNAPSHOTS.toMillis(), "before", terminal);
      send(publisher, after, now, "after", terminal);
    }
  }

  private static void send(
      FramePublisher publisher, Capture capture, long takenAt, String when, Terminal terminal)
      throws IOException, InterruptedException {
    OutgoingFrame frame = OutgoingFrame.of(capture.withHost(capture.host(), 1, takenAt));
    terminal.step(
        when,
        "%s  %d functions, %d bytes, kernel %s, host %s"
            .formatted(
                publisher.send(frame),
                capture.functions().size(),
                frame.value().length,
                capture.boot().kernelRelease(),
                capture.host()));
  }

  /** Prints what comes until the merge of two VMs is among it. */
  private static boolean printAlerts(
      Pipeline pipeline, Terminal terminal, Duration limit, StopSignal stop) throws IOException {
    String topic = pipeline.config().topics().alerts();
    long deadline = System.nanoTime() + limit.toNanos();
    List<IsolationAlert> others = new ArrayList<>();
    boolean found = false;
    try (AlertReader reader = new AlertReader(pipeline.bootstrapServers(), topic, true)) {
      while (System.nanoTime() < deadline && !stop.isRaised()) {
        List<IsolationAlert> arrived = reader.poll(POLL);
        for (IsolationAlert alert : arrived) {
          if (alert.code() == AlertCode.GROUP_MERGED_CROSS_VM) {
            found = true;
            terminal.step("alert", topic + ", key " + alert.host());
            terminal.alert(alert);
          } else {
            others.add(alert);
          }
        }
        if (found && arrived.isEmpty()) {
          terminal.line("");
          others.forEach(
              alert ->
                  terminal.line(
                      "  also      %s  %s".formatted(alert.severity().label(), alert.headline())));
          return true;
        }
      }
    }
    return found;
  }

  private static void printWhereToLook(Pipeline pipeline, Terminal terminal) {
    String url = pipeline.httpUrl();
    TopicNames topics = pipeline.config().topics();
    String arguments =
        " --bootstrap-server %s --topic %s --from-beginning --isolation-level read_committed"
            .formatted(pipeline.bootstrapServers(), topics.alerts());
    terminal.line("\nWhat there is to see");
    terminal.line("  host      " + hostPage(pipeline));
    terminal.line("  fleet     " + url + "/");
    terminal.line("  API       " + url + "/api/v1/alerts, described by /api/v1/openapi.json");
    terminal.line("  metrics   " + url + "/metrics");
    terminal.line("  topics    " + String.join(", ", topics.all()));
    terminal.line("  consume   kafka-console-consumer.sh" + arguments);
    Path lib = libraries();
    if (lib != null) {
      terminal.line("            or, where Kafka is not installed:");
      terminal.line(
          "            java -cp '"
              + lib
              + "/*' org.apache.kafka.tools.consumer.ConsoleConsumer"
              + arguments);
    }
    terminal.line("");
  }

  private static String hostPage(Pipeline pipeline) {
    return pipeline.httpUrl()
        + "/host?id="
        + URLEncoder.encode(RecordedKexec.HOST, StandardCharsets.UTF_8);
  }

  /** The directory of jars this program runs from; null if it runs from classes. */
  private static @Nullable Path libraries() {
    for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      if (path.getFileName() != null
          && path.getFileName().toString().startsWith("kafka-clients-")) {
        return path.toAbsolutePath().getParent();
      }
    }
    return null;
  }
}
