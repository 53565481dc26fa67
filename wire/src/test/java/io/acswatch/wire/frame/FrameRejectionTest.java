package io.acswatch.wire.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameRejectionTest {
  private static final int FIRST = 0x60;
  private static final int SECOND = 0xA0;

  @ParameterizedTest(name = "{0} at {1}")
  @CsvSource({
    // field at, width, value, reason, detail
    "0x00, 4, 0x41414141, BAD_MAGIC, 'magic=0x41414141, expected \"ACSW\"'",
    "0x04, 1, 2, UNKNOWN_VERSION, 'version=2, expected 1'",
    "0x06, 1, 2, UNKNOWN_TYPE, 'type=2, expected 1, 3, 4 or 6'",
    "0x06, 1, 5, UNKNOWN_TYPE, 'type=5, expected 1, 3, 4 or 6'",
    "0x06, 1, 99, UNKNOWN_TYPE, 'type=99, expected 1, 3, 4 or 6'",
    "0x08, 4, 95, BAD_LENGTH, 'frameLength=95, expected 96 to 67108864'",
    "0x08, 4, 0x7fffffff, BAD_LENGTH, 'frameLength=2147483647, expected 96 to 67108864'",
    "0x0c, 2, 88, BAD_LENGTH, 'headerLength=88, expected 96 or more, in steps of 8'",
    "0x0e, 2, 68, BAD_LENGTH, 'entryLength=68, expected 64 or more, in steps of 8'",
    "0x30, 8, -1, BAD_VALUE, 'takenAt=-1, expected 0 or more'",
    "0x38, 8, -5, BAD_VALUE, 'sequence=-5, expected 0 or more'",
    "0x40, 4, -2, BAD_VALUE, 'bootloader=-2, expected -1 or more'",
    "0x48, 4, 99, BAD_STRING, 'string=99, expected 0 to 12'",
    "0x60, 8, 3, BAD_MASK, 'lineMask=0x0000000000000003, expected no line beyond readLength=64'",
    "0x60, 8, 0, BAD_MASK, 'linesBefore=1, expected 0'",
    "0x68, 4, 7, BAD_MASK, 'linesBefore=7, expected 0'",
    "0x6c, 4, -1, BAD_ADDRESS, 'domain=0xffffffff, expected at most 0x7fffffff'",
    "0x70, 2, 0x0100, DUPLICATE_ADDRESS, 'address=0x100 after 0x100, expected ascending order'",
    "0x70, 2, 0x0108, BAD_ORDER, 'address=0x100 after 0x108, expected ascending order'",
    "0x72, 2, 4097, BAD_LENGTH, 'readLength=4097, expected 0 to 4096'",
    "0x74, 1, 9, BAD_STATUS, 'status=9, expected 0 to 8'",
    "0x7c, 4, 0x1000000, BAD_VALUE, 'class=0x1000000, expected 24 bits'",
    "0x80, 4, -2, BAD_VALUE, 'group=-2, expected -1 or more'",
    "0x8c, 4, -1, BAD_STRING, 'string=4294967295, expected 0 to 12'",
  })
  void namesReasonAndValue(String at, int width, String value, RejectReason reason, String detail)
      throws IOException {
    byte[] frame = GoldenFrameTest.frame("tiny");
    put(frame, Integer.decode(at), width, Long.decode(value));
    Rejected rejected = new FrameReader().wrap(frame);
    assertNotNull(rejected);
    assertEquals(detail, rejected.detail());
    assertEquals(reason, rejected.reason());
  }

  @Test
  void namesTheOffsetOfTheField() throws IOException {
    byte[] frame = GoldenFrameTest.frame("tiny");
    put(frame, SECOND + 0x14, 1, 0xFF);
    Rejected rejected = new FrameReader().wrap(frame);
    assertNotNull(rejected);
    assertEquals(SECOND + 0x14, rejected.offset());
    assertEquals("bad_status at offset 180: status=255, expected 0 to 8", rejected.toString());
  }

  @Test
  void ignoresFlagsOfLaterMinorVersions() throws IOException {
    byte[] frame = GoldenFrameTest.frame("tiny");
    put(frame, 0x05, 1, 1);
    put(frame, 0x07, 1, 0xFE);
    put(frame, FIRST + 0x15, 1, 0xFC);
    assertNull(new FrameReader().wrap(frame));
  }

  @Test
  void skipsWhatLaterMinorVersionsAdd() throws IOException {
    FrameReader reader = new FrameReader();
    assertNull(reader.wrap(later(GoldenFrameTest.frame("full"), 1)));
    CaptureContent.assertSame(GoldenFrameTest.capture("full"), reader.toCapture());
    Rejected sameVersion = reader.wrap(later(GoldenFrameTest.frame("full"), 0));
    assertNotNull(sameVersion);
    assertEquals(RejectReason.BAD_LENGTH, sameVersion.reason());
  }

  /** The frame with a header and entries 8 bytes longer and a section more at the end. */
  private static byte[] later(byte[] frame, int minor) {
    ByteBuffer old = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    int functions = old.getInt(0x10);
    ByteBuffer out =
        ByteBuffer.allocate(frame.length + 8 + functions * 8 + 24).order(ByteOrder.LITTLE_ENDIAN);
    out.put(frame, 0, FIRST).putLong(-1);
    for (int i = 0; i < functions; i++) {
      out.put(frame, FIRST + i * 64, 64).putLong(-1);
    }
    int rest = FIRST + functions * 64;
    out.put(frame, rest, frame.length - rest);
    out.put(0x05, (byte) minor).putInt(0x08, out.capacity());
    out.putShort(0x0C, (short) 104).putShort(0x0E, (short) 72);
    return out.array();
  }

  private static void put(byte[] frame, int at, int width, long value) {
    for (int i = 0; i < width; i++) {
      frame[at + i] = (byte) (value >>> 8 * i);
    }
  }
}
