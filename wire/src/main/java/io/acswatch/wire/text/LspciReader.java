package io.acswatch.wire.text;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.wire.InputException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text that {@code lspci} prints: hex dumps ({@code -x}, {@code -xxx}, {@code -xxxx}),
 * decoded lines ({@code -v}, {@code -vv}, {@code -vvv}) or headings alone, with or without {@code
 * -D}, {@code -n}, {@code -nn}, {@code -P} and {@code -PP}. Where a function has a dump, the dump
 * counts; else {@link ShownFunction} says what the words tell.
 *
 * <p>A dump is whole or refused: each function has its hex lines from 00 on without a gap, sixteen
 * bytes each, and ends where a configuration space can end, at 64, 128, 256 or 4096 bytes.
 *
 * <p>Text that people paste has prompts, quoting, indentation and remarks around it, and the same
 * function may come in two listings: that which tells more counts.
 */
final class LspciReader {
  private static final int BYTES_PER_LINE = 16;
  private static final int MAX_BYTES = 4096;
  private static final Set<Integer> LENGTHS = Set.of(64, 128, 256, MAX_BYTES);
  private static final Pattern HEADING =
      Pattern.compile(
          "((?:X{4,8}:)?)(X{2}:[01]X\\.[0-7])((?:/(?:X{2}:)?[01]X\\.[0-7])*)(?:\\s+(.*))?"
              .replace("X", "[0-9a-fA-F]"));
  private static final Pattern HEX_OFFSET = Pattern.compile("([0-9a-fA-F]{2,3}):(.*)");

  private static final Pattern FIRST_BYTE = Pattern.compile(" +[0-9a-fA-F]{2}(?: .*)?");

  private static final Pattern HEX_BYTES = Pattern.compile("(?: +[0-9a-fA-F]{2})+\\s*");

  /** First line of {@code lspci -t} and {@code -tv}. */
  private static final Pattern TREE = Pattern.compile("[-+| ]*\\[[0-9a-f]{4}:[0-9a-f]{2}.*\\]-.*");

  /** A device as {@code virsh nodedev-list} and {@code lshw -businfo} name it. */
  private static final Pattern NAME =
      Pattern.compile(".*?\\bpci(?:@[0-9a-f]{4}:|_[0-9a-f]{4}_)[0-9a-f]{2}[:_]");

  // What lspci and its library complain of comes on standard error, and may be in the same file.
  private static final Pattern COMPLAINT = Pattern.compile("(?:lspci|pcilib): .*");

  private final String source;
  private final PostedLines lines;
  private final PostedHost host;
  private final KernelLines told;
  private final Listings listings;
  private final Map<PciAddress, Integer> dumped = new HashMap<>();
  private final byte[] bytes = new byte[MAX_BYTES];
  private @Nullable PciAddress address;
  private ShownFunction shown;
  private int headingLine;
  private int length;
  private int group;
  private boolean hasTree;
  private boolean hasNames;
  private @Nullable InputException headless;

  private LspciReader(String source, PostedLines lines, PostedHost host) {
    this.source = source;
    this.lines = lines;
    this.host = host;
    this.listings = new Listings(host, source);
    this.told = new KernelLines(source, host, listings);
    this.shown = host.function(new PciAddress(0, 0), "");
  }

  /**
   * Reads a stream to its end; leaves it open.
   *
   * @param source name of the stream for messages
   * @param host takes what is found
   */
  static void read(String source, InputStream stream, PostedHost host) throws InputException {
    LspciReader reader = new LspciReader(source, new PostedLines(source, stream), host);
    if (!reader.read()) {
      throw reader.lines.errorInWhole(
          reader.told.hasOtherDevices()
              ? "only groups of devices that are not PCI in it"
              : reader.hasNames
                  ? "only names of devices (virsh nodedev-list, lshw) in it, which tell neither"
                      + " groups nor registers; find /sys/kernel/iommu_groups -type l and sudo"
                      + " lspci -nnvvv do"
                  : reader.hasTree
                      ? "only the tree of lspci -t in it, which tells neither ids nor registers; sudo lspci"
                          + " -nnvvv does"
                      : "nothing of PCI in it, expected the output of lspci, a list of IOMMU groups or a"
                          + " kernel log");
    }
  }

  /** The same of a stream that may hold nothing of PCI. */
  static void readIfAny(String source, InputStream stream, PostedHost host) throws InputException {
    new LspciReader(source, new PostedLines(source, stream), host).read();
  }

  /** False if there was nothing of PCI. */
  private boolean read() throws InputException {
    while (lines.next()) {
      String text = lines.text();
      int indentation = lines.indentation();
      Matcher heading = HEADING.matcher(text);
      Matcher hex = HEX_OFFSET.matcher(text);
      if (heading.matches()) {
        finish();
        begin(heading);
        group = told.groupOf(indentation);
      } else if (hex.matches() && isOfDump(hex, indentation)) {
        hexLine(hex);
      } else if (told.take(
          text, lines.number(), indentation, address != null && shown.isVerbose())) {
        finish();
      } else if (length > 0
          && !LENGTHS.contains(length)
          && indentation == 0
          && !text.isEmpty()
          && !text.startsWith("#")
          && !COMPLAINT.matcher(text).matches()) {
        throw lines.error(
            "line begins with %s, expected a device heading, a hex line or an indented line"
                .formatted(InputException.quote(text)));
      } else if (address != null && LENGTHS.contains(length) && indentation == 0) {
        finish(); // nothing of a device comes after its dump
      } else if (address != null) {
        shown.add(text);
      } else {
        hasTree |= TREE.matcher(text).matches();
        hasNames |= NAME.matcher(text).lookingAt();
      }
    }
    finish();
    listings.tell();
    told.tell();
    if (told.any() || !listings.isEmpty()) {
      return true;
    }
    if (headless != null) {
      throw headless;
    }
    return false;
  }

  /** Other commands number their lines too: {@code ip address} prints {@code 10: vmbr0: ...}. */
  private boolean isOfDump(Matcher line, int indentation) {
    String bytesOfLine = line.group(2);
    if (length == 0 && HexFormat.fromHexDigits(line.group(1)) != 0) {
      return false; // a disassembly, the middle of another dump
    }
    return indentation > 0
        ? HEX_BYTES.matcher(bytesOfLine).matches()
        : length > 0 || FIRST_BYTE.matcher(bytesOfLine).matches();
  }

  private void begin(Matcher matcher) throws InputException {
    length = 0;
    String at = addressOf(matcher);
    if (at == null) {
      return;
    }
    address = address(at);
    String words = matcher.group(4);
    shown = host.function(address, words == null ? "" : words);
    headingLine = lines.number();
  }

  private PciAddress address(String text) throws InputException {
    PciAddress parsed = PciAddress.parseOrNull(text);
    if (parsed == null) {
      throw lines.error(
          "address=%s, expected [dddd:]bb:dd.f".formatted(InputException.quote(text)));
    }
    return parsed;
  }

  /**
   * The address in a heading. {@code lspci -PP} gives the bridges above before it, {@code
   * 00:01.0/01:00.0}; {@code lspci -P} leaves out their buses, {@code 00:01.0/00.0}, which then are
   * those that the bridges above lead to.
   */
  private @Nullable String addressOf(Matcher matcher) throws InputException {
    String domain = matcher.group(1);
    String at = domain + matcher.group(2);
    for (String step : matcher.group(3).split("/")) {
      if (step.contains(":")) {
        at = domain + step;
      } else if (!step.isEmpty()) {
        Listed port = listings.last(address(at));
        if (port == null || port.secondaryBus() == 0) {
          headless =
              headless == null
                  ? lines.error(at + " leads to this device and stands nowhere above")
                  : headless;
          return null;
        }
        at = domain + "%02x:".formatted(port.secondaryBus()) + step;
      }
    }
    return at;
  }

  private void hexLine(Matcher matcher) throws InputException {
    int offset = HexFormat.fromHexDigits(matcher.group(1));
    if (address == null) {
      // Other programs dump memory, too.
      headless =
          headless == null ? lines.error("hex line before the first device heading") : headless;
      return;
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
    if (length > 0 && !LENGTHS.contains(length)) {
      throw lines.error(
          "%s ends after %d bytes, expected 64, 128, 256 or 4096: the dump is cut short"
              .formatted(finished, length));
    }
    ConfigSpace dump =
        length == 0
            ? null
            : LineSparseConfigSpace.copyOf(new ArrayConfigSpace(Arrays.copyOf(bytes, length)));
    Integer first = dump == null ? null : dumped.putIfAbsent(finished, headingLine);
    if (first != null) {
      throw lines.errorAt(
          headingLine, "second device " + finished + ", the first is line " + first);
    }
    listings.add(new Listed(source, headingLine, shown, dump, null));
    if (group >= 0) {
      listings.group(finished, group);
    }
    address = null;
    length = 0;
  }
}
