package io.acswatch.collector.agent;

/** A setting is refused; the message names the key, the value and what was expected. */
public final class SettingException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  SettingException(String key, String value, String expected) {
    super("Invalid value " + value + " for configuration " + key + ": " + expected);
  }
}
