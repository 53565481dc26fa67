package io.acswatch.wire.frame;

import static io.acswatch.wire.frame.FrameLayout.*;

import org.jspecify.annotations.Nullable;

/** Checks what only frames of one type have. Allocates nothing unless it refuses. */
final class FrameTypeCheck {
  private final FrameSections at;

  FrameTypeCheck(FrameSections sections) {
    at = sections;
  }

  @Nullable Rejected check() {
    return switch (at.type) {
      case SNAPSHOT -> null;
      case HEARTBEAT -> checkHeartbeat();
      case KEXEC_EVENT -> checkKexecEvent();
    };
  }

  private @Nullable Rejected checkHeartbeat() {
    if (at.i64(STATE_SEQUENCE_AT) < 0) {
      return negative(STATE_SEQUENCE_AT, "stateSequence");
    }
    if (at.i32(WAITING_FRAMES_AT) < 0) {
      return badValue(WAITING_FRAMES_AT, "waitingFrames", at.i32(WAITING_FRAMES_AT));
    }
    if (at.i64(WAITING_BYTES_AT) < 0) {
      return negative(WAITING_BYTES_AT, "waitingBytes");
    }
    if (at.i64(DROPPED_FRAMES_AT) < 0) {
      return negative(DROPPED_FRAMES_AT, "droppedFrames");
    }
    return noString(COLLECTOR_VERSION_AT) ? badString(COLLECTOR_VERSION_AT) : checkNoState();
  }

  private @Nullable Rejected checkKexecEvent() {
    if (at.i64(STATE_SEQUENCE_AT) < 0) {
      return negative(STATE_SEQUENCE_AT, "stateSequence");
    }
    int step = at.i32(STEP_AT);
    if (step < 1 || step > stepCount()) {
      return new Rejected(
          RejectReason.BAD_VALUE,
          STEP_AT,
          "step=%d, expected 1 to %d".formatted(step, stepCount()));
    }
    for (int field = TARGET_RELEASE_AT; field <= TARGET_COMMAND_LINE_AT; field += Integer.BYTES) {
      if (noString(field)) {
        return badString(field);
      }
    }
    return checkNoState();
  }

  /** Says nothing of functions. */
  private @Nullable Rejected checkNoState() {
    if (at.functionCount > 0) {
      return notMeant(FUNCTION_COUNT_AT, "functions", at.functionCount);
    }
    if (at.scanCount > 0) {
      return notMeant(SCAN_COUNT_AT, "scanOrder", at.scanCount);
    }
    return at.ownerCount > 0 ? notMeant(OWNER_COUNT_AT, "owners", at.ownerCount) : null;
  }

  private boolean noString(int field) {
    return Integer.compareUnsigned(at.i32(field), at.stringCount) >= 0;
  }

  private Rejected badString(int field) {
    return new Rejected(
        RejectReason.BAD_STRING,
        field,
        "string=%d, expected 0 to %d"
            .formatted(Integer.toUnsignedLong(at.i32(field)), at.stringCount - 1));
  }

  private Rejected negative(int field, String name) {
    return badValue(field, name, at.i64(field));
  }

  private static Rejected badValue(int field, String name, long value) {
    return new Rejected(
        RejectReason.BAD_VALUE, field, "%s=%d, expected 0 or more".formatted(name, value));
  }

  private Rejected notMeant(int field, String name, int count) {
    return new Rejected(
        RejectReason.BAD_LENGTH,
        field,
        "%s=%d, expected none in this %s".formatted(name, count, at.type));
  }
}
