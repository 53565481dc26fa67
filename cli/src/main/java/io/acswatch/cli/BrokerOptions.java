package io.acswatch.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of all commands that talk to a broker. They win over the settings file. */
public final class BrokerOptions {
  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Brokers to connect to first, separated by commas.")
  private @Nullable String bootstrapServers;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Settings, one key=value per line. Options of the command line win. May be repeated: a"
              + " second file for secrets.")
  private List<Path> files = List.of();

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      description = "Prefix of the topic names; default acswatch.")
  private @Nullable String topicPrefix;

  /**
   * What file and options say.
   *
   * @param keys keys of the program, with {@code FAMILY.bootstrap.servers} and {@code
   *     FAMILY.topic.prefix} among them
   */
  public Settings settings(Settings.Keys keys, String family) throws IOException {
    Settings settings = new Settings(keys);
    for (Path file : files) {
      settings.read(file);
    }
    return settings
        .put(family + ".bootstrap.servers", bootstrapServers)
        .put(family + ".topic.prefix", topicPrefix);
  }

  /** Brokers {@code host:port[,host:port...]}; an IPv6 address stands in brackets. */
  public static String servers(Settings settings, String family) {
    String key = family + ".bootstrap.servers";
    String servers = settings.text(key);
    if (servers.isEmpty()) {
      throw CommandFailure.wrongUsage(
          "no broker is named: give --bootstrap-servers HOST:PORT, or "
              + key
              + " in the file of --config");
    }
    for (String server : servers.split(",", -1)) {
      settings.parsed(
          key,
          text -> {
            if (HttpAddress.parse(server.strip()).port() == 0) {
              throw new IllegalArgumentException("expected host:port[,host:port...]");
            }
            return text;
          });
    }
    return servers;
  }
}
