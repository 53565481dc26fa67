package io.acswatch.collector.agent;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Keys with their defaults, and the values given for some of them. Ours and not Kafka's {@code
 * ConfigDef}: the reader has no Kafka on its class path.
 */
final class Settings {
  private final Map<String, String> values;

  private Settings(Map<String, String> values) {
    this.values = values;
  }

  /** The keys there are; built once. */
  static final class Definition {
    private final Map<String, String> defaults = new LinkedHashMap<>();
    private final Map<String, Long> leasts = new LinkedHashMap<>();

    Definition text(String key, String otherwise) {
      defaults.put(key, otherwise);
      return this;
    }

    Definition number(String key, long otherwise, long least) {
      defaults.put(key, Long.toString(otherwise));
      leasts.put(key, least);
      return this;
    }

    Set<String> names() {
      return defaults.keySet();
    }

    String defaultOf(String key) {
      return defaults.getOrDefault(key, "");
    }

    /** The settings, checked; keys that are not known are left out. */
    Settings parse(Map<String, String> given) {
      Map<String, String> values = new LinkedHashMap<>(defaults);
      given.forEach((key, value) -> values.computeIfPresent(key, (known, old) -> value.strip()));
      leasts.forEach((key, least) -> check(key, values.getOrDefault(key, ""), least));
      return new Settings(values);
    }

    private static void check(String key, String value, long least) {
      try {
        if (Long.parseLong(value) >= least) {
          return;
        }
      } catch (NumberFormatException notANumber) {
        // said below
      }
      throw new SettingException(key, value, "expected a number of at least " + least);
    }
  }

  String text(String key) {
    return values.getOrDefault(key, "");
  }

  long number(String key) {
    return Long.parseLong(text(key));
  }
}
