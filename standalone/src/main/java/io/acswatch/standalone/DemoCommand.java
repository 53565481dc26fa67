package io.acswatch.standalone;

import io.acswatch.collector.command.CommandFailure;
import io.acswatch.collector.publish.FramePublisher;
import io.acswatch.collector.publish.OutgoingFrame;
import io.acswatch.collector.publish.ProducerSettings;
import io.acswatch.pci.capture.Capture;
import io.acswatch.pci.liveupdate.AlertCode;
import io.acswatch.pci.liveupdate.IsolationAlert;
import io.acswatch.streams.AppException;
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
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code demo}: a recorded kexec through the whole pipeline, to the alert. */
@Command(
    name = "demo",
    description = {
      "Starts a Kafka broker and the streams application in this process, sends the host before and"
          + " after a recorded kexec as its collector would have, and prints the alert.",
      "All of it lives in a temporary directory and on loopback ports that are free. It runs on"
          + " until Ctrl-C, so that the topics can be looked at; --once ends it after the alert."
    })
final class DemoCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(300);
  private static final Duration SENDING = Duration.ofSeconds(30);
  private static final Duration BETWEEN_SNAPSHOTS = Duration.ofSeconds(8);

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--once", description = "End after the alert, with exit code 0.")
  private boolean once;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Time within which the alert must have come; else exit code 3. Default 60.")
  private int timeoutSeconds = 60;

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:0",
      description = "Where metrics and health are served; default is a free port on loopback.")
  private String http = "127.0.0.1:0";

  @Override
  public Integer call()
      throws IOException, InterruptedException, BrokerStartException, AppException {
    Terminal terminal = Terminal.of(spec);
    Duration limit = Duration.ofSeconds(timeoutSeconds);
    terminal.line(
        """
        acswatch demo: a host with VMs before and after a recorded kexec, through broker and topology.
        It starts a broker and the streams application, sends both snapshots, and prints the alert;
        then the page shows the host, and topics, metrics and API can be looked at.
        """);
    try (StopSignal stop = StopSignal.onTermination();
        DataDirectory scratch = DataDirectory.temporary()) {
      EmbeddedBroker broker = EmbeddedBroker.startTemporary(EmbeddedBroker.ANY_PORT);
      terminal.step("broker", broker.bootstrapServers());
      try (Pipeline pipeline = Pipeline.start(broker, http, scratch.path().resolve("streams"))) {
        if (!pipeline.awaitReady(limit)) {
          throw late("the streams application was not ready");
        }
        terminal.step("page", pipeline.httpUrl() + "/");
        replay(pipeline, terminal);
        if (!printAlerts(pipeline, terminal, limit)) {
          throw late("no alert came");
        }
        printHowToRead(pipeline, terminal);
        if (!once) {
          printWhereToLook(pipeline, terminal);
          terminal.line("\nRunning; Ctrl-C ends it and removes all it has written.");
          stop.await();
        }
      }
    }
    return StandaloneMain.OK;
  }

  private CommandFailure late(String what) {
    return new CommandFailure(what + " within " + timeoutSeconds + " s");
  }

  private static void replay(Pipeline pipeline, Terminal terminal)
      throws IOException, InterruptedException {
    TopicNames topics = pipeline.config().topics();
    Map<String, Object> settings =
        ProducerSettings.of(pipeline.bootstrapServers(), "acswatch-demo", SENDING, Map.of());
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
  private static boolean printAlerts(Pipeline pipeline, Terminal terminal, Duration limit)
      throws IOException {
    String topic = pipeline.config().topics().alerts();
    long deadline = System.nanoTime() + limit.toNanos();
    List<IsolationAlert> others = new ArrayList<>();
    boolean found = false;
    try (AlertReader reader = new AlertReader(pipeline.bootstrapServers(), topic, true)) {
      while (System.nanoTime() < deadline) {
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
          others.forEach(
              alert ->
                  terminal.line(
                      "\nalso: %s  %s".formatted(alert.severity().label(), alert.headline())));
          return true;
        }
      }
    }
    return found;
  }

  private static void printWhereToLook(Pipeline pipeline, Terminal terminal) throws IOException {
    String url = pipeline.httpUrl();
    TopicNames topics = pipeline.config().topics();
    terminal.line("\nTo look at:");
    terminal.line("  the host  " + url + "/host?id=" + encoded(RecordedKexec.after().host()));
    terminal.line("  the fleet " + url + "/");
    terminal.line("  API       " + url + "/api/v1/alerts, described by /api/v1/openapi.json");
    terminal.line("  metrics   " + url + "/metrics");
    terminal.line("  topics    " + String.join(", ", topics.all()));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static void printHowToRead(Pipeline pipeline, Terminal terminal) {
    String arguments =
        " --bootstrap-server %s --topic %s --from-beginning --isolation-level read_committed"
            .formatted(pipeline.bootstrapServers(), pipeline.config().topics().alerts());
    terminal.line("\nTo read the topic with Kafka's own console consumer:");
    terminal.line("  kafka-console-consumer.sh" + arguments);
    Path lib = libraries();
    if (lib != null) {
      terminal.line("or, where Kafka is not installed, with the one in this program:");
      terminal.line(
          "  java -cp '" + lib + "/*' org.apache.kafka.tools.consumer.ConsoleConsumer" + arguments);
    }
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
