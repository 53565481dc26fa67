package io.acswatch.streams.topology;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.acswatch.wire.InputException;
import io.acswatch.wire.json.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What an operator asks of a host: the value of a record on the commands topic, {@code
 * {"command":"retire","reason":"scrapped"}}. There is one command, to forget the host. Fields that
 * are not known are skipped.
 */
public record HostRequest(String reason) {
  private static final JsonFactory READER = new JsonFactory();
  private static final String RETIRE = "retire";

  public byte[] json() {
    return Json.bytes(
        json -> {
          json.writeStringField("command", RETIRE);
          json.writeStringField("reason", reason);
        });
  }

  static HostRequest read(byte[] json) throws InputException {
    String command = null;
    String reason = "";
    try (JsonParser in = READER.createParser(json)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw refused("expected a JSON object");
      }
      for (String field = in.nextFieldName(); field != null; field = in.nextFieldName()) {
        in.nextToken();
        switch (field) {
          case "command" -> command = text(in);
          case "reason" -> reason = String.valueOf(text(in));
          default -> in.skipChildren();
        }
      }
    } catch (IOException notJson) {
      throw refused("not JSON");
    }
    if (!RETIRE.equals(command)) {
      throw refused("command=" + command + ", expected " + RETIRE);
    }
    return new HostRequest(reason);
  }

  private static @Nullable String text(JsonParser in) throws IOException {
    in.skipChildren();
    return in.getValueAsString();
  }

  private static InputException refused(String problem) {
    return new InputException("command", problem);
  }
}
