package io.acswatch.streams.command;

import io.acswatch.cli.CliCommand;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.HttpAddress;
import io.acswatch.cli.StopSignal;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "streams",
    description = {
      "Turns the frames of all hosts into alerts.",
      "Runs until it is stopped; answers /metrics, /healthz and /readyz meanwhile."
    },
    footerHeading = "%nKeys of the configuration file, one key=value per line:%n",
    footer = {
      "  streams.bootstrap.servers    brokers, host:port[,host:port...]",
      "  streams.topic.prefix         acswatch: frames come from acswatch.frames",
      "  streams.application.id       PREFIX-streams: group and changelog",
      "  streams.state.dir            ~/.local/state/acswatch/streams",
      "  streams.http.address         127.0.0.1:9640",
      "  streams.http.advertised      where other instances reach it; default the address above",
      "  streams.peer.secret          what instances show each other; needed on several machines",
      "  streams.page.url             where people reach the page, https://HOST/PATH; for links in"
          + " alerts",
      "  streams.runbook.url          where they reach the runbook; for the same",
      "  streams.stale.after.ms       900000: silence after which a host is stale",
      "  streams.threads              1",
      "  streams.commit.interval.ms   100: between transactions",
      "  streams.rocksdb.bytes        67108864: memory of all stores together",
      "  streams.standby.replicas     0: further copies of each store",
      "  streams.replication.factor   -1: of the changelog, the brokers' default",
      "  streams.start.timeout.ms     15000: for the brokers to answer",
      "  streams.stop.timeout.ms      30000: to end what is under way",
      "  kafka.*                      settings of Kafka Streams and its clients"
    })
final class StreamsCommand extends CliCommand {
  /** How long it may take to return when the application is closed. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      description = "Where to answer HTTP; default 127.0.0.1:9640, port 0 for any free one.")
  private @Nullable String http;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "Directory of the stores; one for each process.")
  private @Nullable String stateDirectory;

  @Option(
      names = "--application-id",
      paramLabel = "ID",
      description = "Group and changelog; default PREFIX-streams.")
  private @Nullable String applicationId;

  @Override
  public Integer call() throws IOException, InterruptedException {
    IsolationConfig config = config();
    try (IsolationApp app = IsolationApp.start(config)) {
      StopSignal.calling(app::close, PATIENCE).during(() -> watch(config, app));
    }
    return ExitCode.OK;
  }

  private IsolationConfig config() throws IOException {
    return IsolationConfig.from(
        options
            .settings()
            .put(IsolationConfig.HTTP_ADDRESS, http)
            .put(IsolationConfig.STATE_DIR, stateDirectory)
            .put(IsolationConfig.APPLICATION_ID, applicationId));
  }

  private void watch(IsolationConfig config, IsolationApp app) throws InterruptedException {
    HttpAddress bound = HttpAddress.of(app.httpAddress());
    say(
        "judging %s at %s; http://%s/"
            .formatted(config.topics().frames(), config.bootstrapServers(), bound));
    app.awaitEnd()
        .ifPresent(
            failure -> {
              throw new CommandFailure(failure);
            });
  }
}
