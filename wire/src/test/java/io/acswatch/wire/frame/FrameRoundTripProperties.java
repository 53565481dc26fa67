package io.acswatch.wire.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.InputException;
import io.acswatch.wire.text.CaptureReader;
import io.acswatch.wire.text.CaptureWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    FrameReader reader = new FrameReader();
    assertNull(reader.wrap(FrameWriter.write(capture)));
    assertEquals(Snapshot.of(capture), reader.toSnapshot());
  }

  /** What a log says of addresses is read too, and may be anything. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "pci ffffffff:00:00.0: Adding to iommu group 3",
        "pci ffffffff:00:00.0: was preserved by previous kernel across Live Update",
        "pci 0000:00:1f.9: Removing from iommu group 3"
      })
  void decodesWhateverItsLogSaysOfAddresses(String line) {
    Capture host = Captures.read("small");
    Capture capture =
        new Capture(
            host.host(),
            host.phase(),
            host.boot(),
            1,
            1,
            false,
            host.scanOrder(),
            host.functions(),
            host.owners(),
            List.of(Capture.KERNEL_LOG_PREFIX + line));
    FrameReader reader = new FrameReader();
    assertNull(reader.wrap(FrameWriter.write(capture)));
    assertEquals(host.functions().size(), reader.toSnapshot().functions().size());
  }

  @Test
  void carriesEveryCaptureOfTheCorpus() throws IOException {
    FrameReader reader = new FrameReader();
    for (Path file : Captures.corpus()) {
      Capture capture = CaptureReader.read(file);
      byte[] frame = FrameWriter.write(capture);
      assertNull(reader.wrap(frame), file::toString);
      CaptureContent.assertSame(capture, reader.toCapture());
      assertEquals(Snapshot.of(capture), reader.toSnapshot());
    }
  }
}
