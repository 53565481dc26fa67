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
      "Follows alerts: one line for each that is raised, updated or resolved, until it is stopped.",
      "The alerts of one host stay in order.",
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
      description = "Begin 30m, 2h or 7d ago, at a day, or at an instant; default is now.")
  private @Nullable Instant since;

  @Option(names = "--from-beginning", description = "Begin with the oldest alert on the topic.")
  private boolean fromBeginning;

  @Option(
      names = "--once",
      description =
          "End after the alerts that exist now. Begins with the oldest, unless --since is given.")
  private boolean once;

  @Option(names = "--max", paramLabel = "N", description = "End after N alerts.")
  private @Nullable Integer max;

  @Option(
      names = "--severity",
      paramLabel = "LEVEL",
      description = "Minimum severity: info, warning, high or critical.")
  private Severity severity = Severity.INFO;

  @Option(names = "--host", paramLabel = "ID", description = "Only of this host; may be repeated.")
  private List<String> hosts = List.of();

  @Option(
      names = "--code",
      paramLabel = "CODE",
      description = "Only of this code; may be repeated.")
  private List<String> codes = List.of();

  @Option(names = "--vm", paramLabel = "VM", description = "Only of this VM; may be repeated.")
  private List<String> vms = List.of();

  @Mixin private OutputOption output = new OutputOption();

  @Mixin private ColourOption colour = new ColourOption();

  @Option(
      names = "--alertmanager",
      paramLabel = "URL",
      description = "Print nothing; send the open alerts to this Prometheus Alertmanager.")
  private @Nullable URI alertmanager;

  @Option(
      names = "--refresh",
      paramLabel = "SECONDS",
      description =
          "With --alertmanager: interval at which all open alerts are sent again, shorter than"
              + " its resolve_timeout; default 60.")
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
              this::remark);
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
      remark(
          "%s-%d@%d left out: %s"
              .formatted(
                  record.topic(),
                  record.partition(),
                  record.offset(),
                  CommandFailure.firstLine(damaged)));
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
