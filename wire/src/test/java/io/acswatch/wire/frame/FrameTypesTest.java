package io.acswatch.wire.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.snapshot.ContentDigest;
import io.acswatch.pci.snapshot.Heartbeat;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.wire.InputException;
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

/** Heartbeats, kexec events and unchanged frames; their golden frames must be readable for ever. */
class FrameTypesTest {
  private static final Path DIRECTORY = Path.of("src/test/resources/v1");

  private final FrameReader reader = new FrameReader();

  static List<String> names() {
    return List.of("heartbeat", "kexec-event", "unchanged");
  }

  private static byte[] written(String name) throws InputException {
    return Map.of(
            "heartbeat", FrameWriter.write(StatelessFrames.heartbeat()),
            "kexec-event", FrameWriter.write(StatelessFrames.kexecEvent()),
            "unchanged", FrameWriter.write(StatelessFrames.unchanged()))
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
  void readsTheGoldenHeartbeat() throws IOException {
    Heartbeat heartbeat = StatelessFrames.heartbeat();
    byte[] frame = GoldenFrameTest.frame("heartbeat");
    assertNull(reader.wrap(frame));

    assertEquals(FrameType.HEARTBEAT, reader.type());
    assertEquals(heartbeat, reader.toHeartbeat());
  }

  @Test
  void readsTheGoldenKexecEvent() throws IOException {
    KexecEvent event = StatelessFrames.kexecEvent();
    byte[] frame = GoldenFrameTest.frame("kexec-event");
    assertNull(reader.wrap(frame));

    assertEquals(FrameType.KEXEC_EVENT, reader.type());
    assertEquals(event, reader.toKexecEvent());
  }

  @Test
  void readsTheGoldenUnchangedFrame() throws IOException {
    Unchanged unchanged = StatelessFrames.unchanged();
    assertNull(reader.wrap(GoldenFrameTest.frame("unchanged")));

    assertEquals(FrameType.UNCHANGED, reader.type());
    assertEquals(unchanged, reader.toUnchanged());
    assertEquals(unchanged.host(), reader.host());
    assertEquals(unchanged.sequence(), reader.sequence());
    assertEquals(unchanged.lookedAtMillis(), reader.takenAtMillis());
    assertEquals(0, reader.functionCount());
  }

  /** Linux lets a host name have 64 bytes, and a boot id has 36. */
  @Test
  void anUnchangedFrameHasAtMost160Bytes() {
    String boot = "10c64e43-0349-465b-ba0c-89fca09a1287";
    Unchanged longest =
        new Unchanged(
            "h".repeat(64),
            boot,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            new ContentDigest(-1, -1));
    assertTrue(FrameWriter.write(longest).length <= 160);
  }

  @Test
  void theDigestLeavesOutTimeAndNumberOnly() throws IOException {
    byte[] frame = GoldenFrameTest.frame("tiny");
    ContentDigest digest = FrameDigest.of(frame);
    for (int at = 0; at < frame.length; at++) {
      byte[] other = frame.clone();
      other[at] ^= 1;
      boolean isMoment = at >= 0x30 && at < 0x40;
      assertEquals(isMoment, digest.equals(FrameDigest.of(other)), "offset " + at);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "unchanged, 0x08, 55, BAD_LENGTH, 'frameLength=55, expected 56 to 67108864'",
    "unchanged, 0x0C, 0x00240030, BAD_LENGTH, 'headerLength=48, expected 56 or more, in steps of 8'",
    "unchanged, 0x0C, 0x002C0038, BAD_LENGTH, 'the boot id ends at 100, expected at most frameLength=99'",
    "unchanged, 0x14, 0x80000000, BAD_VALUE, ''",
    "unchanged, 0x1C, 0x80000000, BAD_VALUE, ''",
    "unchanged, 0x24, 0x80000000, BAD_VALUE, ''",
    "unchanged, 0x38, 0x80808080, BAD_STRING, 'an id is not UTF-8'",
    "unchanged, 0x5F, 0x80808080, BAD_STRING, 'an id is not UTF-8'",
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
    bytes.putInt(at, Long.decode(number).intValue());
    Rejected rejected = reader.wrap(frame);

    assertNotNull(rejected);
    assertEquals(reason, rejected.reason(), rejected::toString);
    if (!detail.isEmpty()) {
      assertEquals(detail, rejected.detail());
    }
  }

  /** Type 2 was a delta before the first release; the file is what a collector wrote then. */
  @Test
  void refusesTheReservedTypeOfADelta() throws IOException {
    byte[] frame = Files.readAllBytes(Path.of("src/test/resources/refused/delta.frame"));
    assertEquals(
        new Rejected(RejectReason.UNKNOWN_TYPE, FrameType.OFFSET, "type=2, expected 1, 3, 4 or 6"),
        reader.wrap(frame));
  }

  @Test
  void numbersThatDoNotFitAreNotWritten() {
    Heartbeat beat = StatelessFrames.heartbeat();
    Heartbeat negative =
        new Heartbeat(beat.host(), beat.boot(), 1, 2, -1, false, "", 0, 0, 0, List.of());

    assertThrows(IllegalArgumentException.class, () -> FrameWriter.write(negative));
  }
}
