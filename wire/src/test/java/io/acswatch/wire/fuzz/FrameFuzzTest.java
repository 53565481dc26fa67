package io.acswatch.wire.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.facts.FactsReader;
import io.acswatch.wire.facts.FactsWriter;
import io.acswatch.wire.frame.AnyFrame;
import io.acswatch.wire.frame.CaptureContent;
import io.acswatch.wire.frame.Captures;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameType;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.frame.RandomCaptures;
import io.acswatch.wire.frame.Rejected;
import io.acswatch.wire.frame.StatelessFrames;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are a frame or are refused; nothing is thrown, nothing outside is read. */
class FrameFuzzTest {
  private static final int SURROUNDINGS = 64;

  private final FrameReader reader = new FrameReader();

  static Stream<byte[]> frames() {
    Stream<byte[]> snapshots =
        Stream.concat(
                LongStream.range(0, 8).mapToObj(RandomCaptures::next),
                Captures.NAMES.stream().map(Captures::read))
            .map(FrameWriter::write);
    Stream<byte[]> others =
        Stream.of(
            FrameWriter.write(StatelessFrames.heartbeat()),
            FrameWriter.write(StatelessFrames.kexecEvent()));
    return Stream.concat(snapshots, others);
  }

  @MethodSource("frames")
  @FuzzTest
  void anyBytesAreAFrameOrAreRefused(byte[] bytes) {
    Bounds.hold(bytes.length, () -> reads(bytes));
  }

  private void reads(byte[] bytes) {
    // Amid other bytes: an array would not notice what is read outside the frame.
    byte[] amid = new byte[bytes.length + 2 * SURROUNDINGS];
    System.arraycopy(bytes, 0, amid, SURROUNDINGS, bytes.length);
    Rejected rejected = reader.wrap(amid, SURROUNDINGS, bytes.length);
    if (rejected != null) {
      assertEquals(rejected, reader.wrap(bytes));
      assertNotNull(rejected.reason());
      assertTrue(rejected.offset() >= 0 && rejected.offset() <= bytes.length, rejected::toString);
      assertEquals(0, reader.functionCount());
      return;
    }
    if (reader.type() != FrameType.SNAPSHOT) {
      changeReads();
      return;
    }
    Snapshot snapshot = reader.toSnapshot();
    byte[] facts = FactsWriter.write(snapshot);
    assertEquals(
        snapshot,
        FactsReader.read(
            facts, 0, facts.length, snapshot.takenAtMillis(), snapshot.sequence(), null));
    Capture capture = reader.toCapture();
    assertEquals(Snapshot.of(capture), snapshot);
    byte[] again = FrameWriter.write(capture);
    assertNull(reader.wrap(again));
    CaptureContent.assertSame(capture, reader.toCapture());
  }

  private void changeReads() {
    byte[] again = AnyFrame.rewrite(reader);
    assertNull(reader.wrap(again));
    assertArrayEquals(again, AnyFrame.rewrite(reader));
  }
}
