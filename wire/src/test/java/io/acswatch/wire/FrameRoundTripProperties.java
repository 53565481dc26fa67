package io.acswatch.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.CaptureWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameRoundTripProperties {
  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("properties.tries", 300));
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void aFrameCarriesAllOfACapture(long seed) {
    Capture capture = RandomCaptures.next(seed);
    byte[] frame = FrameWriter.write(capture);
    FrameReader reader = new FrameReader();
    assertNull(reader.wrap(frame));
    CaptureContent.assertSame(capture, reader.toCapture());
    assertArrayEquals(frame, FrameWriter.write(reader.toCapture()));
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void aTextCarriesAllOfACapture(long seed) throws InputException {
    Capture capture = RandomCaptures.next(seed);
    String text = CaptureWriter.toText(capture);
    CaptureContent.assertSame(capture, CaptureReader.readText("random", text));
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void decodesWhereTheBytesLieAsFromACopy(long seed) {
    Capture capture = RandomCaptures.next(seed);
    FrameResult result = new SnapshotDecoder().decode(FrameWriter.write(capture));
    assertEquals(
        Snapshot.of(capture), assertInstanceOf(FrameResult.Accepted.class, result).snapshot());
  }

  @Test
  void carriesEveryCaptureOfTheCorpus() throws IOException {
    FrameReader reader = new FrameReader();
    SnapshotDecoder decoder = new SnapshotDecoder();
    for (Path file : Captures.corpus()) {
      Capture capture = CaptureReader.read(file);
      byte[] frame = FrameWriter.write(capture);
      assertNull(reader.wrap(frame), file::toString);
      CaptureContent.assertSame(capture, reader.toCapture());
      assertEquals(new FrameResult.Accepted(Snapshot.of(capture)), decoder.decode(frame));
    }
  }
}
