package io.acswatch.streams.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HexdumpTest {
  private static byte[] counting(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  @Test
  void marksTheByteAtFault() {
    byte[] bytes = "ACSW\1\0c\0\60\2end".getBytes(StandardCharsets.ISO_8859_1);

    assertEquals(
        "  00000000  41 43 53 57 01 00 63 00  30 02 65 6e 64           ACSW..c.0.end\n"
            + "                              ^^ unknown_type\n",
        Hexdump.of(bytes, 6, "unknown_type", 4));
  }

  @Test
  void marksInTheSecondHalfAndBehindTheEnd() {
    String[] lines = Hexdump.of(counting(16), 9, "here", 4).split("\n");
    assertEquals(lines[0].indexOf("09"), lines[1].indexOf("^^"));

    String[] behind = Hexdump.of(counting(16), 40, "cut", 4).split("\n");
    assertEquals(2, behind.length);
    assertEquals("            ^^ cut", behind[1]);
  }

  @Test
  void showsTheRowsAroundTheMarkAndCountsTheOthers() {
    String dump = Hexdump.of(counting(1_000), 500, "here", 4);

    assertTrue(dump.startsWith("  ... 464 more bytes\n  000001d0 "), dump);
    assertTrue(dump.endsWith("  ... 472 more bytes\n"), dump);
    assertEquals(4 + 1 + 2, dump.lines().count());
  }

  @Test
  void showsTheBeginningWhereNothingIsMarked() {
    String dump = Hexdump.of(counting(100), -1, "", 2);

    assertTrue(dump.startsWith("  00000000 "), dump);
    assertEquals(3, dump.lines().count());
    assertEquals("", Hexdump.of(new byte[0], -1, "", 2));
  }
}
