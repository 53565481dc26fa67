package io.acswatch.wire.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.facts.FactsReader;
import io.acswatch.wire.facts.FactsWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever the bytes: a frame of some type or a refusal, never an exception, never a byte from
 * outside.
 */
class HostileFrameProperties {
  private static final int[] DAMAGES = {0x00, 0x01, 0x7F, 0x80, 0xFF};

  private final FrameReader reader = new FrameReader();
  private final Set<RejectReason> seen = EnumSet.noneOf(RejectReason.class);

  static List<String> names() {
    return List.of("tiny", "full", "heartbeat", "kexec-event", "unchanged");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void everyByteMayBeWrong(String name) throws IOException {
    byte[] frame = GoldenFrameTest.frame(name);
    for (int i = 0; i < frame.length; i++) {
      byte right = frame[i];
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        frame[i] = (byte) (right ^ 1 << bit);
        useWhole(frame);
      }
      for (int damage : DAMAGES) {
        frame[i] = (byte) damage;
        useWhole(frame);
      }
      frame[i] = right;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void everyFourBytesMayBeWrong(String name) throws IOException {
    byte[] frame = GoldenFrameTest.frame(name);
    int[] numbers = {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x10000, frame.length, 0x00FF_FFFF};
    for (int i = 0; i + 4 <= frame.length; i += 4) {
      byte[] right = Arrays.copyOfRange(frame, i, i + 4);
      for (int number : numbers) {
        for (int k = 0; k < 4; k++) {
          frame[i + k] = (byte) (number >>> 8 * k);
        }
        useWhole(frame);
      }
      System.arraycopy(right, 0, frame, i, 4);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void everyPrefixIsRefused(String name) throws IOException {
    byte[] frame = GoldenFrameTest.frame(name);
    for (int length = 0; length < frame.length; length++) {
      Rejected rejected = reader.wrap(frame, 0, length);
      assertNotNull(rejected);
      assertEquals(
          length < headerLength(frame) ? RejectReason.TOO_SHORT : RejectReason.TRUNCATED,
          rejected.reason());
      assertEquals(0, reader.functionCount());
    }
  }

  private static int headerLength(byte[] frame) {
    return frame[0x0C] & 0xFF; // below 256 in all of them
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void everySuffixAndShiftIsRefused(String name) throws IOException {
    byte[] frame = GoldenFrameTest.frame(name);
    for (int from = 1; from < frame.length; from++) {
      assertNotNull(reader.wrap(frame, from, frame.length - from));
    }
    Rejected longer = reader.wrap(Arrays.copyOf(frame, frame.length + 1));
    assertNotNull(longer);
    assertEquals(RejectReason.TRAILING_BYTES, longer.reason());
    assertEquals(frame.length, longer.offset());
  }

  @Test
  void randomBytesAreRefused() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      assertNotNull(reader.wrap(bytes));
      if (bytes.length > 7) {
        System.arraycopy(new byte[] {'A', 'C', 'S', 'W', 1, 0, 1, 0}, 0, bytes, 0, 8);
        assertNotNull(reader.wrap(bytes));
      }
    }
  }

  @Test
  void manyBytesMayBeWrongAtOnce() throws IOException {
    SplittableRandom random = new SplittableRandom(2);
    for (String name : GoldenFrameTest.names()) {
      byte[] frame = GoldenFrameTest.frame(name);
      for (int i = 0; i < 3_000; i++) {
        byte[] damaged = frame.clone();
        for (int k = random.nextInt(1, 9); k > 0; k--) {
          // Half of the damage goes where the structure is.
          int at = random.nextInt(random.nextBoolean() ? frame.length : 96 + 64);
          damaged[at] = (byte) random.nextInt();
        }
        useWhole(damaged);
      }
    }
    assertTrue(seen.contains(RejectReason.BAD_MASK), seen::toString);
  }

  /** Takes the frame out of two different surroundings, and asks for all there is. */
  private void useWhole(byte[] frame) {
    Rejected rejected = reader.wrap(surrounded(frame, 0xEE), 64, frame.length);
    if (rejected != null) {
      seen.add(rejected.reason());
      assertEquals(rejected, reader.wrap(frame));
      assertTrue(rejected.offset() >= 0 && rejected.offset() <= frame.length, rejected::toString);
      return;
    }
    if (reader.type() == FrameType.SNAPSHOT) {
      Snapshot snapshot = reader.toSnapshot();
      assertEquals(Snapshot.of(reader.toCapture()), snapshot);
      byte[] facts = FactsWriter.write(snapshot);
      assertEquals(
          snapshot,
          FactsReader.read(
              facts, 0, facts.length, snapshot.takenAtMillis(), snapshot.sequence(), null));
    }
    byte[] once = AnyFrame.rewrite(reader);
    assertNull(reader.wrap(surrounded(frame, 0x11), 64, frame.length));
    assertArrayEquals(once, AnyFrame.rewrite(reader), "bytes from outside");
  }

  private static byte[] surrounded(byte[] frame, int filling) {
    byte[] surrounded = new byte[frame.length + 128];
    Arrays.fill(surrounded, (byte) filling);
    System.arraycopy(frame, 0, surrounded, 64, frame.length);
    return surrounded;
  }
}
