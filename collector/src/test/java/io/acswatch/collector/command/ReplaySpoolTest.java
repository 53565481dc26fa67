package io.acswatch.collector.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.agent.OutgoingFrame;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolEntry;
import io.acswatch.collector.spool.SpoolLimits;
import io.acswatch.collector.spool.SpooledFrame;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.frame.FrameType;
import io.acswatch.wire.frame.FrameWriter;
import io.acswatch.wire.text.CaptureReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code replay} makes of the directory of a spool. Nothing here needs a broker. */
class ReplaySpoolTest {
  private static final long NOW = 1_767_225_600_000L;

  @TempDir private Path directory;
  private Spool spool;

  @BeforeEach
  void open() throws IOException {
    spool = Spool.open(directory, new SpoolLimits(1 << 20, Duration.ofDays(7)));
  }

  private byte[] add(String name, String host, long sequence) throws IOException {
    Capture capture = CaptureReader.read(TestCaptures.file(name)).withHost(host, sequence, NOW);
    byte[] frame = FrameWriter.write(capture);
    spool.add(capture.boot().id(), FrameType.SNAPSHOT, new SpooledFrame(frame, null), NOW);
    return frame;
  }

  @Test
  void takesTheFramesAsTheyAreAndLeavesThemThere() throws IOException {
    byte[] first = add("switch-before.cap", "h", 1);
    byte[] second = add("switch-after.cap", "h", 2);
    List<SpoolEntry> entries = spool.entries();

    assertEquals(2, entries.size());
    OutgoingFrame frame = ReplayCommand.spooled(entries.get(0).path());
    assertEquals("h", frame.host());
    assertEquals(1, frame.sequence());
    assertArrayEquals(first, frame.value());
    assertArrayEquals(second, ReplayCommand.spooled(entries.get(1).path()).value());
    assertEquals(2, spool.entries().size());
  }

  @Test
  void namesTheFileThatIsDamagedAndSendsNothing() throws IOException {
    add("switch-before.cap", "h", 1);
    add("switch-after.cap", "h", 2);
    Path file = spool.entries().get(1).path();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    CommandRun run =
        CommandRun.of("replay", "--bootstrap-servers", "127.0.0.1:1", directory.toString());

    assertEquals(3, run.exitCode());
    assertEquals("acswatch: " + file + ": damaged: not what a spool has written\n", run.err());
    assertEquals("", run.out());
    assertTrue(Files.exists(file), "it is not ours to move");
  }

  @Test
  void saysWhereAFrameIsRefused() throws IOException {
    spool.add(
        "b",
        FrameType.SNAPSHOT,
        new SpooledFrame("none".getBytes(StandardCharsets.UTF_8), null),
        NOW);
    CommandRun refused =
        CommandRun.of("replay", "--bootstrap-servers", "127.0.0.1:1", directory.toString());

    assertEquals(3, refused.exitCode());
    assertTrue(refused.err().contains("snapshot.frame: frame, byte 4: bytes=4"), refused.err());
  }

  @Test
  void refusesADirectoryThatIsNoSpoolAndAnotherNameForItsHost() throws IOException {
    CommandRun none =
        CommandRun.of("replay", "--bootstrap-servers", "127.0.0.1:1", directory.toString());
    assertEquals(3, none.exitCode());
    assertEquals(
        "acswatch: " + directory + ": a directory without frames of a spool\n", none.err());

    add("switch-before.cap", "h", 1);
    CommandRun renamed =
        CommandRun.of(
            "replay", "--bootstrap-servers", "127.0.0.1:1", "--host-id", "x", directory.toString());
    assertEquals(2, renamed.exitCode());
    assertTrue(renamed.err().startsWith("acswatch: --host-id is for captures; "), renamed.err());
  }
}
