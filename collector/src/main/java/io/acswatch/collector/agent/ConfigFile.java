package io.acswatch.collector.agent;

import io.acswatch.wire.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of settings, {@code key=value} lines. Blank lines and lines that begin with {@code #} are
 * skipped. Stricter than {@link java.util.Properties}: a key that is not known or stands twice is
 * an error with its line, and there are no escapes and no continued lines.
 */
public final class ConfigFile {
  private final String name;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new HashMap<>();

  private ConfigFile(String name) {
    this.name = name;
  }

  /** A file without settings, for where there is none. */
  public static ConfigFile none() {
    return new ConfigFile("command line");
  }

  /** Reads a file. */
  public static ConfigFile read(Path path) throws IOException {
    ConfigFile file = new ConfigFile(path.toString());
    List<String> lines = Files.readAllLines(path, StandardCharsets.UTF_8);
    for (int i = 0; i < lines.size(); i++) {
      file.add(i + 1, lines.get(i).strip());
    }
    return file;
  }

  private void add(int number, String line) throws InputException {
    if (line.isEmpty() || line.startsWith("#")) {
      return;
    }
    int equals = line.indexOf('=');
    if (equals < 0) {
      throw new InputException(
          name, number, 0, InputException.quote(line) + ", expected key=value");
    }
    String key = line.substring(0, equals).strip();
    if (!CollectorConfig.knows(key)) {
      throw new InputException(
          name, number, 0, "unknown key " + key + "; 'acswatch collect --help' lists them");
    }
    Integer earlier = lines.putIfAbsent(key, number);
    if (earlier != null) {
      throw new InputException(
          name, number, 0, "second value for " + key + ", the first is on line " + earlier);
    }
    settings.put(key, line.substring(equals + 1).strip());
  }

  /**
   * The settings of this file, overruled by others.
   *
   * @param overruling from the command line
   * @throws InputException if a value of the file is refused
   * @throws IllegalArgumentException if one from elsewhere is, or one is missing
   */
  public CollectorConfig with(Map<String, String> overruling) throws InputException {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.putAll(overruling);
    try {
      return CollectorConfig.from(all);
    } catch (SettingException refused) {
      String message = String.valueOf(refused.getMessage());
      for (Map.Entry<String, Integer> line : lines.entrySet()) {
        if (!overruling.containsKey(line.getKey()) && message.contains(" " + line.getKey())) {
          throw new InputException(name, line.getValue(), 0, message);
        }
      }
      throw new IllegalArgumentException(message, refused);
    }
  }
}
