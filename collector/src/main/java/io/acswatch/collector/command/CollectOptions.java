package io.acswatch.collector.command;

import io.acswatch.cli.BrokerOptions;
import io.acswatch.cli.DurationConverter;
import io.acswatch.cli.Settings;
import io.acswatch.collector.agent.CollectorConfig;
import io.acswatch.collector.agent.KafkaClients;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

final class CollectOptions {
  @Mixin private BrokerOptions broker = new BrokerOptions();

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description =
          "Directory where frames wait for a broker. Default of reader and sender:"
              + " /var/lib/acswatch/spool; of both in one process: acswatch/spool in"
              + " $XDG_STATE_HOME or $HOME/.local/state.")
  private @Nullable Path spool;

  @Mixin private HostOptions host = new HostOptions();

  @Option(
      names = "--host-id",
      paramLabel = "ID",
      description = "Id of this host; default is the host name.")
  private @Nullable String hostId;

  @Option(
      names = "--glance-interval",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Time between two checks for changes, for example 500ms; default 1s.")
  private @Nullable Duration glanceInterval;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Maximum time of one attempt to send; default 30s.")
  private @Nullable Duration timeout;

  /** The settings: those of the file, overruled by options. */
  CollectorConfig config() throws IOException {
    return CollectorConfig.from(settings());
  }

  CollectorConfig configWithBroker() throws IOException {
    return withBroker(settings());
  }

  static CollectorConfig withBroker(BrokerOptions broker) throws IOException {
    return withBroker(broker.settings(CollectorConfig.KEYS, CollectorConfig.FAMILY));
  }

  static CollectorConfig withBroker(Settings settings) {
    BrokerOptions.servers(settings, CollectorConfig.FAMILY);
    return KafkaClients.config(settings);
  }

  private Settings settings() throws IOException {
    return host.over(broker.settings(CollectorConfig.KEYS, CollectorConfig.FAMILY))
        .put(CollectorConfig.HOST_ID, hostId)
        .put(CollectorConfig.SPOOL_DIRECTORY, spool)
        .put(CollectorConfig.GLANCE_INTERVAL, glanceInterval)
        .put(CollectorConfig.SEND_TIMEOUT, timeout);
  }
}
