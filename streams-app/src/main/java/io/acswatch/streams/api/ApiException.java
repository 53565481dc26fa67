package io.acswatch.streams.api;

import io.acswatch.wire.json.Json;

/** A request that is answered with a problem (RFC 9457) instead of what it asked for. */
public final class ApiException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final String title;

  private ApiException(int code, String title, String detail) {
    super(detail);
    this.code = code;
    this.title = title;
  }

  /** The request itself is wrong: says which parameter, what it is and what was expected. */
  static ApiException badRequest(String detail) {
    return new ApiException(400, "Bad request", detail);
  }

  static ApiException notFound(String detail) {
    return new ApiException(404, "Not found", detail);
  }

  /** Asking again later will help. */
  public static ApiException unavailable(String detail) {
    return new ApiException(503, "Not available now", detail);
  }

  static ApiException tooLarge() {
    return badRequest(
        "the answer has more than %d MiB; ask for less, by filters, limit and offset"
            .formatted(ListPart.MAX_BYTES >> 20));
  }

  HttpAnswer answer() {
    String body =
        Json.object(
            json -> {
              json.writeStringField("type", "about:blank");
              json.writeStringField("title", title);
              json.writeNumberField("status", code);
              json.writeStringField("detail", getMessage());
            });
    return HttpAnswer.of(code, HttpAnswer.PROBLEM, body);
  }
}
