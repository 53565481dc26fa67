package io.acswatch.streams.api;

import io.acswatch.wire.json.Json;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What is sent back over HTTP: a status code, a media type and the body. */
public record HttpAnswer(int code, String type, byte[] body) {
  public static final String JSON = "application/json";

  public static final String TEXT = "text/plain; charset=utf-8";

  static final String PROBLEM = "application/problem+json";

  public static HttpAnswer of(int code, String type, String body) {
    return new HttpAnswer(code, type, body.getBytes(StandardCharsets.UTF_8));
  }

  /** JSON of a size that a few requests at once may have; who may ask chooses what is in it. */
  static HttpAnswer json(Json.Fields fields) throws ApiException {
    try {
      return new HttpAnswer(200, JSON, Json.bytes(ListPart.MAX_BYTES, fields));
    } catch (UncheckedIOException tooLong) {
      throw ApiException.tooLarge();
    }
  }
}
