package io.acswatch.collector.agent;

import io.acswatch.cli.Settings;
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
public final class UnitOptions {
  private static final String CONFIG = "--config";

  private static final Map<String, String> KEYS =
      Map.of(
          "--spool", CollectorConfig.SPOOL_DIRECTORY,
          "--root", CollectorConfig.ROOT,
          "--host-id", CollectorConfig.HOST_ID,
          "--bootstrap-servers", CollectorConfig.BOOTSTRAP_SERVERS,
          "--topic-prefix", CollectorConfig.TOPIC_PREFIX);

  private final List<Path> files = new ArrayList<>();
  private final Map<String, String> given = new HashMap<>();

  private UnitOptions() {}

  /** Null if anything else is among them, or a mistake: picocli knows what to say. */
  public static @Nullable UnitOptions of(String... arguments) {
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

  /** What picocli makes of them. */
  public Settings settings() throws IOException {
    Settings settings = new Settings(CollectorConfig.KEYS);
    for (Path file : files) {
      settings.read(file);
    }
    return settings.putAll(given);
  }
}
