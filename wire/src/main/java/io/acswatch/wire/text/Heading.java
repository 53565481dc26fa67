package io.acswatch.wire.text;

import io.acswatch.pci.hierarchy.PciIds;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code lspci} says of a function in its first line, behind the address.
 *
 * @param ids null where names do not give them
 * @param showsIds the ids are there in digits, and not looked up by names
 */
record Heading(@Nullable PciIds ids, boolean showsIds, int revision, int programming) {
  private static final String REVISION = "(?: \\(rev ([0-9a-f]{2})\\))?";
  private static final String INTERFACE = "(?: \\(prog-if ([0-9a-f]{2}).*?\\))?";

  /** {@code -nn}, {@code -n}, and names alone. */
  private static final Pattern BOTH =
      Pattern.compile(
          "(?:.*\\[)?([0-9a-f]{4})\\]?: .*\\[([0-9a-f]{4}):([0-9a-f]{4})\\]"
              + REVISION
              + INTERFACE);

  private static final Pattern NUMBERS =
      Pattern.compile("([0-9a-f]{4}): ([0-9a-f]{4}):([0-9a-f]{4})" + REVISION + INTERFACE);
  private static final Pattern NAMES = Pattern.compile("([^:]+): (.*?)" + REVISION + INTERFACE);

  /** Ids that a script prints before or after the names. */
  private static final Pattern ADDED_IDS =
      Pattern.compile("(.*?) ?\\[([0-9a-f]{4}):([0-9a-f]{4})\\]");

  private static final Pattern CLASS = Pattern.compile(" \\[[0-9a-f]{4}\\]$");

  /** What {@code -nn} leaves of the ids behind a name that is longer than it has room for. */
  private static final Pattern CUT_IDS = Pattern.compile(" \\[?[0-9a-f:]*\\.\\.\\.$");

  static Heading of(String text, Supplier<PciNames> names) {
    Matcher numbers = BOTH.matcher(text);
    if (!numbers.matches()) {
      numbers = NUMBERS.matcher(text);
    }
    if (numbers.matches()) {
      int programming = hexOrZero(numbers.group(5));
      return new Heading(
          ids(numbers.group(2), numbers.group(3), hexOrZero(numbers.group(1)), programming),
          true,
          hexOrZero(numbers.group(4)),
          programming);
    }
    Matcher added = ADDED_IDS.matcher(text);
    Matcher words = NAMES.matcher(added.matches() ? added.group(1) : text);
    if (!words.matches()) {
      return new Heading(null, false, 0, 0);
    }
    String className = CLASS.matcher(words.group(1)).replaceFirst("");
    int programming = hexOrZero(words.group(4));
    PciIds ids =
        added.matches()
            ? ids(added.group(2), added.group(3), names.get().classCode(className), programming)
            : names.get().ids(className, CUT_IDS.matcher(words.group(2)).replaceFirst(""));
    return new Heading(ids, added.matches(), hexOrZero(words.group(3)), programming);
  }

  private static PciIds ids(String vendor, String device, int classCode, int programming) {
    return new PciIds(hexOrZero(vendor), hexOrZero(device), classCode << 8 | programming);
  }

  private static int hexOrZero(@Nullable String digits) {
    return digits == null ? 0 : Integer.parseInt(digits, 16);
  }
}
