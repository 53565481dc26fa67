package io.acswatch.wire;

import org.jspecify.annotations.Nullable;

/** What a frame says, by the byte at offset 6. Version 1 knows one type and reserves the others. */
public enum FrameType {
  /** All functions of one host at one moment. */
  SNAPSHOT(1),
  /** Reserved: only the functions that changed since a snapshot. */
  DELTA(2),
  /** Reserved: nothing changed, the host is there. */
  HEARTBEAT(3),
  /** Reserved: a kexec image was loaded or unloaded, or a kexec is about to happen. */
  KEXEC_EVENT(4),
  /** Reserved: a part of a snapshot that is too large for one record. */
  SNAPSHOT_PART(5);

  private final int code;

  FrameType(int code) {
    this.code = code;
  }

  /** The byte in the frame. */
  public int code() {
    return code;
  }

  /** The type for a byte, null if no version defines it. */
  public static @Nullable FrameType ofCode(int code) {
    for (FrameType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }
}
