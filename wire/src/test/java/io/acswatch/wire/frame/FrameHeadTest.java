package io.acswatch.wire.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.snapshot.Capture;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the head of a frame tells, and how a frame is known again. */
class FrameHeadTest {
  private static final int TAKEN_AT = 0x30;
  private static final int END_OF_SEQUENCE = 0x40;

  private final FrameHead head = new FrameHead();

  private byte[] digest(byte[] frame) {
    assertTrue(head.look(frame));
    return head.digest().clone();
  }

  @Test
  void tellsWhatTheDecoderTells() {
    Capture host = Captures.read("sriov-vfs").withHost("host-1", 7, 9_000);
    assertTrue(head.look(FrameWriter.write(host)));
    assertEquals(7, head.sequence());
    assertEquals(9_000, head.takenAtMillis());
    assertEquals(host.functions().size(), head.functionCount());
  }

  @Test
  void knowsAFrameAgainAtAnotherTime() {
    Capture host = Captures.read("small");
    byte[] first = FrameWriter.write(host.withHost("host-1", 1, 1_000));
    byte[] later = FrameWriter.write(host.withHost("host-1", 2, 9_000));
    assertFalse(Arrays.equals(first, later));
    assertArrayEquals(digest(first), digest(later));
  }

  /** Of all its bytes only those of time and number do not matter. */
  @Test
  void everyOtherByteMakesItAnotherFrame() {
    byte[] frame = FrameWriter.write(Captures.read("small"));
    Set<String> digests = new HashSet<>();
    digests.add(Arrays.toString(digest(frame)));
    int looked = 1;
    for (int at = 0; at < frame.length; at++) {
      byte[] other = frame.clone();
      other[at] ^= 1;
      if (!head.look(other)) {
        continue; // no snapshot any more
      }
      boolean isNews = digests.add(Arrays.toString(head.digest()));
      assertEquals(at < TAKEN_AT || at >= END_OF_SEQUENCE, isNews, "offset " + at);
      looked++;
    }
    assertTrue(looked > frame.length - 10, looked + " of " + frame.length);
    assertFalse(digests.contains(Arrays.toString(digest(Arrays.copyOf(frame, frame.length + 1)))));
  }

  @Test
  void knowsOneFrameWhateverItLookedAtBefore() {
    byte[] frame = FrameWriter.write(Captures.read("small"));
    byte[] once = digest(frame);
    head.look(FrameWriter.write(Captures.read("sriov-vfs")));
    head.digest();
    assertFalse(head.look(new byte[3]));
    assertArrayEquals(once, digest(frame));
    assertArrayEquals(once, new FrameHeadTest().digest(frame));
  }

  /** Larger than what it had seen before, and every remainder of a block. */
  @Test
  void digestsFramesOfAnyLength() {
    byte[] frame = FrameWriter.write(Captures.read("small"));
    Set<String> digests = new HashSet<>();
    for (int longer = 0; longer < 3 * BlockHash.BLOCK_LENGTH; longer++) {
      digests.add(Arrays.toString(digest(Arrays.copyOf(frame, frame.length + longer))));
    }
    digests.add(Arrays.toString(digest(Arrays.copyOf(frame, 1 << 20))));
    assertEquals(3 * BlockHash.BLOCK_LENGTH + 1, digests.size());
  }

  @Test
  void looksAtSnapshotsOnly() {
    byte[] frame = FrameWriter.write(Captures.read("small"));
    for (int length = 0; length < FrameLayout.HEADER_LENGTH; length++) {
      assertFalse(head.look(Arrays.copyOf(frame, length)), "length " + length);
    }
    for (int code = 2; code < 6; code++) {
      byte[] other = frame.clone();
      other[FrameType.OFFSET] = (byte) code;
      assertFalse(head.look(other), "type " + code);
    }
    byte[] negative = frame.clone();
    negative[TAKEN_AT + 7] = (byte) 0x80;
    assertFalse(head.look(negative));
  }
}
