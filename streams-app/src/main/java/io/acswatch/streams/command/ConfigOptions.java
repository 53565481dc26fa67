package io.acswatch.streams.command;

import io.acswatch.cli.BrokerOptions;
import io.acswatch.cli.Settings;
import io.acswatch.streams.app.IsolationConfig;
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
}
