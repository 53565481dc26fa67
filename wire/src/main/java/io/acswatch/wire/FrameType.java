package io.acswatch.wire;

import org.jspecify.annotations.Nullable;

/** What a frame says, by the byte at offset 6. */
public enum FrameType {
  /** All functions of one host at one moment. */
  SNAPSHOT(1),
  /** Only the functions that changed since the snapshot or delta before. */
  DELTA(2),
  /** The collector lives, and how it fares. */
  HEARTBEAT(3),
  /** A kexec image was loaded or unloaded, or a kexec is about to happen, or did not. */
  KEXEC_EVENT(4),
  /** Reserved: a part of a snapshot that is too large for one record. */
  SNAPSHOT_PART(5);

  /** Where the byte that tells the type stands in a frame. */
  public static final int OFFSET = FrameLayout.TYPE_AT;

  /** Kept: {@code values()} makes a new array each time. */
  private static final FrameType[] BY_CODE = values();

  private final int code;

  FrameType(int code) {
    this.code = code;
  }

  /** The byte in the frame. */
  public int code() {
    return code;
  }

  /** True if this version reads and writes it; the others are reserved. */
  public boolean isKnown() {
    return this != SNAPSHOT_PART;
  }

  /** Bytes of the header, as this version writes it: what all types share, then their own. */
  int headerLength() {
    return switch (this) {
      case SNAPSHOT, SNAPSHOT_PART -> FrameLayout.HEADER_LENGTH;
      case DELTA -> FrameLayout.DELTA_HEADER_LENGTH;
      case HEARTBEAT -> FrameLayout.HEARTBEAT_HEADER_LENGTH;
      case KEXEC_EVENT -> FrameLayout.KEXEC_HEADER_LENGTH;
    };
  }

  /** Strings that the header names. */
  int headerStrings() {
    return FrameLayout.HEADER_STRINGS
        + switch (this) {
          case SNAPSHOT, SNAPSHOT_PART, DELTA -> 0;
          case HEARTBEAT -> 1;
          case KEXEC_EVENT -> 2;
        };
  }

  /** The type for a byte, null if no version defines it. */
  public static @Nullable FrameType ofCode(int code) {
    return code >= 1 && code <= BY_CODE.length ? BY_CODE[code - 1] : null;
  }
}
