package io.acswatch.streams.api;

import java.nio.charset.StandardCharsets;

/** What is sent back over HTTP: a status code, a media type and the body. */
public record HttpAnswer(int code, String type, byte[] body) {
  /** Media type of JSON. */
  public static final String JSON = "application/json";

  /** Media type of text. */
  public static final String TEXT = "text/plain; charset=utf-8";

  static final String PROBLEM = "application/problem+json";

  /** An answer in text of some type. */
  public static HttpAnswer of(int code, String type, String body) {
    return new HttpAnswer(code, type, body.getBytes(StandardCharsets.UTF_8));
  }
}
