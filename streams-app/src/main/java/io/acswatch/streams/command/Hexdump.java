package io.acswatch.streams.command;

import java.util.HexFormat;
import java.util.Locale;

/**
 * Bytes for people, sixteen on a line, with one of them marked:
 *
 * <pre>
 *   00000000  41 43 53 57 01 00 63 00  30 02 00 00 60 00 40 00  ACSW..c.0...`.@.
 *                               ^^ unknown_type
 * </pre>
 */
public final class Hexdump {
  private static final int ROW = 16;
  private static final int HALF = ROW / 2;
  private static final HexFormat HEX = HexFormat.of();

  private Hexdump() {}

  /**
   * Lines of the dump.
   *
   * @param marked offset of the byte to mark, below 0 for none; one behind the end is marked there
   * @param rows lines to show at most, those around the mark; the others are counted
   */
  public static String of(byte[] bytes, int marked, String mark, int rows) {
    int all = (bytes.length + ROW - 1) / ROW;
    int markedRow = marked < 0 ? 0 : Math.min(marked, bytes.length) / ROW;
    int first = Math.max(0, Math.min(markedRow - rows / 2, all - rows));
    int last = Math.min(all, first + rows);
    StringBuilder out = new StringBuilder();
    skipped(out, (long) first * ROW);
    for (int row = first; row < Math.max(last, markedRow + 1) && row <= all; row++) {
      if (row < all) {
        row(out, bytes, row * ROW);
      }
      if (marked >= 0 && row == markedRow) {
        mark(out, Math.min(marked, bytes.length) - row * ROW, mark);
      }
    }
    skipped(out, bytes.length - (long) last * ROW);
    return out.toString();
  }

  private static void row(StringBuilder out, byte[] bytes, int from) {
    int to = Math.min(bytes.length, from + ROW);
    out.append("  ").append(String.format(Locale.ROOT, "%08x ", from));
    for (int at = from; at < from + ROW; at++) {
      out.append(at == from + HALF ? "  " : " ");
      out.append(at < to ? HEX.toHexDigits(bytes[at]) : "  ");
    }
    out.append("  ");
    for (int at = from; at < to; at++) {
      int c = bytes[at] & 0xFF;
      out.append(c >= ' ' && c < 0x7F ? (char) c : '.');
    }
    out.append('\n');
  }

  private static void mark(StringBuilder out, int column, String mark) {
    int at = 12 + 3 * column + (column >= HALF ? 1 : 0);
    out.append(" ".repeat(at)).append("^^ ").append(mark).append('\n');
  }

  private static void skipped(StringBuilder out, long bytes) {
    if (bytes > 0) {
      out.append("  ... ").append(bytes).append(" more bytes\n");
    }
  }
}
