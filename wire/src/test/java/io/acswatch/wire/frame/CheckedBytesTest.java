package io.acswatch.wire.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.LineSparseConfigSpace;
import io.acswatch.pci.snapshot.Snapshot;
import java.nio.BufferUnderflowException;
import java.util.SplittableRandom;
import net.openhft.chronicle.bytes.Bytes;
import org.junit.jupiter.api.Test;

class CheckedBytesTest {
  private static final byte[] BYTES = {9, 1, 2, 3, 4, 5, 6, 7, (byte) 0x88, 9};

  private final CheckedBytes view = new CheckedBytes().set(BYTES, 1, 8);

  @Test
  void readsLittleEndianFromTheStartOfTheWindow() {
    assertEquals(1, view.readByte(0));
    assertEquals(0x88, view.readUnsignedByte(7));
    assertEquals(0x8807, view.readUnsignedShort(6));
    assertEquals(0x04030201, view.readInt(0));
    assertEquals(0x8807060504030201L, view.readLong(0));
    assertEquals(Float.intBitsToFloat(0x05040302), view.readFloat(1));
    assertEquals(Double.longBitsToDouble(0x8807060504030201L), view.readDouble(0));
    assertEquals(0x030201, view.readUnsignedInt24(0));
    assertEquals(8, view.readLimit());
  }

  @Test
  void leavesTheWindowNeverEvenWhereTheArrayGoesOn() {
    for (long offset : new long[] {-1, 8, 9, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, -1L << 32}) {
      assertThrows(BufferUnderflowException.class, () -> view.readByte(offset));
      assertEquals(-1, view.peekUnsignedByte(offset));
    }
    assertThrows(BufferUnderflowException.class, () -> view.readShort(7));
    assertThrows(BufferUnderflowException.class, () -> view.readInt(5));
    assertThrows(BufferUnderflowException.class, () -> view.readLong(1));
    assertThrows(BufferUnderflowException.class, () -> view.read(4, new byte[8], 0, 5));
  }

  @Test
  void canBeSetAgainAndLetGo() {
    view.set(BYTES, 8, 2);
    assertEquals(0x0988, view.readUnsignedShort(0));
    assertThrows(BufferUnderflowException.class, () -> view.readByte(2));
    view.set(BYTES, 0, 0);
    assertThrows(BufferUnderflowException.class, () -> view.readByte(0));
    assertThrows(IndexOutOfBoundsException.class, () -> view.set(BYTES, 5, 6));
  }

  @Test
  void givesAwayNoOtherWayToTheBytes() {
    assertThrows(UnsupportedOperationException.class, () -> view.addressForRead(0));
    assertThrows(UnsupportedOperationException.class, view::bytesForRead);
    assertThrows(UnsupportedOperationException.class, view::bytesForWrite);
  }

  @Test
  void aSpaceInPlaceEqualsItsCopy() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 200; round++) {
      byte[] dense = new byte[random.nextInt(4097)];
      for (int k = random.nextInt(12); k > 0 && dense.length > 0; k--) {
        dense[random.nextInt(dense.length)] = (byte) random.nextInt();
      }
      LineSparseConfigSpace copy = LineSparseConfigSpace.copyOf(new ArrayConfigSpace(dense));
      byte[] lines = new byte[64 * Long.bitCount(copy.lineMask()) + 5];
      copy.copyLinesTo(lines, 5);
      BytesConfigSpace space =
          new BytesConfigSpace()
              .bind(
                  new CheckedBytes().set(lines, 0, lines.length), 5, copy.lineMask(), dense.length);
      assertArrayEquals(dense, space.toByteArray());
      for (int at = 0; at < dense.length; at++) {
        assertSameReads(new ArrayConfigSpace(dense), space, at);
      }
      assertThrows(IndexOutOfBoundsException.class, () -> space.u8(dense.length));
      assertThrows(IndexOutOfBoundsException.class, () -> space.u8(-1));
    }
  }

  private static void assertSameReads(ArrayConfigSpace dense, BytesConfigSpace space, int at) {
    if (at + 2 <= dense.length()) {
      assertEquals(dense.u16(at), space.u16(at));
    } else {
      assertThrows(IndexOutOfBoundsException.class, () -> space.u16(at));
    }
    if (at + 4 <= dense.length()) {
      assertEquals(dense.u32(at), space.u32(at));
    } else {
      assertThrows(IndexOutOfBoundsException.class, () -> space.u32(at));
    }
  }

  @Test
  void readersTakeChroniclesOwnBytesToo() throws Exception {
    byte[] frame = GoldenFrameTest.frame("full");
    Bytes<byte[]> bytes = Bytes.wrapForRead(frame);
    try {
      FrameReader reader = new FrameReader();
      assertNull(reader.wrap(bytes, 0, frame.length));
      Snapshot snapshot = reader.toSnapshot();
      assertNull(reader.wrap(frame));
      assertEquals(reader.toSnapshot(), snapshot);
    } finally {
      bytes.releaseLast();
    }
  }
}
