package io.acswatch.collector.command;

import io.acswatch.cli.Settings;
import io.acswatch.collector.agent.CollectorConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options that units and images give to reader and sender, read without picocli: its start
 * takes more processor time than their own. All others are picocli's.
 */
final class UnitOptions {
  private static final String CONFIG = "--config";

  private static final Map<String, String> KEYS =
      Map.of(
          "--spool", "collector.spool.dir",
          "--root", "collector.root",
          "--host-id", "collector.host.id",
          "--bootstrap-servers", "collector.bootstrap.servers",
          "--topic-prefix", "collector.topic.prefix");

  private final List<Path> files = new ArrayList<>();
  private final Map<String, String> given = new HashMap<>();

  private UnitOptions() {}

  /** Null if anything else is among them, or a mistake: picocli knows what to say. */
  static @Nullable UnitOptions of(String... arguments) {
    UnitOptions options = new UnitOptions();
    for (int i = 0; i < arguments.length; i += 2) {
      String key = KEYS.get(arguments[i]);
      String value = i + 1 < arguments.length ? arguments[i + 1] : "";
      if (value.isEmpty() || "-@\"'".indexOf(value.charAt(0)) >= 0) { // a value to picocli?
        return null;
      } else if (arguments[i].equals(CONFIG)) {
        options.files.add(Path.of(value));
      } else if (key == null || options.given.put(key, value) != null) {
        return null;
      }
    }
    return options;
  }

  /** What {@link CollectOptions} makes of them. */
  Settings settings() throws IOException {
    Settings settings = new Settings(CollectorConfig.KEYS);
    for (Path file : files) {
      settings.read(file);
    }
    return settings.putAll(given);
  }
}
