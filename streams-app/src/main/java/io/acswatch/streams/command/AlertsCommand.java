package io.acswatch.streams.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ColourOption;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.OutputOption;
import io.acswatch.cli.StopSignal;
import io.acswatch.client.Alert;
import io.acswatch.client.AlertSerde;
import io.acswatch.client.Severity;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.wire.InputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "alerts",
    description = {
      "Prints alerts as they are raised, updated and resolved, one line each, until it is stopped.",
      "Alerts of one host come in their order.",
      "With FINGERPRINT it prints that alert in full and ends: devices, cause and next step."
    })
final class AlertsCommand extends CliCommand {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "FINGERPRINT",
      description =
          "The alert to print, or the first digits of it: its last state, open or resolved.")
  private String fingerprint = "";

  @Option(
      names = "--long",
      description = "Print alerts in full, as diff does; no effect on --output json.")
  private boolean inFull;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description = "Begin there: 30m, 2h, 7d ago, a day, or an instant; default is now.")
  private @Nullable Instant since;

  @Option(names = "--from-beginning", description = "Begin with the oldest alert that is kept.")
  private boolean fromBeginning;

  @Option(
      names = "--once",
      description = "End with what is there now; begins with the oldest unless --since is said.")
  private boolean once;

  @Option(names = "--max", paramLabel = "N", description = "End after so many alerts.")
  private @Nullable Integer max;

  @Option(
      names = "--severity",
      paramLabel = "LEVEL",
      description = "This one and more urgent: info, warning, high, critical.")
  private Severity severity = Severity.INFO;

  @Option(names = "--host", paramLabel = "ID", description = "Of this host; may be repeated.")
  private List<String> hosts = List.of();

  @Option(names = "--code", paramLabel = "CODE", description = "Of this code; may be repeated.")
  private List<String> codes = List.of();

  @Option(names = "--vm", paramLabel = "VM", description = "Of this VM; may be repeated.")
  private List<String> vms = List.of();

  @Mixin private OutputOption output = new OutputOption();

  @Mixin private ColourOption colour = new ColourOption();

  @Option(
      names = "--alertmanager",
      paramLabel = "URL",
      description =
          "Print nothing; keep this Prometheus Alertmanager told of the alerts that are open.")
  private @Nullable URI alertmanager;

  @Option(
      names = "--refresh",
      paramLabel = "SECONDS",
      description =
          "With --alertmanager: tell all again so often; default 60. Less than its"
              + " resolve_timeout.")
  private int refreshSeconds = 60;

  private final AlertSerde serde = new AlertSerde();
  private boolean urgent;
  private int printed;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (max != null && max < 1) {
      throw wrongUsage("--max=" + max + ", expected 1 or more");
    }
    if (!fingerprint.isEmpty() && !fingerprint.matches("[0-9a-f]{4,32}")) {
      throw wrongUsage("FINGERPRINT=" + fingerprint + ", expected 4 to 32 hex digits");
    }
    if (!fingerprint.isEmpty() && selects()) {
      throw wrongUsage("FINGERPRINT names the alert: give it without options that select alerts");
    }
    IsolationConfig config = options.config();
    if (!fingerprint.isEmpty()) {
      return show(config);
    }
    if (alertmanager != null) {
      return bridge(config);
    }
    try (TopicReader reader = TopicReader.open(config, config.topics().alerts(), start())) {
      // Being stopped is how following ends, and no failure.
      StopSignal.calling(reader::wakeUp, PATIENCE).during(() -> follow(reader));
    }
    return urgent && (once || max != null) ? ExitCode.FINDING : ExitCode.OK;
  }

  private boolean selects() {
    AlertFilter all = new AlertFilter(Severity.INFO, List.of(), List.of(), List.of());
    boolean part = since != null || max != null || once || fromBeginning;
    return part || alertmanager != null || !filter().equals(all);
  }

  /** What is open is in a table; what has ended only in the history, which is longer. */
  private int show(IsolationConfig config) {
    Map<String, ConsumerRecord<byte[], byte[]>> found = last(config, config.topics().alertState());
    if (found.isEmpty()) {
      found = last(config, config.topics().alerts());
    }
    if (found.isEmpty()) {
      throw new CommandFailure(
          "no alert %s: it is not open, and not in %s"
              .formatted(fingerprint, config.topics().alerts()));
    }
    inFull = true;
    for (ConsumerRecord<byte[], byte[]> record : found.values()) {
      print(out(), record, Objects.requireNonNull(read(record)), colour.isOn());
    }
    flush();
    return urgent ? ExitCode.FINDING : ExitCode.OK;
  }

  /** The last record of each alert whose fingerprint begins so; none of one that was deleted. */
  private Map<String, ConsumerRecord<byte[], byte[]>> last(IsolationConfig config, String topic) {
    Map<String, ConsumerRecord<byte[], byte[]>> last = new TreeMap<>();
    try (TopicReader reader = TopicReader.open(config, topic, TopicReader.BEGINNING)) {
      while (!reader.hasReachedEnd()) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll()) {
          Alert alert = read(record);
          if (alert != null && alert.fingerprint().startsWith(fingerprint)) {
            last.put(alert.fingerprint(), record);
          } else if (record.value() == null) {
            last.remove(new String(record.key(), StandardCharsets.UTF_8));
          }
        }
      }
    }
    return last;
  }

  private AlertFilter filter() {
    return new AlertFilter(severity, hosts, codes, vms);
  }

  private int bridge(IsolationConfig config) throws IOException, InterruptedException {
    if (refreshSeconds < 1 || !String.valueOf(alertmanager.getScheme()).matches("https?")) {
      throw wrongUsage(
          "--alertmanager=%s --refresh=%d, expected http://HOST:PORT and 1 or more"
              .formatted(alertmanager, refreshSeconds));
    }
    String topic = config.topics().alertState();
    try (TopicReader reader = TopicReader.open(config, topic, TopicReader.BEGINNING)) {
      AlertmanagerBridge bridge =
          new AlertmanagerBridge(
              new Alertmanager(alertmanager),
              new OpenAlerts(filter()),
              Duration.ofSeconds(refreshSeconds),
              this::read,
              err());
      StopSignal.calling(reader::wakeUp, PATIENCE).during(() -> bridge.run(reader, once));
    }
    return ExitCode.OK;
  }

  private long start() {
    if (since != null) {
      return since.toEpochMilli();
    }
    return once || fromBeginning ? TopicReader.BEGINNING : TopicReader.END;
  }

  private void follow(TopicReader reader) {
    AlertFilter filter = filter();
    PrintWriter out = out();
    boolean coloured = colour.isOn();
    try {
      while (!(once && reader.hasReachedEnd())) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll()) {
          Alert alert = read(record);
          if (alert != null && filter.wants(alert) && !(once && !reader.wasThere(record))) {
            print(out, record, alert, coloured);
            if (max != null && printed >= max) {
              return;
            }
          }
        }
        if (out.checkError()) {
          return; // nobody reads any more: `acswatch alerts | head`
        }
      }
    } catch (WakeupException stopped) {
      flush();
    }
  }

  /** Null, and a line on standard error, where a value is none of ours. */
  private @Nullable Alert read(ConsumerRecord<byte[], byte[]> record) {
    try {
      return serde.deserialize(record.topic(), record.value());
    } catch (SerializationException damaged) {
      PrintWriter err = err();
      err.println(
          "acswatch: %s-%d@%d left out: %s"
              .formatted(
                  record.topic(),
                  record.partition(),
                  record.offset(),
                  CommandFailure.firstLine(damaged)));
      err.flush();
      return null;
    }
  }

  private void print(
      PrintWriter out, ConsumerRecord<byte[], byte[]> record, Alert alert, boolean coloured) {
    out.println(
        output.isJson()
            ? new String(record.value(), StandardCharsets.UTF_8)
            : text(record, alert, coloured));
    printed++;
    urgent |= alert.isOpen() && alert.severity().isAtLeast(Severity.HIGH);
  }

  private String text(ConsumerRecord<byte[], byte[]> record, Alert alert, boolean coloured) {
    try {
      if (inFull) {
        return AlertLine.inFull(alert, record.value(), coloured);
      }
    } catch (InputException ofALaterVersion) {
      // What every version can say of it is on the line.
    }
    return AlertLine.of(alert, record.timestamp(), coloured);
  }
}
