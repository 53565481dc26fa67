package io.acswatch.cli;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one program: keys with defaults, a file of {@code key=value} lines, and options
 * of the command line, which win. Blank lines and lines that begin with {@code #} are skipped. A
 * key that is not known or stands twice is refused with file and line; there are no escapes and no
 * continued lines. Several files are read as if they were one.
 *
 * <p>Ours and not Kafka's {@code ConfigDef}: the reader has no Kafka on its class path.
 */
public final class Settings {
  private final Keys keys;
  private final Map<String, Value> values = new LinkedHashMap<>();

  /** A text, and where it stands: {@code file:line}, empty for the command line. */
  private record Value(String text, String where) {}

  public Settings(Keys keys) {
    this.keys = keys;
  }

  /** The keys of a program, with defaults and limits; built once. */
  public static final class Keys {
    private final Map<String, String> defaults = new LinkedHashMap<>();
    private final Map<String, long[]> limits = new LinkedHashMap<>();
    private final Set<String> families = new LinkedHashSet<>();

    public Keys text(String key, String otherwise) {
      defaults.put(key, otherwise);
      return this;
    }

    public Keys number(String key, long otherwise, long least, long most) {
      limits.put(key, new long[] {least, most});
      return text(key, Long.toString(otherwise));
    }

    public Keys number(String key, long otherwise, long least) {
      return number(key, otherwise, least, Long.MAX_VALUE);
    }

    /** All keys that begin with {@code prefix}: settings of a library, by its own names. */
    public Keys family(String prefix) {
      families.add(prefix);
      return this;
    }

    public Set<String> names() {
      return defaults.keySet();
    }

    public String defaultOf(String key) {
      return defaults.getOrDefault(key, "");
    }

    public boolean knows(String key) {
      return defaults.containsKey(key)
          || families.stream().anyMatch(prefix -> key.startsWith(prefix) && !key.equals(prefix));
    }
  }

  /**
   * Takes what a file says.
   *
   * @throws IOException if it cannot be read
   * @throws CommandFailure naming file and line, if it says something that is not known
   */
  public void read(Path file) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (MalformedInputException notText) {
      throw new CommandFailure(file + ": not a text in UTF-8", notText);
    } catch (IOException failed) {
      if (Files.isDirectory(file)) {
        throw new CommandFailure(file + ": is a directory", failed);
      }
      throw failed;
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        take(file + ":" + (i + 1), line);
      }
    }
  }

  private void take(String where, String line) {
    int equals = line.indexOf('=');
    if (equals < 0) {
      // The line itself is not shown: it may be a part of a secret.
      throw CommandFailure.wrongUsage(where + ": expected key=value, with a value of one line");
    }
    String key = line.substring(0, equals).strip();
    if (!key.matches("[a-zA-Z0-9._-]*[.][a-zA-Z0-9._-]*")) {
      throw CommandFailure.wrongUsage(where + ": expected key=value, the key as in --help");
    }
    if (line.endsWith("\\")) {
      throw CommandFailure.wrongUsage(where + ": " + key + " ends with \\; a value has one line");
    }
    Value earlier = values.get(key);
    if (earlier != null) {
      throw CommandFailure.wrongUsage(
          where + ": second value for " + key + ", the first is at " + earlier.where);
    }
    put(key, line.substring(equals + 1).strip(), where);
  }

  /** Takes what the command line says; null says nothing. */
  public Settings put(String key, @Nullable Object value) {
    if (value != null) {
      put(key, value instanceof Duration time ? "" + time.toMillis() : value.toString(), "");
    }
    return this;
  }

  /** Takes what another part of the program says. */
  public Settings putAll(Map<String, String> given) {
    given.forEach(this::put);
    return this;
  }

  private void put(String key, String text, String where) {
    if (!keys.knows(key)) {
      throw CommandFailure.wrongUsage(at(where) + "unknown key " + key + "; --help lists the keys");
    }
    values.put(key, new Value(text.strip(), where));
  }

  private static String at(String where) {
    return where.isEmpty() ? "" : where + ": ";
  }

  public String text(String key) {
    Value value = values.get(key);
    return value == null ? keys.defaultOf(key) : value.text;
  }

  public long number(String key) {
    long[] limit = keys.limits.getOrDefault(key, new long[] {Long.MIN_VALUE, Long.MAX_VALUE});
    try {
      long number = Long.parseLong(text(key));
      if (number >= limit[0] && number <= limit[1]) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // said below
    }
    throw refused(
        key,
        limit[1] == Long.MAX_VALUE
            ? "expected a number of at least " + limit[0]
            : "expected a number from %d to %d".formatted(limit[0], limit[1]));
  }

  public Duration millis(String key) {
    return Duration.ofMillis(number(key));
  }

  /** What {@code parse} makes of a text; an IllegalArgumentException says what it expected. */
  public <T> T parsed(String key, Function<String, T> parse) {
    try {
      return parse.apply(text(key));
    } catch (IllegalArgumentException wrong) {
      throw refused(key, String.valueOf(wrong.getMessage()));
    }
  }

  /** The keys of a family that are set, without its prefix; {@code isKnown} to its library. */
  public Map<String, String> family(String prefix, Predicate<String> isKnown) {
    Map<String, String> found = new TreeMap<>();
    values.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            String name = key.substring(prefix.length());
            if (!isKnown.test(name)) {
              throw CommandFailure.wrongUsage(
                  at(value.where) + key + ": Kafka has no such setting");
            }
            found.put(name, value.text);
          }
        });
    return found;
  }

  /** To be thrown where the value of a key cannot be; says where it stands, and no secret. */
  public CommandFailure refused(String key, String expected) {
    Value value = values.get(key);
    String where = value == null ? "" : value.where;
    String shown = key.endsWith(".secret") ? "" : "=" + text(key);
    return CommandFailure.wrongUsage(at(where) + key + shown + ", " + expected);
  }
}
