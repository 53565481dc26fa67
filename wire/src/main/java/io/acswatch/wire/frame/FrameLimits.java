package io.acswatch.wire.frame;

import java.nio.charset.StandardCharsets;

/** Limits of a frame that its writers keep too. */
public final class FrameLimits {
  /** Longest host id, in bytes of UTF-8: as long as a name in DNS. */
  public static final int MAX_HOST = 253;

  private FrameLimits() {}

  /** The same host id; IllegalArgumentException if it is too long. */
  public static String host(String id) {
    int length = id.getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_HOST) {
      throw new IllegalArgumentException(
          "a host id of %d bytes, expected at most %d".formatted(length, MAX_HOST));
    }
    return id;
  }
}
