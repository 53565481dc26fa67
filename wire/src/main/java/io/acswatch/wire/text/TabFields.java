package io.acswatch.wire.text;

import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.wire.FrameLimits;
import io.acswatch.wire.InputException;
import java.util.HexFormat;

/** The fields after the key of one line, separated by tabs, with typed access. */
final class TabFields {
  /** Stands for a file that does not exist, and so for an empty value. */
  static final String ABSENT = "-";

  private final LineSource lines;
  private final String key;
  private final String[] fields;

  private TabFields(LineSource lines, String key, String[] fields) {
    this.lines = lines;
    this.key = key;
    this.fields = fields;
  }

  /** Splits {@code line}, the last of {@code lines}, which must have {@code count} fields. */
  static TabFields split(LineSource lines, String line, int count) throws InputException {
    String[] parts = line.split("\t", -1);
    if (parts.length - 1 != count) {
      throw lines.error(
          "%s: fields=%d, expected %d after the key".formatted(parts[0], parts.length - 1, count));
    }
    return new TabFields(lines, parts[0], parts);
  }

  String text(int index) {
    return fields[index];
  }

  /** Field {@code index}, no longer than a name may be. */
  String name(int index, String name) throws InputException {
    return lines.bounded(key + ": " + name, fields[index], FrameLimits.MAX_NAME);
  }

  /** Field {@code index}, empty if it says that there is nothing. */
  String optionalName(int index, String name) throws InputException {
    return isAbsent(index) ? "" : name(index, name);
  }

  boolean isAbsent(int index) {
    return fields[index].equals(ABSENT);
  }

  PciAddress address(int index, String name) throws InputException {
    return address(lines, columnOf(index), key + ": " + name, fields[index]);
  }

  /** Reads an address that lies at {@code column} of the last line. */
  static PciAddress address(LineSource lines, int column, String what, String text)
      throws InputException {
    try {
      return PciAddress.parse(text);
    } catch (IllegalArgumentException notAnAddress) {
      throw lines.errorAtColumn(
          column, what + "=" + InputException.quote(text) + ", expected [dddd:]bb:dd.f");
    }
  }

  /** A whole number in decimal digits, {@code lowest} to {@code highest}, not negative. */
  long number(int index, String name, long lowest, long highest) throws InputException {
    String text = fields[index];
    try {
      long number = Long.parseLong(text);
      if (number >= lowest && number <= highest && text.charAt(0) != '+') {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // answered below
    }
    throw refused(index, name, lowest + " to " + highest);
  }

  /** A number in hexadecimal, with or without {@code 0x}. */
  int hex(int index, String name, int highest) throws InputException {
    String text = fields[index];
    int from = text.startsWith("0x") ? 2 : 0;
    try {
      if (text.length() > from && text.length() <= from + 8) {
        int number = HexFormat.fromHexDigits(text, from, text.length());
        if (number >= 0 && number <= highest) {
          return number;
        }
      }
    } catch (IllegalArgumentException notHex) {
      // answered below
    }
    throw refused(index, name, "0x0 to 0x" + Integer.toHexString(highest));
  }

  /** Bytes in hexadecimal, at most {@code maxBytes}. */
  byte[] bytes(int index, String name, int maxBytes) throws InputException {
    String text = fields[index];
    for (int i = 0; i < text.length(); i++) {
      if (!HexFormat.isHexDigit(text.charAt(i))) {
        throw lines.errorAtColumn(
            columnOf(index) + i,
            "%s: %s: character %s, expected a hexadecimal digit"
                .formatted(key, name, InputException.quote(text.substring(i, i + 1))));
      }
    }
    if (text.length() % 2 != 0) {
      throw lines.errorAtColumn(
          columnOf(index),
          "%s: %s: digits=%d, expected an even number".formatted(key, name, text.length()));
    }
    if (text.length() / 2 > maxBytes) {
      throw lines.errorAtColumn(
          columnOf(index),
          "%s: %s: bytes=%d, expected at most length=%d"
              .formatted(key, name, text.length() / 2, maxBytes));
    }
    return HexFormat.of().parseHex(text);
  }

  InputException refused(int index, String name, String expected) {
    return lines.errorAtColumn(
        columnOf(index),
        "%s: %s=%s, expected %s"
            .formatted(key, name, InputException.quote(fields[index]), expected));
  }

  private int columnOf(int index) {
    int column = 1;
    for (int i = 0; i < index; i++) {
      column += fields[i].length() + 1;
    }
    return column;
  }
}
