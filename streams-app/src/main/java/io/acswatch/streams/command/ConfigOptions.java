package io.acswatch.streams.command;

import io.acswatch.streams.app.AppException;
import io.acswatch.streams.app.IsolationConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that both commands have, and the settings file. Options win. */
final class ConfigOptions {
  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Brokers to start from, separated by commas.")
  private @Nullable String bootstrapServers;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings, one key=value per line; options of the command line win.")
  private @Nullable Path file;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      description = "Prefix of the topic names; default acswatch.")
  private @Nullable String topicPrefix;

  /** The settings of file and options together; {@code more} are further options. */
  IsolationConfig config(Map<String, @Nullable String> more) throws AppException {
    Map<String, String> settings = new LinkedHashMap<>();
    if (file != null) {
      read(file).forEach((key, value) -> settings.put((String) key, (String) value));
    }
    put(settings, IsolationConfig.BOOTSTRAP_SERVERS, bootstrapServers);
    put(settings, IsolationConfig.TOPIC_PREFIX, topicPrefix);
    more.forEach((key, value) -> put(settings, key, value));
    if (!settings.containsKey(IsolationConfig.BOOTSTRAP_SERVERS)) {
      throw new ConfigException(
          "say --bootstrap-servers HOST:PORT, or "
              + IsolationConfig.BOOTSTRAP_SERVERS
              + " in the file of --config");
    }
    return IsolationConfig.from(settings);
  }

  private static void put(Map<String, String> settings, String key, @Nullable String value) {
    if (value != null) {
      settings.put(key, value);
    }
  }

  private static Properties read(Path file) throws AppException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
      return properties;
    } catch (NoSuchFileException missing) {
      throw new AppException(file + ": no such file", missing);
    } catch (MalformedInputException | IllegalArgumentException notText) {
      throw new AppException(file + ": not a text of key=value lines in UTF-8", notText);
    } catch (IOException unreadable) {
      boolean denied = unreadable instanceof java.nio.file.AccessDeniedException;
      throw new AppException(
          file + ": " + (denied ? "permission denied" : AppException.firstLine(unreadable)),
          unreadable);
    }
  }
}
