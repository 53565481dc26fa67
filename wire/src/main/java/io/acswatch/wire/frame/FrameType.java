package io.acswatch.wire.frame;

import org.jspecify.annotations.Nullable;

/**
 * What a frame says, by the byte at offset 6. Two numbers are reserved and refused: 2, which was a
 * delta before the first release, and 5, a part of a snapshot that is too large for one record.
 */
public enum FrameType {
  /** All functions of one host at one moment. */
  SNAPSHOT(1, FrameLayout.HEADER_LENGTH, 0),
  /** The collector lives, and how it fares. */
  HEARTBEAT(3, FrameLayout.HEARTBEAT_HEADER_LENGTH, 1),
  /** A kexec image was loaded or unloaded, or a kexec is about to happen, or did not. */
  KEXEC_EVENT(4, FrameLayout.KEXEC_HEADER_LENGTH, 2),
  /** The host is as its last whole snapshot says. */
  UNCHANGED(6, FrameLayout.UNCHANGED_HEADER_LENGTH, 0);

  public static final int OFFSET = FrameLayout.TYPE_AT;

  private final int code;
  private final int headerLength;
  private final int ownStrings;

  FrameType(int code, int headerLength, int ownStrings) {
    this.code = code;
    this.headerLength = headerLength;
    this.ownStrings = ownStrings;
  }

  public int code() {
    return code;
  }

  /** Bytes of the header, as this version writes it. */
  int headerLength() {
    return headerLength;
  }

  int headerStrings() {
    return FrameLayout.HEADER_STRINGS + ownStrings;
  }

  /** The type for a byte, null if it is reserved or no version defines it. */
  public static @Nullable FrameType ofCode(int code) {
    return switch (code) {
      case 1 -> SNAPSHOT;
      case 3 -> HEARTBEAT;
      case 4 -> KEXEC_EVENT;
      case 6 -> UNCHANGED;
      default -> null;
    };
  }
}
