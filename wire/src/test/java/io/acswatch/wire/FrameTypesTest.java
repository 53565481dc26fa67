package io.acswatch.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.acswatch.pci.snapshot.CaptureDelta;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.wire.FrameResult.Rejected;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Deltas, heartbeats and kexec events; their golden frames must be readable for ever. */
class FrameTypesTest {
  private static final Path DIRECTORY = Path.of("src/test/resources/v1");

  private final FrameReader reader = new FrameReader();

  static List<String> names() {
    return List.of("delta", "heartbeat", "kexec-event");
  }

  private static byte[] written(String name) throws InputException {
    return Map.of(
            "delta", FrameWriter.write(StatelessFrames.delta(GoldenFrameTest.capture("tiny"))),
            "heartbeat", FrameWriter.write(StatelessFrames.heartbeat()),
            "kexec-event", FrameWriter.write(StatelessFrames.kexecEvent()))
        .get(name);
  }

  @BeforeAll
  static void update() throws IOException {
    if (Boolean.getBoolean("golden.update")) {
      for (String name : names()) {
        Files.write(DIRECTORY.resolve(name + ".frame"), written(name));
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void writesTheGoldenFrame(String name) throws IOException {
    assertArrayEquals(GoldenFrameTest.frame(name), written(name));
  }

  @Test
  void readsTheGoldenDelta() throws IOException {
    CaptureDelta expected = StatelessFrames.delta(GoldenFrameTest.capture("tiny"));
    assertNull(reader.wrap(GoldenFrameTest.frame("delta")));

    CaptureDelta delta = reader.toCaptureDelta();
    CaptureContent.assertSame(expected.changed(), delta.changed());
    assertEquals(expected.removed(), delta.removed());
    assertEquals("[0000:01:00.0]", delta.removed().toString());
    assertEquals(3, delta.baseSequence());
    assertEquals(expected.hasScanOrder(), delta.hasScanOrder());
    assertEquals(expected.hasOwners(), delta.hasOwners());
    assertEquals(expected.hasNotes(), delta.hasNotes());
  }

  @Test
  void readsTheGoldenHeartbeat() throws IOException {
    Heartbeat heartbeat = StatelessFrames.heartbeat();
    byte[] frame = GoldenFrameTest.frame("heartbeat");
    assertNull(reader.wrap(frame));

    assertEquals(FrameType.HEARTBEAT, reader.type());
    assertEquals(heartbeat, reader.toHeartbeat());
    assertEquals(new FrameResult.AcceptedHeartbeat(heartbeat), new SnapshotDecoder().decode(frame));
  }

  @Test
  void readsTheGoldenKexecEvent() throws IOException {
    KexecEvent event = StatelessFrames.kexecEvent();
    byte[] frame = GoldenFrameTest.frame("kexec-event");
    assertNull(reader.wrap(frame));

    assertEquals(FrameType.KEXEC_EVENT, reader.type());
    assertEquals(event, reader.toKexecEvent());
    assertEquals(new FrameResult.AcceptedKexecEvent(event), new SnapshotDecoder().decode(frame));
  }

  @ParameterizedTest
  @CsvSource({
    "delta, 0x0C, 96, BAD_LENGTH, 'headerLength=96, expected 112 or more, in steps of 8'",
    "delta, 0x64, 0x80000000, BAD_VALUE, ''",
    "delta, 0x68, -1, BAD_LENGTH, ''",
    "delta, 0x6C, 0, BAD_LENGTH, 'scanOrder=1, expected none in this DELTA'",
    "heartbeat, 0x68, -2, BAD_VALUE, 'waitingFrames=-2, expected 0 or more'",
    "heartbeat, 0x6C, 99, BAD_STRING, 'string=99, expected 0 to 7'",
    "heartbeat, 0x74, 0x80000000, BAD_VALUE, ''",
    "heartbeat, 0x7C, 0x80000000, BAD_VALUE, ''",
    "kexec-event, 0x64, 0x80000000, BAD_VALUE, ''",
    "kexec-event, 0x68, 0, BAD_VALUE, 'step=0, expected 1 to 4'",
    "kexec-event, 0x68, 5, BAD_VALUE, 'step=5, expected 1 to 4'",
    "kexec-event, 0x6C, 99, BAD_STRING, 'string=99, expected 0 to 7'",
    "kexec-event, 0x70, -1, BAD_STRING, 'string=4294967295, expected 0 to 7'",
  })
  void refusesWhatATypeForbids(
      String name, String offset, String number, RejectReason reason, String detail)
      throws IOException {
    byte[] frame = GoldenFrameTest.frame(name);
    ByteBuffer bytes = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    int at = Integer.decode(offset);
    if (at == 0x0C) {
      bytes.putShort(at, Short.decode(number));
    } else {
      bytes.putInt(at, Long.decode(number).intValue());
    }
    Rejected rejected = reader.wrap(frame);

    assertNotNull(rejected);
    assertEquals(reason, rejected.reason(), rejected::toString);
    if (!detail.isEmpty()) {
      assertEquals(detail, rejected.detail());
    }
  }

  @Test
  void aFunctionIsNotChangedAndRemovedAtOnce() throws IOException {
    CaptureDelta delta = StatelessFrames.delta(GoldenFrameTest.capture("full"));
    CaptureDelta both =
        new CaptureDelta(
            delta.changed(),
            delta.baseSequence(),
            List.of(delta.changed().functions().get(0).address()),
            true,
            true,
            true);

    Rejected rejected = reader.wrap(FrameWriter.write(both));

    assertNotNull(rejected);
    assertEquals(RejectReason.DUPLICATE_ADDRESS, rejected.reason());
  }

  @Test
  void numbersThatDoNotFitAreNotWritten() throws IOException {
    CaptureDelta delta = StatelessFrames.delta(GoldenFrameTest.capture("tiny"));
    CaptureDelta negative =
        new CaptureDelta(delta.changed(), -1, delta.removed(), true, true, true);

    assertThrows(IllegalArgumentException.class, () -> FrameWriter.write(negative));
  }
}
