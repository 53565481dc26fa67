package io.acswatch.wire.frame;

import static io.acswatch.wire.frame.FrameLayout.*;

import net.openhft.chronicle.bytes.RandomDataInput;

/** Where the sections of one frame begin, in bytes from the start of the frame. Rebindable. */
final class FrameSections {
  RandomDataInput input = new CheckedBytes();
  long base;
  FrameType type = FrameType.SNAPSHOT;
  int frameLength;
  int functionCount;
  int scanCount;
  int ownerCount;
  int noteCount;
  int lineCount;
  int stringCount;
  int stringBytes;
  int entryLength;
  int functionsAt;
  int linesAt;
  int scanAt;
  int ownersAt;
  int notesAt;
  int stringEndsAt;
  int stringBytesAt;

  int u8(int at) {
    return input.readUnsignedByte(base + at);
  }

  int u16(int at) {
    return input.readUnsignedShort(base + at);
  }

  int i32(int at) {
    return input.readInt(base + at);
  }

  long i64(int at) {
    return input.readLong(base + at);
  }

  int functionAt(int index) {
    return functionsAt + index * entryLength;
  }

  int scanEntryAt(int index) {
    return scanAt + index * SCAN_LENGTH;
  }

  int ownerAt(int index) {
    return ownersAt + index * OWNER_LENGTH;
  }

  int noteAt(int index) {
    return notesAt + index * NOTE_LENGTH;
  }

  int stringEndAt(int number) {
    return stringEndsAt + number * STRING_END_LENGTH;
  }

  int stringStart(int number) {
    return number == 0 ? 0 : i32(stringEndAt(number - 1));
  }

  int stringEnd(int number) {
    return i32(stringEndAt(number));
  }

  void clear() {
    functionCount = 0;
    scanCount = 0;
    ownerCount = 0;
    noteCount = 0;
    lineCount = 0;
    stringCount = 0;
    stringBytes = 0;
    frameLength = 0;
  }

  /** Places the sections; gives the end of the last, or -1 if a count exceeds the frame. */
  long place(int headerLength) {
    functionCount = i32(FUNCTION_COUNT_AT);
    scanCount = i32(SCAN_COUNT_AT);
    ownerCount = i32(OWNER_COUNT_AT);
    noteCount = i32(NOTE_COUNT_AT);
    lineCount = i32(LINE_COUNT_AT);
    stringCount = i32(STRING_COUNT_AT);
    stringBytes = i32(STRING_BYTES_AT);
    if ((functionCount | scanCount | ownerCount | noteCount) < 0
        || (lineCount | stringCount | stringBytes) < 0) {
      return -1;
    }
    // Longs, since counts are not trusted yet; the ints are used only if the sum fits the frame.
    long lines = headerLength + (long) functionCount * entryLength;
    long scan = lines + (long) lineCount * LINE_LENGTH;
    long owners = scan + (long) scanCount * SCAN_LENGTH;
    long notes = owners + (long) ownerCount * OWNER_LENGTH;
    long ends = notes + (long) noteCount * NOTE_LENGTH;
    long strings = ends + (long) stringCount * STRING_END_LENGTH;
    functionsAt = headerLength;
    linesAt = (int) lines;
    scanAt = (int) scan;
    ownersAt = (int) owners;
    notesAt = (int) notes;
    stringEndsAt = (int) ends;
    stringBytesAt = (int) strings;
    return strings + stringBytes;
  }
}
