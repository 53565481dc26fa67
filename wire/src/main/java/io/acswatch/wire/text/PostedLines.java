package io.acswatch.wire.text;

import io.acswatch.wire.InputException;
import java.io.InputStream;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a text that somebody posted, without what mail, forums, logs and scripts put before
 * them, and each in one piece where mail has wrapped it.
 */
final class PostedLines {
  private static final String ADDRESS =
      "(?:X{4,8}:)?X{2}:[01]X\\.[0-7](?![0-9A-Za-z:.])".replace("X", "[0-9a-fA-F]");

  /** What mail and forums put before a quoted line. */
  private static final Pattern QUOTE = Pattern.compile("^(?:\\s*[>|])+ ?");

  /** What a log of other programs than the kernel puts before a line. */
  private static final Pattern LOGGED =
      Pattern.compile(
          "^(?:[A-Z][a-z]{2} [ \\d]\\d [\\d:]{8}|\\d{4}-\\d\\d-\\d\\d[T ][\\d:.,+Z-]+) \\S+"
              + " (?!kernel)[\\w./-]+(?:\\[\\d+\\])?: ?");

  /** What scripts print before a device: that it can be reset, its group once more, a tree. */
  private static final Pattern MARK =
      Pattern.compile(
          "^(\\s*)(?:(?:\\[(?:R|RESET| )\\]|\\(\\d++\\)|[-*+`•·├└│─]++)\\s*+)++(?="
              + ADDRESS
              + "\\s)");

  /** A device whose ids stand before it. */
  private static final Pattern IDS_FIRST =
      Pattern.compile(
          "^(\\s*)(\\[[0-9a-f]{4}:[0-9a-f]{4}\\])\\s+(?:\\[\\w+\\]\\s+)?(" + ADDRESS + "\\s.*)");

  private static final Pattern DEVICE = Pattern.compile("^\\s*" + ADDRESS + "(?:\\s.*)?$");
  private static final Pattern IN_GROUP =
      Pattern.compile("(?i)^\\s*iommu[ _-]group\\W+\\d+\\W.*" + ADDRESS + "\\s.*");

  /** The end of a heading to which nothing belongs any more. */
  private static final Pattern WHOLE =
      Pattern.compile(
          ".*(?:\\[[0-9a-f]{4}:[0-9a-f]{4}\\]|\\(rev [0-9a-f]{2}\\)|\\(prog-if .*\\))\\s*");

  private static final Pattern SUFFIX = Pattern.compile("\\((?:rev|prog-if) .*");

  /** What no line goes on with: a label, a time, an offset, a prompt, a fence. */
  private static final Pattern BEGINNING =
      Pattern.compile("[A-Z][\\w /-]*:.*|\\[ *\\d+\\..*|[0-9a-f]{2,3}: .*|[$#`].*|.*(?i:iommu).*");

  /** Mail is wrapped at 72 columns or so; a shorter line ended where it ends. */
  private static final int WRAPPED_FROM = 66;

  private record Line(int number, int length, String text) {
    boolean isIndented() {
      return !text.isEmpty() && Character.isWhitespace(text.charAt(0));
    }
  }

  private final LineSource source;
  private @Nullable Line following;
  private String text = "";
  private int indentation;
  private int number;

  PostedLines(String name, InputStream stream) throws InputException {
    source = new LineSource(name, stream, true);
    following = read();
  }

  private @Nullable Line read() throws InputException {
    String line = source.next();
    return line == null ? null : new Line(source.lineNumber(), line.length(), plain(line));
  }

  private static String plain(String line) {
    String plain = line.replace('\u00A0', ' ');
    if (plain.indexOf('&') >= 0) {
      plain =
          plain
              .replace("&gt;", ">")
              .replace("&lt;", "<")
              .replace("&quot;", "\"")
              .replace("&nbsp;", " ")
              .replace("&amp;", "&");
    }
    plain = QUOTE.matcher(plain).replaceFirst("");
    plain = LOGGED.matcher(plain).replaceFirst("");
    plain = MARK.matcher(plain).replaceFirst("$1");
    return IDS_FIRST.matcher(plain).replaceFirst("$1$3 $2");
  }

  /** Goes to the next line; false at the end. */
  boolean next() throws InputException {
    Line line = following;
    if (line == null) {
      return false;
    }
    number = line.number();
    indentation = line.text().length() - line.text().stripLeading().length();
    StringBuilder whole = new StringBuilder(line.text().strip());
    Line last = line;
    following = read();
    while (following != null && goesOn(line.isIndented(), whole, last, following)) {
      last = following;
      whole.append(' ').append(last.text().strip());
      following = read();
    }
    text = whole.toString();
    return true;
  }

  /** True if {@code next} is the rest of a line that mail has wrapped. */
  private static boolean goesOn(boolean isIndented, CharSequence whole, Line last, Line next) {
    if (next.text().isEmpty() || next.isIndented()) {
      return false;
    }
    boolean isHeading = DEVICE.matcher(whole).matches() || IN_GROUP.matcher(whole).matches();
    if (!isHeading && !isIndented) {
      return false;
    }
    int firstWord = next.text().indexOf(' ');
    int word = firstWord < 0 ? next.text().length() : firstWord;
    return last.length() + 1 + word > WRAPPED_FROM
        && !DEVICE.matcher(next.text()).matches()
        && !BEGINNING.matcher(next.text()).matches()
        && (!isHeading || !WHOLE.matcher(whole).matches() || SUFFIX.matcher(next.text()).matches());
  }

  /** The line without what was before it and without its indentation. */
  String text() {
    return text;
  }

  /** How many characters of space were before it. */
  int indentation() {
    return indentation;
  }

  /** Where it begins, from 1. */
  int number() {
    return number;
  }

  InputException error(String problem) {
    return source.errorAt(number, problem);
  }

  InputException errorAt(int line, String problem) {
    return source.errorAt(line, problem);
  }

  InputException errorInWhole(String problem) {
    return source.errorInWhole(problem);
  }
}
