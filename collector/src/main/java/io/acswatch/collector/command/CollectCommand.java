package io.acswatch.collector.command;

import io.acswatch.collector.agent.CollectorAgent;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.ConfigFile;
import io.acswatch.collector.publish.SentFrame;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostTree;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code collect}: the agent. */
@Command(
    name = "collect",
    description = {
      "Watches this host and sends snapshots to Kafka: at the start, at once when an ACS Control"
          + " word, kexec, a device or an owner changes, and every few minutes in any case.",
      "Runs until it is stopped; keeps trying while no broker can be reached."
    },
    footerHeading = "%nKeys of the configuration file, one key=value per line:%n",
    footer = {
      "  collector.bootstrap.servers      brokers, host:port[,host:port...]",
      "  collector.topic.prefix           acswatch: frames go to acswatch.frames",
      "  collector.root                   /: directory that holds sys and proc",
      "  collector.host.id                empty: the host name",
      "  collector.owners.file            empty: none",
      "  collector.snapshot.interval.ms   300000: between snapshots while nothing changes",
      "  collector.glance.interval.ms     1000: between fast looks",
      "  collector.settle.interval.ms     2000: least between snapshots for device events only",
      "  collector.send.timeout.ms        30000: of one attempt to send",
      "  collector.stop.timeout.ms        10000: to send what is left when stopped",
      "  collector.outbox.bytes           16777216: kept for a broker out of reach",
      "  producer.*                       settings of the Kafka producer, without the prefix"
    })
final class CollectCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Brokers to start from, separated by commas.")
  private @Nullable String bootstrapServers;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings; options of the command line overrule them.")
  private @Nullable Path configFile;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      description = "Prefix of the topic names; default acswatch.")
  private @Nullable String topicPrefix;

  @Option(names = "--root", paramLabel = "DIR", description = "Read DIR/sys and DIR/proc.")
  private @Nullable Path root;

  @Option(names = "--owners", paramLabel = "FILE", description = "Which VM owns what.")
  private @Nullable Path owners;

  @Option(names = "--host-id", paramLabel = "ID", description = "Default is the host name.")
  private @Nullable String hostId;

  @Option(
      names = "--snapshot-interval",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Time between snapshots while nothing changes, as 30s or 5m (default).")
  private @Nullable Duration snapshotInterval;

  @Option(
      names = "--glance-interval",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Time between looks for changes, as 500ms or 1s (default).")
  private @Nullable Duration glanceInterval;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Time one attempt to send may take; default 30s.")
  private @Nullable Duration timeout;

  @Option(names = "--once", description = "Send one snapshot and exit; exit code 3 if that fails.")
  private boolean once;

  @Override
  public Integer call() throws IOException, InterruptedException {
    CollectorConfig config = config();
    HostReader reader = new HostReader(new HostTree(config.root()), Clock.systemUTC());
    CollectorAgent agent = new CollectorAgent(config, reader);
    PrintWriter out = Streams.out(spec);
    if (once) {
      SentFrame sent = agent.sendOnce();
      out.println(agent.host() + " -> " + sent);
      Streams.flush(out);
      return ExitCode.OK;
    }
    Thread hook = new Thread(() -> stopAndExit(agent), "acswatch-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    out.println(
        "collecting as "
            + agent.host()
            + " into "
            + config.topics().frames()
            + " at "
            + config.bootstrapServers());
    Streams.flush(out);
    agent.run();
    // Returns only when the hook has asked for it, which then ends the process.
    hook.join();
    return ExitCode.OK;
  }

  /** A JVM that a signal stops would exit with 143; to be stopped is no failure of an agent. */
  private static void stopAndExit(CollectorAgent agent) {
    try {
      agent.stop();
    } catch (InterruptedException impatient) {
      // the exit follows all the same
    }
    Runtime.getRuntime().halt(ExitCode.OK);
  }

  private CollectorConfig config() throws IOException {
    Map<String, String> overruling = new LinkedHashMap<>();
    put(overruling, "collector.bootstrap.servers", bootstrapServers);
    put(overruling, "collector.topic.prefix", topicPrefix);
    put(overruling, "collector.root", root);
    put(overruling, "collector.owners.file", owners);
    put(overruling, "collector.host.id", hostId);
    putMillis(overruling, "collector.snapshot.interval.ms", snapshotInterval);
    putMillis(overruling, "collector.glance.interval.ms", glanceInterval);
    putMillis(overruling, "collector.send.timeout.ms", timeout);
    ConfigFile file = configFile == null ? ConfigFile.none() : ConfigFile.read(configFile);
    try {
      return file.with(overruling);
    } catch (IllegalArgumentException refused) {
      throw new ParameterException(
          Streams.commandLine(spec), String.valueOf(refused.getMessage()), refused);
    }
  }

  private static void put(Map<String, String> settings, String key, @Nullable Object value) {
    if (value != null) {
      settings.put(key, value.toString());
    }
  }

  private static void putMillis(
      Map<String, String> settings, String key, @Nullable Duration value) {
    put(settings, key, value == null ? null : value.toMillis());
  }
}
