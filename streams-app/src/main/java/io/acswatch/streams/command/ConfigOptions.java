package io.acswatch.streams.command;

import io.acswatch.cli.BrokerOptions;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.Settings;
import io.acswatch.streams.app.IsolationConfig;
import io.acswatch.wire.FrameLimits;
import java.io.IOException;
import picocli.CommandLine.Mixin;

/** The options of all commands of the centre, and the settings file. */
final class ConfigOptions {
  private static final String FAMILY = "streams";

  @Mixin private BrokerOptions broker = new BrokerOptions();

  /** What file and options say, which name a broker. */
  Settings settings() throws IOException {
    Settings settings = broker.settings(IsolationConfig.KEYS, FAMILY);
    BrokerOptions.servers(settings, FAMILY);
    return settings;
  }

  IsolationConfig config() throws IOException {
    return IsolationConfig.from(settings());
  }

  /** The same host id, if a host can have it. */
  static String host(String id) {
    try {
      if (!id.isEmpty()) {
        return FrameLimits.host(id);
      }
    } catch (IllegalArgumentException tooLong) {
      throw CommandFailure.wrongUsage(String.valueOf(tooLong.getMessage()));
    }
    throw CommandFailure.wrongUsage("a host id is empty");
  }
}
