package io.acswatch.wire.frame;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** String table of a frame. Each string is made once per frame, when it is first asked for. */
final class FrameStrings {
  private static final @Nullable String[] NONE = {};

  private final FrameSections sections;
  private @Nullable String[] made = NONE;
  private byte[] scratch = new byte[256];

  FrameStrings(FrameSections sections) {
    this.sections = sections;
  }

  void clear() {
    made = NONE;
  }

  String at(int field) {
    int number = sections.i32(field);
    if (number == 0) {
      return "";
    }
    if (made.length == 0) {
      made = new String[sections.stringCount];
    }
    String known = made[number];
    if (known == null) {
      known = make(number);
      made[number] = known;
    }
    return known;
  }

  private String make(int number) {
    int bytesAt = sections.stringBytesAt;
    return between(bytesAt + sections.stringStart(number), bytesAt + sections.stringEnd(number));
  }

  /** The text in these bytes of the frame. */
  String between(int start, int end) {
    int length = end - start;
    byte[] bytes = length <= scratch.length ? scratch : new byte[length];
    sections.input.read(sections.base + start, bytes, 0, length);
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
