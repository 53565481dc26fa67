package io.acswatch.collector.spool;

import io.acswatch.wire.frame.FrameType;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One frame that waits. All there is to know of it without opening it stands in its name, {@code
 * 0000000000000042-9f3a01c7-snapshot.frame}.
 *
 * @param order place in the spool; rises with every frame
 * @param boot tag of the boot it was seen in: equal for frames of one boot
 * @param modifiedMillis when the file was written, by the wall clock
 */
public record SpoolEntry(
    long order, String boot, FrameType type, Path path, long bytes, long modifiedMillis) {
  private static final Pattern NAME = Pattern.compile("(\\d{16})-([0-9a-f]{8})-([a-z_]+)\\.frame");

  static String name(long order, String boot, FrameType type) {
    String digits = Long.toString(order);
    return "0".repeat(16 - digits.length()) + digits + "-" + boot + "-" + label(type) + ".frame";
  }

  private static String label(FrameType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  static @Nullable SpoolEntry of(Path path, long bytes, long modifiedMillis) {
    Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
    if (!name.matches()) {
      return null;
    }
    for (FrameType type : FrameType.values()) {
      if (label(type).equals(name.group(3))) {
        return new SpoolEntry(
            Long.parseLong(name.group(1)), name.group(2), type, path, bytes, modifiedMillis);
      }
    }
    return null;
  }
}
