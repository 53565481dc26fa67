package io.acswatch.wire.frame;

import static io.acswatch.wire.FrameLimits.*;
import static io.acswatch.wire.frame.FrameLayout.*;

import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import net.openhft.chronicle.bytes.RandomDataInput;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a frame once and refuses whatever a later read could stumble over, so that those
 * reads need no checks of their own. Allocates nothing unless it refuses.
 */
final class FrameCheck {
  private static final int MAX_CLASS = 0xFF_FFFF;

  private final FrameSections at;
  private int longestString;

  FrameCheck(FrameSections sections) {
    at = sections;
  }

  /** Binds the sections to a frame that fills {@code available} bytes from {@code base}. */
  @Nullable Rejected check(RandomDataInput input, long base, long available) {
    at.input = input;
    at.base = base;
    Rejected rejected = checkHeader(available);
    if (rejected == null) {
      rejected = at.type == FrameType.UNCHANGED ? checkUnchanged() : checkContent();
    }
    if (rejected != null) {
      at.clear();
    }
    return rejected;
  }

  private @Nullable Rejected checkContent() {
    Rejected rejected = checkSections();
    if (rejected == null) {
      rejected = checkStrings();
    }
    if (rejected == null) {
      rejected = checkHeaderFields();
    }
    if (rejected == null) {
      rejected = checkFunctions();
    }
    if (rejected == null) {
      rejected = checkTables();
    }
    if (rejected != null) {
      return rejected;
    }
    return switch (at.type) {
      case SNAPSHOT, UNCHANGED -> null;
      case HEARTBEAT -> checkHeartbeat();
      case KEXEC_EVENT -> checkKexecEvent();
    };
  }

  private @Nullable Rejected checkHeader(long available) {
    if (available < PREFIX_LENGTH) {
      return tooShort(available);
    }
    if (at.i32(MAGIC_AT) != MAGIC) {
      return rejected(
          RejectReason.BAD_MAGIC, MAGIC_AT, "magic=0x%08x, expected \"ACSW\"", at.i32(MAGIC_AT));
    }
    if (at.u8(MAJOR_AT) != MAJOR) {
      return rejected(
          RejectReason.UNKNOWN_VERSION, MAJOR_AT, "version=%d, expected 1", at.u8(MAJOR_AT));
    }
    FrameType type = FrameType.ofCode(at.u8(TYPE_AT));
    if (type == null) {
      return rejected(
          RejectReason.UNKNOWN_TYPE, TYPE_AT, "type=%d, expected 1, 3, 4 or 6", at.u8(TYPE_AT));
    }
    at.type = type;
    if (available < type.headerLength()) {
      return tooShort(available);
    }
    long frameLength = Integer.toUnsignedLong(at.i32(FRAME_LENGTH_AT));
    int least = Math.min(HEADER_LENGTH, type.headerLength());
    if (frameLength < least || frameLength > MAX_LENGTH) {
      return badLength(
          FRAME_LENGTH_AT, "frameLength=%d, expected %d to 67108864", frameLength, least);
    }
    if (frameLength > available) {
      return rejected(
          RejectReason.TRUNCATED, (int) available, "bytes=%d, expected %d", available, frameLength);
    }
    if (frameLength < available) {
      return rejected(
          RejectReason.TRAILING_BYTES,
          (int) frameLength,
          "bytes=%d, expected %d",
          available,
          frameLength);
    }
    at.frameLength = (int) frameLength;
    int headerLength = at.u16(HEADER_LENGTH_AT);
    if (headerLength < type.headerLength() || headerLength % Long.BYTES != 0) {
      return badLength(
          HEADER_LENGTH_AT,
          "headerLength=%d, expected %d or more, in steps of 8",
          headerLength,
          type.headerLength());
    }
    return null;
  }

  private @Nullable Rejected checkUnchanged() {
    at.clear();
    at.frameLength = at.i32(FRAME_LENGTH_AT);
    int bootAt = at.u16(HEADER_LENGTH_AT);
    int hostAt = bootAt + at.u16(BOOT_ID_LENGTH_AT);
    if (hostAt > at.frameLength) {
      return badLength(
          BOOT_ID_LENGTH_AT,
          "the boot id ends at %d, expected at most frameLength=%d",
          hostAt,
          at.frameLength);
    }
    for (int field = LOOKED_AT_AT; field <= NAMED_SEQUENCE_AT; field += Long.BYTES) {
      if (at.i64(field) < 0) {
        return negative("number", field);
      }
    }
    if (hostAt - bootAt > MAX_BOOT_ID) {
      return tooLong(BOOT_ID_LENGTH_AT, hostAt - bootAt, MAX_BOOT_ID);
    }
    if (at.frameLength - hostAt > MAX_HOST) {
      return tooLong(hostAt, at.frameLength - hostAt, MAX_HOST);
    }
    long fault = Utf8.firstFault(at.input, at.base + bootAt, at.base + hostAt);
    if (fault < 0) {
      fault = Utf8.firstFault(at.input, at.base + hostAt, at.base + at.frameLength);
    }
    return fault < 0
        ? null
        : rejected(RejectReason.BAD_STRING, (int) (fault - at.base), "an id is not UTF-8");
  }

  private @Nullable Rejected checkSections() {
    int headerLength = at.u16(HEADER_LENGTH_AT);
    at.entryLength = at.u16(ENTRY_LENGTH_AT);
    if (at.entryLength < ENTRY_LENGTH || at.entryLength % Long.BYTES != 0) {
      return badLength(
          ENTRY_LENGTH_AT, "entryLength=%d, expected 64 or more, in steps of 8", at.entryLength);
    }
    long end = at.place(headerLength);
    // Later minor versions may add sections after those of this one.
    boolean laterMinor = at.u8(MINOR_AT) > MINOR;
    if (end < 0 || end > at.frameLength || (end < at.frameLength && !laterMinor)) {
      return badLength(
          FUNCTION_COUNT_AT, "sections end at %d, expected frameLength=%d", end, at.frameLength);
    }
    if (at.functionCount > MAX_FUNCTIONS) {
      return badLength(FUNCTION_COUNT_AT, "functions=%d, expected at most 65536", at.functionCount);
    }
    if (at.ownerCount > MAX_ENTRIES) {
      return badLength(OWNER_COUNT_AT, "owners=%d, expected at most 65536", at.ownerCount);
    }
    if (at.noteCount > MAX_ENTRIES) {
      return badLength(NOTE_COUNT_AT, "notes=%d, expected at most 65536", at.noteCount);
    }
    long mostStrings =
        1L
            + at.type.headerStrings()
            + (long) FUNCTION_STRINGS * at.functionCount
            + (long) OWNER_STRINGS * at.ownerCount
            + at.noteCount;
    if (at.stringCount < 1 || (at.stringCount > mostStrings && !laterMinor)) {
      return badLength(
          STRING_COUNT_AT, "strings=%d, expected 1 to %d", at.stringCount, mostStrings);
    }
    return null;
  }

  private @Nullable Rejected checkStrings() {
    long texts = at.base + at.stringBytesAt;
    // All at once: most strings are shorter than a few words of eight bytes.
    boolean ascii = Utf8.isAscii(at.input, texts, texts + at.stringBytes);
    longestString = 0;
    int start = 0;
    for (int number = 0; number < at.stringCount; number++) {
      int end = at.stringEnd(number);
      if (end < start || end > at.stringBytes || (number == 0 && end != 0)) {
        return rejected(
            RejectReason.BAD_STRING,
            at.stringEndAt(number),
            "end=%d, expected %d to %d",
            end,
            start,
            number == 0 ? 0 : at.stringBytes);
      }
      longestString = Math.max(longestString, end - start);
      if (longestString > MAX_STRING) {
        return tooLong(at.stringEndAt(number), longestString, MAX_STRING);
      }
      long fault = ascii ? -1 : Utf8.firstFault(at.input, texts + start, texts + end);
      if (fault >= 0) {
        return rejected(
            RejectReason.BAD_STRING, (int) (fault - at.base), "string %d is not UTF-8", number);
      }
      start = end;
    }
    return start == at.stringBytes
        ? null
        : rejected(
            RejectReason.BAD_STRING,
            STRING_BYTES_AT,
            "stringBytes=%d, expected %d",
            at.stringBytes,
            start);
  }

  private @Nullable Rejected checkHeaderFields() {
    for (int i = 0; i < MAX_OF_HEADER.length; i++) {
      Rejected rejected = checkString(HOST_AT + i * Integer.BYTES, MAX_OF_HEADER[i]);
      if (rejected != null) {
        return rejected;
      }
    }
    if (at.i64(TAKEN_AT_AT) < 0) {
      return negative("takenAt", TAKEN_AT_AT);
    }
    if (at.i64(SEQUENCE_AT) < 0) {
      return negative("sequence", SEQUENCE_AT);
    }
    for (int field = LOADER_TYPE_AT; field <= LOADER_VERSION_AT; field += Integer.BYTES) {
      if (at.i32(field) < -1) {
        return badValue(field, "bootloader=%d, expected -1 or more", at.i32(field));
      }
    }
    return null;
  }

  private @Nullable Rejected checkFunctions() {
    int linesBefore = 0;
    long addressBefore = -1;
    for (int index = 0; index < at.functionCount; index++) {
      int entry = at.functionAt(index);
      Rejected rejected = checkFunction(entry, linesBefore);
      if (rejected != null) {
        return rejected;
      }
      linesBefore += Long.bitCount(at.i64(entry + LINE_MASK_AT));
      long address = (long) at.i32(entry + DOMAIN_AT) << 16 | at.u16(entry + REQUESTER_ID_AT);
      if (address <= addressBefore) {
        return rejected(
            address == addressBefore ? RejectReason.DUPLICATE_ADDRESS : RejectReason.BAD_ORDER,
            entry + DOMAIN_AT,
            "address=0x%x after 0x%x, expected ascending order",
            address,
            addressBefore);
      }
      addressBefore = address;
    }
    return linesBefore == at.lineCount
        ? null
        : rejected(
            RejectReason.BAD_MASK,
            LINE_COUNT_AT,
            "lines=%d, expected %d as in the masks",
            at.lineCount,
            linesBefore);
  }

  private @Nullable Rejected checkFunction(int entry, int linesBefore) {
    int readLength = at.u16(entry + READ_LENGTH_AT);
    if (readLength > ConfigSpace.EXTENDED_LENGTH) {
      return badLength(entry + READ_LENGTH_AT, "readLength=%d, expected 0 to 4096", readLength);
    }
    long mask = at.i64(entry + LINE_MASK_AT);
    if (!LineSparseConfigSpace.maskFitsLength(mask, readLength)) {
      return rejected(
          RejectReason.BAD_MASK,
          entry + LINE_MASK_AT,
          "lineMask=0x%016x, expected no line beyond readLength=%d",
          mask,
          readLength);
    }
    if (at.i32(entry + LINES_BEFORE_AT) != linesBefore) {
      return rejected(
          RejectReason.BAD_MASK,
          entry + LINES_BEFORE_AT,
          "linesBefore=%d, expected %d",
          at.i32(entry + LINES_BEFORE_AT),
          linesBefore);
    }
    if (linesBefore + Long.bitCount(mask) > at.lineCount) {
      return rejected(
          RejectReason.BAD_MASK,
          entry + LINE_MASK_AT,
          "lines=%d, expected at most %d",
          linesBefore + Long.bitCount(mask),
          at.lineCount);
    }
    if (at.u8(entry + STATUS_AT) >= READ_STATUSES.size()) {
      return rejected(
          RejectReason.BAD_STATUS,
          entry + STATUS_AT,
          "status=%d, expected 0 to %d",
          at.u8(entry + STATUS_AT),
          READ_STATUSES.size() - 1);
    }
    boolean isVf = (at.u8(entry + FUNCTION_FLAGS_AT) & HAS_PHYSFN) != 0;
    if (at.i32(entry + DOMAIN_AT) < 0) {
      return badAddress(entry + DOMAIN_AT);
    }
    if (isVf && at.i32(entry + PHYSFN_DOMAIN_AT) < 0) {
      return badAddress(entry + PHYSFN_DOMAIN_AT);
    }
    int classCode = at.i32(entry + CLASS_AT);
    if (classCode < 0 || classCode > MAX_CLASS) {
      return badValue(entry + CLASS_AT, "class=0x%x, expected 24 bits", classCode);
    }
    if (at.i32(entry + GROUP_AT) < -1) {
      return badValue(entry + GROUP_AT, "group=%d, expected -1 or more", at.i32(entry + GROUP_AT));
    }
    for (int field = GROUP_TYPE_AT; field <= REMOVABLE_AT; field += Integer.BYTES) {
      Rejected rejected = checkString(entry + field, MAX_NAME);
      if (rejected != null) {
        return rejected;
      }
    }
    return null;
  }

  private @Nullable Rejected checkTables() {
    for (int i = 0; i < at.scanCount; i++) {
      if (at.i32(at.scanEntryAt(i)) < 0) {
        return badAddress(at.scanEntryAt(i));
      }
    }
    for (int i = 0; i < at.ownerCount; i++) {
      int entry = at.ownerAt(i);
      if (at.i32(entry) < 0) {
        return badAddress(entry);
      }
      for (int field = OWNER_VM_AT; field <= OWNER_SOURCE_AT; field += Integer.BYTES) {
        Rejected rejected = checkString(entry + field, MAX_NAME);
        if (rejected != null) {
          return rejected;
        }
      }
    }
    for (int i = 0; i < at.noteCount; i++) {
      if (isNoString(at.noteAt(i))) {
        return noString(at.noteAt(i));
      }
    }
    return null;
  }

  private @Nullable Rejected checkHeartbeat() {
    if (at.i64(STATE_SEQUENCE_AT) < 0) {
      return negative("stateSequence", STATE_SEQUENCE_AT);
    }
    int waiting = at.i32(WAITING_FRAMES_AT);
    if (waiting < 0) {
      return badValue(WAITING_FRAMES_AT, "waitingFrames=%d, expected 0 or more", waiting);
    }
    if (at.i64(WAITING_BYTES_AT) < 0) {
      return negative("waitingBytes", WAITING_BYTES_AT);
    }
    if (at.i64(DROPPED_FRAMES_AT) < 0) {
      return negative("droppedFrames", DROPPED_FRAMES_AT);
    }
    Rejected rejected = checkString(COLLECTOR_VERSION_AT, MAX_KERNEL);
    return rejected == null ? checkNoState() : rejected;
  }

  private @Nullable Rejected checkKexecEvent() {
    if (at.i64(STATE_SEQUENCE_AT) < 0) {
      return negative("stateSequence", STATE_SEQUENCE_AT);
    }
    int step = at.i32(STEP_AT);
    if (step < 1 || step > STEPS.size()) {
      return badValue(STEP_AT, "step=%d, expected 1 to %d", step, STEPS.size());
    }
    Rejected rejected = checkString(TARGET_RELEASE_AT, MAX_KERNEL);
    if (rejected == null) {
      rejected = checkString(TARGET_COMMAND_LINE_AT, MAX_STRING);
    }
    return rejected == null ? checkNoState() : rejected;
  }

  private @Nullable Rejected checkNoState() {
    if (at.functionCount > 0) {
      return notMeant(FUNCTION_COUNT_AT, "functions", at.functionCount);
    }
    if (at.scanCount > 0) {
      return notMeant(SCAN_COUNT_AT, "scanOrder", at.scanCount);
    }
    return at.ownerCount > 0 ? notMeant(OWNER_COUNT_AT, "owners", at.ownerCount) : null;
  }

  private Rejected notMeant(int field, String name, int count) {
    return badLength(field, "%s=%d, expected none in this %s", name, count, at.type);
  }

  private Rejected negative(String name, int field) {
    return badValue(field, "%s=%d, expected 0 or more", name, at.i64(field));
  }

  private @Nullable Rejected checkString(int field, int most) {
    if (isNoString(field)) {
      return noString(field);
    }
    if (longestString <= most) { // most often: then no string needs a look
      return null;
    }
    int number = at.i32(field);
    int length = at.stringEnd(number) - at.stringStart(number);
    return length <= most ? null : tooLong(field, length, most);
  }

  private static Rejected tooLong(int field, int length, int most) {
    return badLength(field, "a string of %d bytes, expected at most %d", length, most);
  }

  private boolean isNoString(int field) {
    return Integer.compareUnsigned(at.i32(field), at.stringCount) >= 0;
  }

  private Rejected noString(int field) {
    return rejected(
        RejectReason.BAD_STRING,
        field,
        "string=%d, expected 0 to %d",
        Integer.toUnsignedLong(at.i32(field)),
        at.stringCount - 1);
  }

  private Rejected badAddress(int field) {
    return rejected(
        RejectReason.BAD_ADDRESS,
        field,
        "domain=0x%08x, expected at most 0x7fffffff",
        at.i32(field));
  }

  private Rejected tooShort(long available) {
    return rejected(
        RejectReason.TOO_SHORT,
        (int) available,
        "bytes=%d, expected at least %d",
        available,
        available < PREFIX_LENGTH ? HEADER_LENGTH : at.type.headerLength());
  }

  private static Rejected badLength(int offset, String format, Object... values) {
    return rejected(RejectReason.BAD_LENGTH, offset, format, values);
  }

  private static Rejected badValue(int offset, String format, Object... values) {
    return rejected(RejectReason.BAD_VALUE, offset, format, values);
  }

  private static Rejected rejected(
      RejectReason reason, int offset, String format, Object... values) {
    return new Rejected(reason, offset, format.formatted(values));
  }
}
