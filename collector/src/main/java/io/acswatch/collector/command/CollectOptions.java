package io.acswatch.collector.command;

import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.ConfigFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of the agent, in each of its roles. */
final class CollectOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

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

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description =
          "Where frames wait for a broker; default of reader and sender /var/lib/acswatch/spool, of"
              + " both in one process a temporary directory.")
  private @Nullable Path spool;

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

  /** The settings: those of the file, overruled by options. */
  CollectorConfig config() throws IOException {
    Map<String, String> overruling = new LinkedHashMap<>();
    put(overruling, "collector.bootstrap.servers", bootstrapServers);
    put(overruling, "collector.topic.prefix", topicPrefix);
    put(overruling, "collector.root", root);
    put(overruling, "collector.owners.file", owners);
    put(overruling, "collector.host.id", hostId);
    put(overruling, "collector.spool.dir", spool);
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

  /** The settings, which name a broker. */
  CollectorConfig configWithBroker() throws IOException {
    CollectorConfig config = config();
    try {
      return config.withBroker();
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
