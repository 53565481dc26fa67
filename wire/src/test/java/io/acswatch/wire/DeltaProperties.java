package io.acswatch.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CaptureDelta;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.SnapshotDelta;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A snapshot and the delta after it say as much as the next snapshot. */
class DeltaProperties {
  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("properties.tries", 300));
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void aDeltaLeadsToTheNextCapture(long seed) {
    Capture base = RandomCaptures.next(seed);
    Capture next = RandomChanges.after(base, seed);

    CaptureContent.assertSame(next, CaptureDelta.between(base, next).applyTo(base));
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void aDeltaLeadsToTheNextSnapshotAsTheFullOneWould(long seed) {
    Capture base = RandomCaptures.next(seed);
    Capture next = RandomChanges.after(base, seed);
    SnapshotDelta delta = SnapshotDelta.of(CaptureDelta.between(base, next));

    assertTrue(delta.follows(Snapshot.of(base)));
    assertEquals(Snapshot.of(next), delta.applyTo(Snapshot.of(base)));
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void deltasFollowEachOther(long seed) {
    Capture capture = RandomCaptures.next(seed);
    Snapshot snapshot = Snapshot.of(capture);
    for (int step = 0; step < 5; step++) {
      Capture next = RandomChanges.after(capture, seed * 31 + step);
      snapshot = SnapshotDelta.of(CaptureDelta.between(capture, next)).applyTo(snapshot);
      assertEquals(Snapshot.of(next), snapshot);
      capture = next;
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void aFrameCarriesAllOfADelta(long seed) {
    Capture base = RandomCaptures.next(seed);
    CaptureDelta delta = CaptureDelta.between(base, RandomChanges.after(base, seed));
    byte[] frame = FrameWriter.write(delta);
    FrameReader reader = new FrameReader();

    assertNull(reader.wrap(frame));
    assertEquals(FrameType.DELTA, reader.type());
    assertArrayEquals(frame, FrameWriter.write(reader.toCaptureDelta()));
    CaptureContent.assertSame(delta.applyTo(base), reader.toCaptureDelta().applyTo(base));
    FrameResult result = new SnapshotDecoder().decode(frame);
    assertEquals(
        SnapshotDelta.of(delta), assertInstanceOf(FrameResult.AcceptedDelta.class, result).delta());
  }

  @Test
  void nothingNewIsAnEmptyDelta() {
    Capture base = RandomCaptures.next(1);

    CaptureDelta same = CaptureDelta.between(base, base.withHost(base.host(), 99, 99));

    assertTrue(same.isEmpty());
    CaptureContent.assertSame(base.withHost(base.host(), 99, 99), same.applyTo(base));
  }

  @Test
  void refusesABaseItDoesNotBuildOn() {
    Capture base = RandomCaptures.next(1).withHost("h", 7, 1);
    Capture next = base.withHost("h", 8, 2);
    CaptureDelta delta = CaptureDelta.between(base, next);

    assertFalse(SnapshotDelta.of(delta).follows(Snapshot.of(next)));
    assertEquals("baseSequence=7, expected 8", delta.misfit(next));
    assertThrows(IllegalArgumentException.class, () -> delta.applyTo(next));
    assertEquals("host=h, expected other", delta.misfit(base.withHost("other", 7, 1)));
    Capture otherBoot = withBoot(base, new Boot("another", "r", "", "", 0, 0));
    assertFalse(SnapshotDelta.of(delta).follows(Snapshot.of(otherBoot)));
    assertThrows(
        IllegalArgumentException.class,
        () -> SnapshotDelta.of(delta).applyTo(Snapshot.of(otherBoot)));
    assertThrows(IllegalArgumentException.class, () -> CaptureDelta.between(base, otherBoot));
  }

  private static Capture withBoot(Capture capture, Boot boot) {
    return new Capture(
        capture.host(),
        capture.phase(),
        boot,
        capture.takenAtMillis(),
        capture.sequence(),
        capture.kexecLoaded(),
        capture.scanOrder(),
        capture.functions(),
        capture.owners(),
        capture.notes());
  }
}
