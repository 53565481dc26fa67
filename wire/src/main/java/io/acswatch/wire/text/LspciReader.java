package io.acswatch.wire.text;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.wire.InputException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text that {@code lspci -x}, {@code -xxx} or {@code -xxxx} prints, with or without
 * {@code -v}, {@code -D}, {@code -n}, {@code -P} and {@code -PP}. Decoded lines, which are
 * indented, are skipped.
 *
 * <p>A dump is whole or refused: each function has its hex lines from 00 on without a gap, sixteen
 * bytes each, and ends where a configuration space can end, at 64, 128, 256 or 4096 bytes.
 */
public final class LspciReader {
  private static final int BYTES_PER_LINE = 16;
  private static final int MAX_BYTES = 4096;
  private static final int SECONDARY_BUS = 0x19;
  private static final Set<Integer> LENGTHS = Set.of(64, 128, 256, MAX_BYTES);
  private static final Pattern HEADING =
      Pattern.compile(
          "((?:X{4,8}:)?)(X{2}:[01]X\\.[0-7])((?:/(?:X{2}:)?[01]X\\.[0-7])*)(?:\\s+.*)?"
              .replace("X", "[0-9a-fA-F]"));
  private static final Pattern HEX_OFFSET = Pattern.compile("([0-9a-fA-F]{2,3}):(.*)");
  // What lspci and its library complain of comes on standard error, and may be in the same file.
  private static final Pattern COMPLAINT = Pattern.compile("(?:lspci|pcilib): .*");

  private final LineSource lines;
  private final List<CapturedFunction> functions = new ArrayList<>();
  private final Map<PciAddress, Integer> headingLines = new HashMap<>();
  private final byte[] bytes = new byte[MAX_BYTES];
  private @Nullable PciAddress address;
  private int headingLine;
  private int length;

  private LspciReader(LineSource lines) {
    this.lines = lines;
  }

  /**
   * Reads a stream to its end; leaves it open. Nothing is known of the functions but their bytes.
   */
  public static List<CapturedFunction> read(String source, InputStream stream)
      throws InputException {
    return new LspciReader(new LineSource(source, stream)).read();
  }

  static boolean isHeading(String line) {
    return HEADING.matcher(line).matches();
  }

  private List<CapturedFunction> read() throws InputException {
    for (String line = lines.next(); line != null; line = lines.next()) {
      if (line.isBlank() || Character.isWhitespace(line.charAt(0))) {
        continue;
      }
      Matcher matcher = HEADING.matcher(line);
      if (matcher.matches()) {
        finish();
        begin(matcher);
        continue;
      }
      matcher = HEX_OFFSET.matcher(line);
      if (matcher.matches()) {
        hexLine(matcher);
      } else if (!COMPLAINT.matcher(line).matches()) {
        throw lines.error(
            "line begins with %s, expected a device heading, a hex line or an indented line"
                .formatted(InputException.quote(line)));
      }
    }
    finish();
    if (functions.isEmpty()) {
      throw lines.errorInWhole("no device heading, expected the output of lspci -xxxx");
    }
    return List.copyOf(functions);
  }

  private void begin(Matcher matcher) throws InputException {
    PciAddress next = TabFields.address(lines, 1, "address", addressOf(matcher));
    Integer other = headingLines.putIfAbsent(next, lines.lineNumber());
    if (other != null) {
      throw lines.error("second device " + next + ", the first is line " + other);
    }
    if (headingLines.size() > CaptureFormat.MAX_FUNCTIONS) {
      throw lines.error("more than " + CaptureFormat.MAX_FUNCTIONS + " devices");
    }
    address = next;
    headingLine = lines.lineNumber();
    length = 0;
  }

  /**
   * The address in a heading. {@code lspci -PP} gives the bridges above before it, {@code
   * 00:01.0/01:00.0}; {@code lspci -P} leaves out their buses, {@code 00:01.0/00.0}, which then are
   * those that the bridges above lead to.
   */
  private String addressOf(Matcher matcher) throws InputException {
    String domain = matcher.group(1);
    String at = domain + matcher.group(2);
    for (String step : matcher.group(3).split("/")) {
      if (step.contains(":")) {
        at = domain + step;
      } else if (!step.isEmpty()) {
        at = domain + busBelow(at) + ":" + step;
      }
    }
    return at;
  }

  private String busBelow(String bridge) throws InputException {
    PciAddress above = TabFields.address(lines, 1, "address", bridge);
    for (CapturedFunction function : functions) {
      if (function.address().equals(above)) {
        return "%02x".formatted(function.config().u8(SECONDARY_BUS));
      }
    }
    throw lines.error(above + " leads to this device and stands nowhere above");
  }

  private void hexLine(Matcher matcher) throws InputException {
    int offset = HexFormat.fromHexDigits(matcher.group(1));
    if (address == null) {
      throw lines.error("hex line before the first device heading");
    }
    if (offset != length || offset == MAX_BYTES) {
      throw lines.error(
          "%s: offset=%02x, expected %s"
              .formatted(
                  address, offset, length == MAX_BYTES ? "no more" : "%02x".formatted(length)));
    }
    String[] words = matcher.group(2).strip().split("\\s+");
    for (int i = 0; i < words.length; i++) {
      String word = words[i];
      if (word.length() != 2
          || !HexFormat.isHexDigit(word.charAt(0))
          || !HexFormat.isHexDigit(word.charAt(1))) {
        throw lines.error(
            "%s: offset=%02x: byte %d is %s, expected two hexadecimal digits"
                .formatted(address, offset, i + 1, InputException.quote(word)));
      }
      if (i < BYTES_PER_LINE) {
        bytes[offset + i] = (byte) HexFormat.fromHexDigits(word);
      }
    }
    if (words.length != BYTES_PER_LINE) {
      throw lines.error(
          "%s: offset=%02x: bytes=%d, expected %d"
              .formatted(address, offset, words.length, BYTES_PER_LINE));
    }
    length += BYTES_PER_LINE;
  }

  private void finish() throws InputException {
    PciAddress finished = address;
    if (finished == null) {
      return;
    }
    if (length == 0) {
      throw lines.errorAt(
          headingLine, finished + ": no hex lines follow, expected the output of lspci -xxxx");
    }
    if (!LENGTHS.contains(length)) {
      throw lines.error(
          "%s ends after %d bytes, expected 64, 128, 256 or 4096: the dump is cut short"
              .formatted(finished, length));
    }
    ConfigSpace config =
        LineSparseConfigSpace.copyOf(new ArrayConfigSpace(Arrays.copyOf(bytes, length)));
    PciIds ids = DeviceLines.idsOf(config);
    functions.add(
        new CapturedFunction(finished, "", config, ReadStatus.COMPLETE, ids, KernelView.NONE, ""));
  }
}
