package io.acswatch.wire.frame;

import static io.acswatch.wire.FrameLimits.*;
import static io.acswatch.wire.frame.FrameLayout.*;
import static io.acswatch.wire.frame.RejectReason.*;

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

  /** Ends a check at the first fault. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Rejected rejected;

    Refused(RejectReason reason, int offset, String detail) {
      super(detail, null, false, false);
      rejected = new Rejected(reason, offset, detail);
    }
  }

  private final FrameSections at;
  private int longestString;

  FrameCheck(FrameSections sections) {
    at = sections;
  }

  /** Binds the sections to a frame that fills {@code available} bytes from {@code base}. */
  @Nullable Rejected check(RandomDataInput input, long base, long available) {
    at.input = input;
    at.base = base;
    try {
      checkHeader(available);
      if (at.type == FrameType.UNCHANGED) {
        checkUnchanged();
      } else {
        checkContent();
      }
      return null;
    } catch (Refused refused) {
      at.clear();
      return refused.rejected;
    }
  }

  private void checkContent() {
    checkSections();
    checkStrings();
    checkHeaderFields();
    checkFunctions();
    checkTables();
    if (at.type == FrameType.HEARTBEAT) {
      checkHeartbeat();
    } else if (at.type == FrameType.KEXEC_EVENT) {
      checkKexecEvent();
    }
  }

  private void checkHeader(long available) {
    checkLongEnough(available, PREFIX_LENGTH, HEADER_LENGTH);
    long magic = Integer.toUnsignedLong(at.i32(MAGIC_AT));
    require(magic == MAGIC, BAD_MAGIC, MAGIC_AT, "magic=0x%08x, expected \"ACSW\"", magic);
    int major = at.u8(MAJOR_AT);
    require(major == MAJOR, UNKNOWN_VERSION, MAJOR_AT, "version=%d, expected 1", major);
    FrameType type = FrameType.ofCode(at.u8(TYPE_AT));
    if (type == null) {
      throw new Refused(
          UNKNOWN_TYPE, TYPE_AT, "type=%d, expected 1, 3, 4 or 6".formatted(at.u8(TYPE_AT)));
    }
    at.type = type;
    checkLongEnough(available, type.headerLength(), type.headerLength());
    long length = Integer.toUnsignedLong(at.i32(FRAME_LENGTH_AT));
    int least = Math.min(HEADER_LENGTH, type.headerLength());
    require(
        length >= least && length <= MAX_LENGTH,
        BAD_LENGTH,
        FRAME_LENGTH_AT,
        "frameLength=%d, expected %d to 67108864",
        length,
        least);
    String expected = "bytes=%d, expected %d";
    require(length <= available, TRUNCATED, (int) available, expected, available, length);
    require(length >= available, TRAILING_BYTES, (int) length, expected, available, length);
    at.frameLength = (int) length;
    int headerLength = at.u16(HEADER_LENGTH_AT);
    require(
        headerLength >= type.headerLength() && headerLength % Long.BYTES == 0,
        BAD_LENGTH,
        HEADER_LENGTH_AT,
        "headerLength=%d, expected %d or more, in steps of 8",
        headerLength,
        type.headerLength());
  }

  private static void checkLongEnough(long available, int needed, int expected) {
    String format = "bytes=%d, expected at least %d";
    require(available >= needed, TOO_SHORT, (int) available, format, available, expected);
  }

  private void checkUnchanged() {
    at.clear();
    at.frameLength = at.i32(FRAME_LENGTH_AT);
    int bootAt = at.u16(HEADER_LENGTH_AT);
    int hostAt = bootAt + at.u16(BOOT_ID_LENGTH_AT);
    require(
        hostAt <= at.frameLength,
        BAD_LENGTH,
        BOOT_ID_LENGTH_AT,
        "the boot id ends at %d, expected at most frameLength=%d",
        hostAt,
        at.frameLength);
    for (int field = LOOKED_AT_AT; field <= NAMED_SEQUENCE_AT; field += Long.BYTES) {
      checkCount(at.i64(field), field, "number=%d, expected 0 or more");
    }
    checkTime(LOOKED_AT_AT, "lookedAt=%d, expected at most %d");
    tooLong(BOOT_ID_LENGTH_AT, hostAt - bootAt, MAX_BOOT_ID);
    tooLong(hostAt, at.frameLength - hostAt, MAX_HOST);
    long fault = Utf8.firstFault(at.input, at.base + bootAt, at.base + hostAt);
    if (fault < 0) {
      fault = Utf8.firstFault(at.input, at.base + hostAt, at.base + at.frameLength);
    }
    require(fault < 0, BAD_STRING, (int) (fault - at.base), "an id is not UTF-8", 0);
  }

  private void checkSections() {
    int headerLength = at.u16(HEADER_LENGTH_AT);
    at.entryLength = at.u16(ENTRY_LENGTH_AT);
    require(
        at.entryLength >= ENTRY_LENGTH && at.entryLength % Long.BYTES == 0,
        BAD_LENGTH,
        ENTRY_LENGTH_AT,
        "entryLength=%d, expected 64 or more, in steps of 8",
        at.entryLength);
    long end = at.place(headerLength);
    // Later minor versions may add sections after those of this one.
    boolean laterMinor = at.u8(MINOR_AT) > MINOR;
    require(
        end == at.frameLength || end >= 0 && end < at.frameLength && laterMinor,
        BAD_LENGTH,
        FUNCTION_COUNT_AT,
        "sections end at %d, expected frameLength=%d",
        end,
        at.frameLength);
    checkMost(
        at.functionCount, MAX_FUNCTIONS, FUNCTION_COUNT_AT, "functions=%d, expected at most %d");
    checkMost(at.scanCount, MAX_FUNCTIONS, SCAN_COUNT_AT, "scanOrder=%d, expected at most %d");
    checkMost(at.ownerCount, MAX_ENTRIES, OWNER_COUNT_AT, "owners=%d, expected at most %d");
    checkMost(at.noteCount, MAX_ENTRIES, NOTE_COUNT_AT, "notes=%d, expected at most %d");
    long mostStrings =
        1L
            + at.type.headerStrings()
            + (long) FUNCTION_STRINGS * at.functionCount
            + (long) OWNER_STRINGS * at.ownerCount
            + at.noteCount;
    require(
        at.stringCount >= 1 && (at.stringCount <= mostStrings || laterMinor),
        BAD_LENGTH,
        STRING_COUNT_AT,
        "strings=%d, expected 1 to %d",
        at.stringCount,
        mostStrings);
  }

  private void checkStrings() {
    long texts = at.base + at.stringBytesAt;
    // All at once: most strings are shorter than a few words of eight bytes.
    boolean ascii = Utf8.isAscii(at.input, texts, texts + at.stringBytes);
    longestString = 0;
    int start = 0;
    for (int number = 0; number < at.stringCount; number++) {
      int end = at.stringEnd(number);
      int most = number == 0 ? 0 : at.stringBytes; // string 0 is empty
      if (end < start || end > most) {
        throw new Refused(
            BAD_STRING,
            at.stringEndAt(number),
            "end=%d, expected %d to %d".formatted(end, start, most));
      }
      longestString = Math.max(longestString, end - start);
      tooLong(at.stringEndAt(number), longestString, MAX_STRING);
      long fault = ascii ? -1 : Utf8.firstFault(at.input, texts + start, texts + end);
      require(fault < 0, BAD_STRING, (int) (fault - at.base), "string %d is not UTF-8", number);
      start = end;
    }
    require(
        start == at.stringBytes,
        BAD_STRING,
        STRING_BYTES_AT,
        "stringBytes=%d, expected %d",
        at.stringBytes,
        start);
  }

  private void checkHeaderFields() {
    for (int i = 0; i < MAX_OF_HEADER.length; i++) {
      checkString(HOST_AT + i * Integer.BYTES, MAX_OF_HEADER[i]);
    }
    checkCount(at.i64(TAKEN_AT_AT), TAKEN_AT_AT, "takenAt=%d, expected 0 or more");
    checkTime(TAKEN_AT_AT, "takenAt=%d, expected at most %d");
    checkCount(at.i64(SEQUENCE_AT), SEQUENCE_AT, "sequence=%d, expected 0 or more");
    for (int field = LOADER_TYPE_AT; field <= LOADER_VERSION_AT; field += Integer.BYTES) {
      int loader = at.i32(field);
      require(loader >= -1, BAD_VALUE, field, "bootloader=%d, expected -1 or more", loader);
    }
  }

  private void checkFunctions() {
    int linesBefore = 0;
    long addressBefore = -1;
    for (int index = 0; index < at.functionCount; index++) {
      int entry = at.functionAt(index);
      checkFunction(entry, linesBefore);
      linesBefore += Long.bitCount(at.i64(entry + LINE_MASK_AT));
      long address = (long) at.i32(entry + DOMAIN_AT) << 16 | at.u16(entry + REQUESTER_ID_AT);
      require(
          address > addressBefore,
          address == addressBefore ? DUPLICATE_ADDRESS : BAD_ORDER,
          entry + DOMAIN_AT,
          "address=0x%x after 0x%x, expected ascending order",
          address,
          addressBefore);
      addressBefore = address;
    }
    require(
        linesBefore == at.lineCount,
        BAD_MASK,
        LINE_COUNT_AT,
        "lines=%d, expected %d as in the masks",
        at.lineCount,
        linesBefore);
  }

  private void checkFunction(int entry, int linesBefore) {
    int readLength = at.u16(entry + READ_LENGTH_AT);
    require(
        readLength <= ConfigSpace.EXTENDED_LENGTH,
        BAD_LENGTH,
        entry + READ_LENGTH_AT,
        "readLength=%d, expected 0 to 4096",
        readLength);
    long mask = at.i64(entry + LINE_MASK_AT);
    require(
        LineSparseConfigSpace.maskFitsLength(mask, readLength),
        BAD_MASK,
        entry + LINE_MASK_AT,
        "lineMask=0x%016x, expected no line beyond readLength=%d",
        mask,
        readLength);
    int before = at.i32(entry + LINES_BEFORE_AT);
    require(
        before == linesBefore,
        BAD_MASK,
        entry + LINES_BEFORE_AT,
        "linesBefore=%d, expected %d",
        before,
        linesBefore);
    int lines = linesBefore + Long.bitCount(mask);
    require(
        lines <= at.lineCount,
        BAD_MASK,
        entry + LINE_MASK_AT,
        "lines=%d, expected at most %d",
        lines,
        at.lineCount);
    int status = at.u8(entry + STATUS_AT);
    int last = READ_STATUSES.size() - 1;
    String format = "status=%d, expected 0 to %d";
    require(status <= last, BAD_STATUS, entry + STATUS_AT, format, status, last);
    boolean isVf = (at.u8(entry + FUNCTION_FLAGS_AT) & HAS_PHYSFN) != 0;
    checkAddress(entry + DOMAIN_AT);
    if (isVf) {
      checkAddress(entry + PHYSFN_DOMAIN_AT);
    }
    long classCode = Integer.toUnsignedLong(at.i32(entry + CLASS_AT));
    require(
        classCode <= MAX_CLASS,
        BAD_VALUE,
        entry + CLASS_AT,
        "class=0x%x, expected 24 bits",
        classCode);
    int group = at.i32(entry + GROUP_AT);
    require(group >= -1, BAD_VALUE, entry + GROUP_AT, "group=%d, expected -1 or more", group);
    for (int field = GROUP_TYPE_AT; field <= REMOVABLE_AT; field += Integer.BYTES) {
      checkString(entry + field, MAX_NAME);
    }
  }

  private void checkTables() {
    for (int i = 0; i < at.scanCount; i++) {
      checkAddress(at.scanEntryAt(i));
    }
    for (int i = 0; i < at.ownerCount; i++) {
      int entry = at.ownerAt(i);
      checkAddress(entry);
      for (int field = OWNER_VM_AT; field <= OWNER_SOURCE_AT; field += Integer.BYTES) {
        checkString(entry + field, MAX_NAME);
      }
    }
    for (int i = 0; i < at.noteCount; i++) {
      checkString(at.noteAt(i), MAX_STRING);
    }
  }

  private void checkHeartbeat() {
    checkStateSequence();
    int frames = at.i32(WAITING_FRAMES_AT);
    checkCount(frames, WAITING_FRAMES_AT, "waitingFrames=%d, expected 0 or more");
    long bytes = at.i64(WAITING_BYTES_AT);
    checkCount(bytes, WAITING_BYTES_AT, "waitingBytes=%d, expected 0 or more");
    long dropped = at.i64(DROPPED_FRAMES_AT);
    checkCount(dropped, DROPPED_FRAMES_AT, "droppedFrames=%d, expected 0 or more");
    checkString(COLLECTOR_VERSION_AT, MAX_KERNEL);
    checkNoState();
  }

  private void checkKexecEvent() {
    checkStateSequence();
    int step = at.i32(STEP_AT);
    int steps = STEPS.size();
    String format = "step=%d, expected 1 to %d";
    require(step >= 1 && step <= steps, BAD_VALUE, STEP_AT, format, step, steps);
    checkString(TARGET_RELEASE_AT, MAX_KERNEL);
    checkString(TARGET_COMMAND_LINE_AT, MAX_STRING);
    checkNoState();
  }

  private void checkStateSequence() {
    long sequence = at.i64(STATE_SEQUENCE_AT);
    checkCount(sequence, STATE_SEQUENCE_AT, "stateSequence=%d, expected 0 or more");
  }

  private void checkNoState() {
    checkNone(at.functionCount, FUNCTION_COUNT_AT, "functions");
    checkNone(at.scanCount, SCAN_COUNT_AT, "scanOrder");
    checkNone(at.ownerCount, OWNER_COUNT_AT, "owners");
  }

  private void checkNone(int count, int field, String name) {
    if (count > 0) {
      String detail = "%s=%d, expected none in this %s".formatted(name, count, at.type);
      throw new Refused(BAD_LENGTH, field, detail);
    }
  }

  private static void checkMost(int count, int most, int field, String format) {
    require(count <= most, BAD_LENGTH, field, format, count, most);
  }

  private void checkTime(int field, String format) {
    long time = at.i64(field);
    require(time <= MAX_TIME, BAD_VALUE, field, format, time, MAX_TIME);
  }

  private static void checkCount(long count, int field, String format) {
    require(count >= 0, BAD_VALUE, field, format, count);
  }

  private void checkString(int field, int most) {
    long number = Integer.toUnsignedLong(at.i32(field));
    int last = at.stringCount - 1;
    require(number <= last, BAD_STRING, field, "string=%d, expected 0 to %d", number, last);
    if (longestString > most) { // most often not: then no string needs a look
      tooLong(field, at.stringEnd((int) number) - at.stringStart((int) number), most);
    }
  }

  private static void tooLong(int field, int length, int most) {
    String format = "a string of %d bytes, expected at most %d";
    require(length <= most, BAD_LENGTH, field, format, length, most);
  }

  private void checkAddress(int field) {
    long domain = Integer.toUnsignedLong(at.i32(field));
    String format = "domain=0x%08x, expected at most 0x7fffffff";
    require(domain <= Integer.MAX_VALUE, BAD_ADDRESS, field, format, domain);
  }

  private static void require(
      boolean right, RejectReason reason, int offset, String format, long found) {
    require(right, reason, offset, format, found, 0);
  }

  private static void require(
      boolean right, RejectReason reason, int offset, String format, long found, long expected) {
    if (!right) {
      throw new Refused(reason, offset, format.formatted(found, expected));
    }
  }
}
