package io.acswatch.streams.command;

import io.acswatch.streams.app.AppException;
import io.acswatch.streams.app.HttpAddress;
import io.acswatch.streams.app.IsolationApp;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.wire.process.UnpackedLibraries;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code streams}: the streams application, until it is stopped. */
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
final class StreamsCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
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
  public Integer call() throws AppException, InterruptedException {
    Map<String, @Nullable String> more = new LinkedHashMap<>();
    more.put(IsolationConfig.HTTP_ADDRESS, http);
    more.put(IsolationConfig.STATE_DIR, stateDirectory);
    more.put(IsolationConfig.APPLICATION_ID, applicationId);
    IsolationConfig config = options.config(more);
    IsolationApp app = IsolationApp.start(config);
    AtomicBoolean failed = new AtomicBoolean();
    Thread hook = new Thread(() -> stopAndExit(app, failed), "acswatch-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "judging "
            + config.topics().frames()
            + " at "
            + config.bootstrapServers()
            + "; http://"
            + new HttpAddress(
                app.httpAddress().getAddress().getHostAddress(), app.httpAddress().getPort())
            + "/");
    out.flush();
    Optional<String> failure = app.awaitEnd();
    if (failure.isEmpty()) {
      // Only the hook closes it, and then ends the process.
      hook.join();
      return StreamsMain.OK;
    }
    failed.set(true);
    app.close();
    throw new AppException(failure.get());
  }

  /** A JVM that a signal stops would exit with 143; to be stopped is no failure of a service. */
  private static void stopAndExit(IsolationApp app, AtomicBoolean failed) {
    app.close();
    if (!failed.get()) {
      UnpackedLibraries.delete();
      Runtime.getRuntime().halt(StreamsMain.OK);
    }
  }
}
