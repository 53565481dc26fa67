package io.acswatch.wire;

import java.nio.charset.StandardCharsets;

/**
 * How long the strings of a frame may be, in bytes of UTF-8, and how many entries it may have. Who
 * reads a frame refuses more; who makes one, or a capture that may become one, keeps to them.
 */
public final class FrameLimits {
  /** A host id is as long as a name in DNS at most. */
  public static final int MAX_HOST = 253;

  public static final int MAX_BOOT_ID = 128;

  /** Linux has 64 characters for a release and for a version. */
  public static final int MAX_KERNEL = 256;

  /** Text of a function or an owner: a path with 70 bridges, a name of a VM. */
  public static final int MAX_NAME = 1_024;

  /** Any other string: a command line, a note. */
  public static final int MAX_STRING = 65_536;

  /**
   * As many as the largest host has that is simulated. What it takes to judge a host grows with the
   * square of their number; others of its partition wait meanwhile, and so does the transaction.
   */
  public static final int MAX_FUNCTIONS = 8_192;

  /** Most owners, and most notes. */
  public static final int MAX_ENTRIES = 65_536;

  /** The end of the year 9999 in milliseconds since 1970: RFC 3339 writes no later time. */
  public static final long MAX_TIME = 253_402_300_799_999L;

  private FrameLimits() {}

  /** The same host id; IllegalArgumentException if it is too long. */
  public static String host(String id) {
    int length = lengthOf(id);
    if (length > MAX_HOST) {
      throw new IllegalArgumentException(
          "a host id of %d bytes, expected at most %d".formatted(length, MAX_HOST));
    }
    return id;
  }

  /** Bytes of a text in UTF-8. */
  public static int lengthOf(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
