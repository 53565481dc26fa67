package io.acswatch.standalone;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.DaemonThread;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.HttpAddress;
import io.acswatch.cli.Settings;
import io.acswatch.cli.StateDirectory;
import io.acswatch.cli.StopSignal;
import io.acswatch.collector.agent.CollectorAgent;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.command.HostOptions;
import io.acswatch.pci.alert.IsolationAlert;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code standalone}: broker, this host's collector and the streams application. */
@Command(
    name = "standalone",
    description = {
      "Watches this host with a Kafka broker, the collector and the streams application in one"
          + " process, and prints alerts. Runs until it is stopped.",
      "The data directory keeps what was seen, so that a kexec of this host is judged at the next"
          + " start."
    })
final class StandaloneCommand extends CliCommand {
  private static final Duration READY = Duration.ofSeconds(60);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final String BROKER = "broker";
  private static final String STREAMS = "streams";
  private static final String SPOOL = "spool";

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Directory of broker, state and spool; default is acswatch/standalone in $XDG_STATE_HOME"
              + " or $HOME/.local/state.")
  private @Nullable Path dataDirectory;

  @Option(names = "--temporary", description = "Keep nothing: use a temporary directory.")
  private boolean temporary;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Port of the broker on loopback; default is a free one.")
  private int port;

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      converter = HttpAddress.Converter.class,
      defaultValue = "127.0.0.1:9640",
      description = "Address of page, API and metrics; port 0: any. Default 127.0.0.1:9640.")
  private HttpAddress http = HttpAddress.parse("127.0.0.1:9640");

  @Mixin private HostOptions host = new HostOptions();

  @Option(
      names = "--host-id",
      paramLabel = "ID",
      description = "Id of this host; default is the host name.")
  private @Nullable String hostId;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Terminal terminal = new Terminal(out());
    // Held until all is closed and deleted: the process ends when the signal is.
    StopSignal.during(PATIENCE, stop -> start(terminal, stop));
    return ExitCode.OK;
  }

  private void start(Terminal terminal, StopSignal stop) throws IOException, InterruptedException {
    if (temporary) {
      try (DataDirectory scratch = DataDirectory.temporary()) {
        terminal.step("broker", "starts, keeps nothing");
        EmbeddedBroker broker = EmbeddedBroker.startTemporary(port);
        watch(terminal, stop, broker, scratch.path().resolve(STREAMS));
      }
      return;
    }
    Path directory =
        dataDirectory == null ? StateDirectory.of("standalone", System.getenv()) : dataDirectory;
    terminal.step("broker", "starts, keeps its data in " + directory);
    EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve(BROKER), port);
    watch(terminal, stop, broker, directory.resolve(STREAMS));
  }

  private void watch(Terminal terminal, StopSignal stop, EmbeddedBroker broker, Path stateDirectory)
      throws IOException, InterruptedException {
    terminal.step("broker", broker.bootstrapServers());
    try (Pipeline pipeline = Pipeline.start(broker, http, stateDirectory)) {
      if (!pipeline.awaitReady(READY, stop::isRaised)) {
        if (stop.isRaised()) {
          return;
        }
        throw new IOException("the streams application was not ready within 60 s");
      }
      terminal.step("page", pipeline.httpUrl() + "/");
      terminal.step("API", pipeline.httpUrl() + "/api/v1/openapi.json describes it");
      terminal.step("metrics", pipeline.httpUrl() + "/metrics");
      terminal.step("topics", String.join(", ", pipeline.config().topics().all()));
      CollectorAgent agent = agent(pipeline, stateDirectory.resolveSibling(SPOOL));
      FutureTask<Void> collecting = collect(agent);
      terminal.step("collector", "host " + agent.host());
      try {
        follow(pipeline, terminal, stop, collecting);
      } finally {
        agent.stop();
      }
    }
  }

  private CollectorAgent agent(Pipeline pipeline, Path spool) throws IOException {
    return new CollectorAgent(
        CollectorConfig.from(
            host.over(new Settings(CollectorConfig.KEYS))
                .put(CollectorConfig.BOOTSTRAP_SERVERS, pipeline.bootstrapServers())
                .put(CollectorConfig.HOST_ID, hostId)
                .put(CollectorConfig.SPOOL_DIRECTORY, spool)));
  }

  private static FutureTask<Void> collect(CollectorAgent agent) {
    FutureTask<Void> collecting =
        new FutureTask<>(
            () -> {
              agent.run();
              return null;
            });
    DaemonThread.start("acswatch-collector", collecting);
    return collecting;
  }

  private static void follow(
      Pipeline pipeline, Terminal terminal, StopSignal stop, FutureTask<Void> collecting)
      throws IOException, InterruptedException {
    String topic = pipeline.config().topics().alerts();
    terminal.line(
        "\nWatching; alerts on " + topic + " are shown here and on the page. Ctrl-C ends it.");
    try (AlertReader reader = new AlertReader(pipeline.bootstrapServers(), topic, false)) {
      while (!stop.isRaised() && !collecting.isDone()) {
        for (IsolationAlert alert : reader.poll(POLL)) {
          terminal.alert(alert);
        }
      }
    }
    if (collecting.isDone() && !stop.isRaised()) {
      try {
        collecting.get();
      } catch (ExecutionException failed) {
        throw new IOException("the collector stopped: " + failed.getCause().getMessage(), failed);
      }
    }
  }
}
