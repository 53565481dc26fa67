package io.acswatch.wire.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.AnyFrame;
import io.acswatch.wire.CaptureContent;
import io.acswatch.wire.Captures;
import io.acswatch.wire.FactsAgreement;
import io.acswatch.wire.FactsPacker;
import io.acswatch.wire.FrameReader;
import io.acswatch.wire.FrameResult;
import io.acswatch.wire.FrameResult.Rejected;
import io.acswatch.wire.FrameType;
import io.acswatch.wire.FrameWriter;
import io.acswatch.wire.RandomCaptures;
import io.acswatch.wire.SnapshotDecoder;
import io.acswatch.wire.StatelessFrames;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are a frame or are refused; nothing is thrown, nothing outside is read. */
class FrameFuzzTest {
  private static final int SURROUNDINGS = 64;

  private final FrameReader reader = new FrameReader();
  private final SnapshotDecoder decoder = new SnapshotDecoder();
  private final FactsPacker packer = new FactsPacker();

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
    FrameResult result = decoder.decode(bytes);
    // Amid other bytes: an array would not notice what is read outside the frame.
    byte[] amid = new byte[bytes.length + 2 * SURROUNDINGS];
    System.arraycopy(bytes, 0, amid, SURROUNDINGS, bytes.length);
    Rejected rejected = reader.wrap(amid, SURROUNDINGS, bytes.length);
    if (rejected != null) {
      assertEquals(rejected, result);
      assertNotNull(rejected.reason());
      assertTrue(rejected.offset() >= 0 && rejected.offset() <= bytes.length, rejected::toString);
      assertEquals(0, reader.functionCount());
      return;
    }
    if (reader.type() != FrameType.SNAPSHOT) {
      changeReads(result);
      return;
    }
    Snapshot snapshot = assertInstanceOf(FrameResult.Accepted.class, result).snapshot();
    FactsAgreement.check(packer, bytes, snapshot);
    Capture capture = reader.toCapture();
    assertEquals(Snapshot.of(capture), snapshot);
    byte[] again = FrameWriter.write(capture);
    assertNull(reader.wrap(again));
    CaptureContent.assertSame(capture, reader.toCapture());
  }

  private void changeReads(FrameResult result) {
    switch (reader.type()) {
      case SNAPSHOT -> throw new AssertionError(reader.type());
      case HEARTBEAT ->
          assertEquals(new FrameResult.AcceptedHeartbeat(reader.toHeartbeat()), result);
      case KEXEC_EVENT ->
          assertEquals(new FrameResult.AcceptedKexecEvent(reader.toKexecEvent()), result);
    }
    byte[] again = AnyFrame.rewrite(reader);
    assertNull(reader.wrap(again));
    assertArrayEquals(again, AnyFrame.rewrite(reader));
  }
}
