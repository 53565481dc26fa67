package io.acswatch.wire.text;

import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.wire.InputException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads owners files: {@code owner TAB address TAB VM TAB source}, one claim per line. Blank lines
 * and lines that begin with {@code #} are allowed, nothing else is: a mistyped line must not pass
 * for a device without owner.
 */
public final class OwnersReader {
  private static final int MAX_CLAIMS = 1 << 20;

  private OwnersReader() {}

  public static List<OwnershipClaim> read(Path file) throws InputException {
    return LineSource.readFile(file, OwnersReader::read);
  }

  /** Reads a stream to its end; leaves it open. */
  public static List<OwnershipClaim> read(String source, InputStream stream) throws InputException {
    return read(new LineSource(source, stream));
  }

  private static List<OwnershipClaim> read(LineSource lines) throws InputException {
    List<OwnershipClaim> claims = new ArrayList<>();
    for (String line = lines.nextUnbroken(); line != null; line = lines.nextUnbroken()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      claims.add(claim(lines, line));
      if (claims.size() > MAX_CLAIMS) {
        throw lines.error("more than " + MAX_CLAIMS + " owner lines");
      }
    }
    return List.copyOf(claims);
  }

  static OwnershipClaim claim(LineSource lines, String line) throws InputException {
    int tab = line.indexOf('\t');
    String key = tab < 0 ? line : line.substring(0, tab);
    if (!key.equals(CaptureFormat.OWNER)) {
      throw lines.error(
          "line begins with %s, expected owner TAB address TAB vm TAB source"
              .formatted(InputException.quote(key)));
    }
    TabFields fields = TabFields.split(lines, line, CaptureFormat.OWNER_FIELDS);
    String vm = fields.name(2, "vm");
    if (vm.isBlank()) {
      throw fields.refused(2, "vm", "the name of a VM");
    }
    return new OwnershipClaim(fields.address(1, "address"), vm, fields.name(3, "source"));
  }
}
