package io.acswatch.streams.app;

import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Settings by which the application can run here and now: a broker answers, the topics are there
 * and fit, the state directory can be written.
 */
final class CheckedConfig {
  private final IsolationConfig config;

  private CheckedConfig(IsolationConfig config) {
    this.config = config;
  }

  /**
   * Looks.
   *
   * @throws CommandFailure saying what is not as it must be
   */
  static CheckedConfig of(IsolationConfig config) {
    try (BrokerSession session = new BrokerSession(config)) {
      Topics.refuseUnfit(session, config);
    }
    prepare(config.stateDirectory());
    return new CheckedConfig(config);
  }

  IsolationConfig config() {
    return config;
  }

  private static void prepare(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException refused) {
      throw new CommandFailure(
          "state directory " + directory + " cannot be made: " + Program.reason(refused), refused);
    }
    if (!Files.isWritable(directory)) {
      throw new CommandFailure("state directory " + directory + " is not writable");
    }
  }
}
