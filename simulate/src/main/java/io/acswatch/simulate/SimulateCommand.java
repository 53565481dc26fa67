package io.acswatch.simulate;

import io.acswatch.cli.BrokerFailure;
import io.acswatch.cli.BrokerOptions;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.Program;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.FramesTopic;
import io.acswatch.collector.agent.KafkaClients;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.text.CaptureWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code simulate}: a fleet of hosts with what happens to them, as load, oracle and demo. */
@Command(
    name = "acswatch simulate",
    mixinStandardHelpOptions = true,
    description = {
      "Simulates a fleet in simulated time: servers with live updates and kexecs, lost ACS bits,"
          + " rescans, failed reads and damaged records. The same seed gives the same bytes and the"
          + " same alerts.",
      "Without --bootstrap-servers and -o it only counts. A streams application judges a seed once:"
          + " it ignores a second run, whose snapshots are not newer."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:alerts are missing, or came that must not",
      "2:wrong usage",
      "3:a broker or a file that cannot be used"
    })
public final class SimulateCommand extends CliCommand {
  private static final String SUFFIX = ".cap";
  private static final Duration QUIET = Duration.ofSeconds(2);

  @Option(names = "--hosts", paramLabel = "N", description = "Hosts; default 100.")
  private int hosts = 100;

  @Option(names = "--seed", paramLabel = "S", description = "Seed; default 1.")
  private long seed = 1;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description =
          "Simulated time; default 60. Each host sends a whole snapshot at start, on change and"
              + " every hour, and an unchanged frame every minute.")
  private int minutes = 60;

  @Option(
      names = "--stories",
      paramLabel = "N",
      description = "Mean number of events of a host in an hour; default 6.")
  private double stories = 6;

  @Option(
      names = "--functions",
      paramLabel = "F",
      description = "PCI functions of each host; default 20 to 100, drawn for each.")
  private int functions;

  @Mixin private BrokerOptions broker = new BrokerOptions();

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Maximum rate, in records a second of real time; default: no limit.")
  private double rate;

  @Option(
      names = "--check",
      description = "Compare the alert topic with the expected alerts; exit code 1 if they differ.")
  private boolean check;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Maximum time without an alert while --check misses some; default 30.")
  private int timeoutSeconds = 30;

  @Option(
      names = "--alert-log",
      paramLabel = "FILE",
      description =
          "With --check: write the alerts that arrived, one a line, sorted by host and then in"
              + " their order.")
  private @Nullable Path alertLog;

  @Option(
      names = "-o",
      paramLabel = "PATH",
      description = "Write the records as files into this directory; with --one-host, that file.")
  private @Nullable Path output;

  @Option(
      names = "--one-host",
      paramLabel = "FUNCTIONS",
      description =
          "Only write two captures of one host with this many functions: FILE before, and"
              + " FILE-after after a live update in which a root port lost request redirect.")
  private int oneHost;

  public static void main(String[] arguments) {
    Program.run(new SimulateCommand(), arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (oneHost != 0) {
      writeOneHost();
      return ExitCode.OK;
    }
    CollectorConfig config =
        KafkaClients.config(broker.settings(CollectorConfig.KEYS, CollectorConfig.FAMILY));
    boolean sends = !config.bootstrapServers().isEmpty();
    refuseWrongUsage(sends);
    FleetRun run = new FleetRun(fleet(), minutes, sends ? toKafka(config) : sink(), err());
    if (!check) {
      say(run.run(alert -> {}));
      return ExitCode.OK;
    }
    try (AlertCheck alerts = new AlertCheck(config, Fleet.hostPrefix(seed))) {
      say(run.run(alerts::expect));
      return finish(alerts);
    } catch (KafkaException refused) {
      throw new CommandFailure(
          BrokerFailure.describe(config.bootstrapServers(), config.kafka(), refused), refused);
    }
  }

  private void refuseWrongUsage(boolean sends) {
    if (hosts < 1 || minutes < 1 || stories <= 0) {
      throw wrongUsage("--hosts, --minutes and --stories: expected more than 0");
    }
    if (check && !sends) {
      throw wrongUsage("--check needs --bootstrap-servers");
    }
    if (alertLog != null && !check) {
      throw wrongUsage("--alert-log needs --check");
    }
    if (sends && output != null) {
      throw wrongUsage("--bootstrap-servers and -o: expected one of them");
    }
  }

  private Fleet fleet() {
    try {
      return new Fleet(hosts, seed, functions, stories);
    } catch (IllegalArgumentException refused) {
      throw wrongUsage("--functions: " + refused.getMessage());
    }
  }

  private FleetRun.Sink sink() throws IOException {
    return output == null ? emission -> {} : files(Files.createDirectories(output));
  }

  /** Writes each record as a file, in the order in which they are sent: 000042-HOST.frame. */
  private static FleetRun.Sink files(Path directory) {
    AtomicInteger number = new AtomicInteger();
    return emission -> {
      String name = "%06d-%s.frame".formatted(number.getAndIncrement(), emission.host());
      if (emission.value() != null) {
        Files.write(directory.resolve(name), emission.value());
      }
    };
  }

  private FleetRun.Sink toKafka(CollectorConfig config) throws InterruptedException {
    String topic = config.topics().frames();
    FrameSender sender = new FrameSender(config.bootstrapServers(), topic, config.kafka());
    String problem = FramesTopic.problem(sender.settings(), topic);
    if (problem != null) {
      sender.close();
      throw new CommandFailure(problem);
    }
    return new ToKafka(sender);
  }

  private int finish(AlertCheck alerts) throws IOException {
    List<String> wrong = alerts.finish(QUIET, Duration.ofSeconds(timeoutSeconds));
    if (alertLog != null) {
      Files.write(alertLog, alerts.log());
    }
    say(alerts.summary());
    wrong.forEach(out()::println);
    flush();
    return wrong.isEmpty() ? ExitCode.OK : ExitCode.FINDING;
  }

  private void writeOneHost() throws IOException {
    if (output == null) {
      throw wrongUsage("--one-host needs -o FILE");
    }
    LoadHost host;
    try {
      host = LoadHost.of(seed, 0, oneHost);
    } catch (IllegalArgumentException refused) {
      throw wrongUsage("--one-host: " + refused.getMessage());
    }
    Path after = besides(output);
    write(host.snapshot(Fleet.START_MILLIS), output);
    host.lose();
    host.liveUpdate();
    write(host.snapshot(Fleet.START_MILLIS + HostTimeline.KEXEC_MILLIS), after);
    say(
        "%s, %s: %d functions; root port %s loses RR, %d VMs come to share a group"
            .formatted(output, after, oneHost, host.port(), host.vms().size()));
  }

  /** {@code DIR/big-after.cap} for {@code DIR/big.cap}. */
  private static Path besides(Path file) {
    String name = file.getFileName().toString();
    boolean suffixed = name.endsWith(SUFFIX);
    String stem = suffixed ? name.substring(0, name.length() - SUFFIX.length()) : name;
    return file.resolveSibling(stem + "-after" + (suffixed ? SUFFIX : ""));
  }

  private static void write(Capture capture, Path file) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      CaptureWriter.write(capture, out);
    }
  }

  /** Sends the records at the rate that was asked for. */
  private final class ToKafka implements FleetRun.Sink {
    private final FrameSender sender;
    private final long startedNanos = System.nanoTime();
    private long sent;

    ToKafka(FrameSender sender) {
      this.sender = sender;
    }

    @Override
    public void accept(Emission emission) throws IOException {
      if (rate > 0) {
        FrameSender.awaitTurn(startedNanos, sent++, rate);
      }
      sender.send(emission.host(), emission.value(), appended -> {});
    }

    @Override
    public void close() throws IOException {
      try (sender) {
        sender.finish();
      }
    }
  }
}
