package io.acswatch.wire.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.acswatch.wire.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * What somebody says of the alerts of one host. On its way it is the header {@link #HEADER} of a
 * record of the frames topic that has the host as key and no value: so it comes in the order of the
 * host's frames, and what is replayed from there is replayed with it.
 *
 * <p>As JSON: {@code {"command","fingerprint","code","author","reason","until"}}, described by
 * {@code command-v1.schema.json}; null where there is none.
 *
 * @param action what to do
 * @param fingerprint of which alert; empty for all that the code names
 * @param code alerts of which code; empty for all
 * @param author who says so
 * @param reason why
 * @param untilMillis when it ends by itself, milliseconds since 1970; {@link AlertMark#WHILE_OPEN}
 *     for as long as the alert is open
 */
public record AlertCommand(
    Action action,
    String fingerprint,
    String code,
    String author,
    String reason,
    long untilMillis) {
  /** Name of the header. */
  public static final String HEADER = "acswatch.command";

  /** Class path name of the JSON Schema. */
  public static final String SCHEMA_RESOURCE = "/io/acswatch/wire/json/command-v1.schema.json";

  /** Longest author, in characters. */
  public static final int MAX_AUTHOR = 100;

  /** Longest reason, in characters. */
  public static final int MAX_REASON = 500;

  private static final JsonFactory JSON = new JsonFactory();

  /** What can be said. */
  public enum Action {
    /** Somebody has seen this one alert, and deals with it. */
    ACKNOWLEDGE,
    /** Nobody wants to hear of such alerts of this host until then. */
    SILENCE,
    /** What was said before no longer counts. */
    LIFT
  }

  /** The command as one line of JSON. */
  public byte[] json() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("command", action.name());
      AlertJson.writeText(json, "fingerprint", fingerprint);
      AlertJson.writeText(json, "code", code);
      json.writeStringField("author", author);
      json.writeStringField("reason", reason);
      AlertJson.writeTime(json, "until", untilMillis);
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a command.
   *
   * @throws InputException if it is none; the message names the field and what is wrong with it
   */
  public static AlertCommand read(byte[] bytes) throws InputException {
    JsonObject json = JsonObject.parse(bytes);
    AlertCommand command =
        new AlertCommand(
            json.constant("command", Action.class),
            json.optionalText("fingerprint"),
            json.optionalText("code"),
            json.text("author"),
            json.text("reason"),
            AlertParser.time(json, "until"));
    require(json, "author", command.author, MAX_AUTHOR);
    require(json, "reason", command.reason, MAX_REASON);
    if (!command.fingerprint.isEmpty() && !command.fingerprint.matches("[0-9a-f]{32}")) {
      throw json.refused(
          "fingerprint", InputException.quote(command.fingerprint) + ", expected 32 hex digits");
    }
    if (command.action == Action.ACKNOWLEDGE && command.fingerprint.isEmpty()) {
      throw json.refused("fingerprint", "is missing; an acknowledgement is of one alert");
    }
    if (command.action == Action.SILENCE && command.untilMillis == AlertMark.WHILE_OPEN) {
      throw json.refused("until", "is missing; no silence is for ever");
    }
    return command;
  }

  private static void require(JsonObject json, String name, String text, int characters)
      throws InputException {
    if (text.isBlank() || text.length() > characters) {
      throw json.refused(
          name, "has %d characters, expected 1 to %d".formatted(text.strip().length(), characters));
    }
  }

  @Override
  public String toString() {
    return new String(json(), StandardCharsets.UTF_8);
  }

  /** The mark it leaves on an alert, made at that time. */
  public AlertMark mark(long atMillis) {
    return new AlertMark(author, reason, atMillis, untilMillis);
  }
}
