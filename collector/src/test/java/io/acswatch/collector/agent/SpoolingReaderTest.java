package io.acswatch.collector.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.Machine;
import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.command.FixtureHost;
import io.acswatch.collector.spool.SigningKey;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolEntry;
import io.acswatch.collector.spool.SpooledFrame;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.pci.snapshot.Unchanged;
import io.acswatch.wire.frame.FrameDigest;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameSignature;
import io.acswatch.wire.frame.FrameType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the reader puts into the spool, from a fixture host on which things happen. */
class SpoolingReaderTest {
  private static final PciAddress PORT = PciAddress.parse("0000:00:03.0");
  private static final int ACS_CONTROL = 0x14E;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @TempDir private Path directory;
  private FixtureHost host;
  private Spool spool;
  private SpoolingReader reader;
  private final FrameReader frames = new FrameReader();

  @BeforeEach
  void buildHost() throws IOException {
    host =
        FixtureHost.of(
            TestCaptures.read("switch-before.cap"), Files.createDirectory(directory.resolve("h")));
    start(Map.of());
  }

  private void start(Map<String, String> more) throws IOException {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("collector.root", host.root().toString());
    settings.put("collector.spool.dir", directory.resolve("spool").toString());
    settings.put("collector.reads.per.second", "100000");
    CollectorConfig config = CollectorConfig.from(settings);
    spool = Spool.open(config.spoolOrDefault(), config.spoolLimits());
    // Patient to the last: how busy this machine is decides nothing.
    reader = new SpoolingReader(config, spool, Clock.systemUTC(), Duration.ofSeconds(2));
  }

  private List<FrameType> types() throws IOException {
    return spool.entries().stream().map(SpoolEntry::type).toList();
  }

  /** Takes the last frame. */
  private FrameReader last() throws IOException {
    List<SpoolEntry> entries = spool.entries();
    assertNull(frames.wrap(spool.read(entries.get(entries.size() - 1)).bytes()));
    return frames;
  }

  private void empty() throws IOException {
    for (SpoolEntry entry : spool.entries()) {
      spool.remove(entry);
    }
  }

  @Test
  void beginsWithASnapshotAndAHeartbeat() throws Exception {
    reader.tick(1);

    assertEquals(List.of(FrameType.SNAPSHOT, FrameType.HEARTBEAT), types());
    assertEquals("fixture", last().host());
    assertEquals(1, last().toHeartbeat().waitingFrames());
    assertEquals("", last().toHeartbeat().boot().kernelRelease(), "the snapshot has it");
  }

  @Test
  void namesTheBootBefore() throws Exception {
    reader.tick(1);
    String first = last().boot().id();
    assertEquals("", bootBefore(), "of the first boot nothing is known");
    start(Map.of());
    reader.tick(1);
    assertEquals("", bootBefore(), "of the same boot, by another process");

    host.write("/proc/sys/kernel/random/boot_id", "second\n");
    start(Map.of());
    reader.tick(1);
    assertEquals(first, bootBefore());
    start(Map.of());
    reader.tick(1);
    assertEquals(first, bootBefore());

    Files.writeString(spool.directory().resolve("boot"), "");
    host.write("/proc/sys/kernel/random/boot_id", "third\n");
    start(Map.of());
    reader.tick(1);
    assertEquals("", bootBefore(), "an empty file, as after a power failure");
    host.write("/proc/sys/kernel/random/boot_id", "fourth\n");
    start(Map.of());
    reader.tick(1);
    assertEquals("third", bootBefore());
  }

  /** Empties the spool. */
  private String bootBefore() throws IOException {
    for (SpoolEntry entry : spool.entries()) {
      if (entry.type() == FrameType.SNAPSHOT) {
        assertNull(frames.wrap(spool.read(entry).bytes()));
      }
    }
    String previous = frames.toSnapshot().boot().notes().previousBoot();
    empty();
    return previous;
  }

  @Test
  void signsEveryFrame() throws Exception {
    start(Map.of("collector.sign", "yes"));
    reader.tick(1);
    host.write("/sys/kernel/kexec_loaded", "1\n");
    reader.tick(2 * SECOND);
    reader.once();

    String key = SigningKey.read(spool.directory()).text();
    assertTrue(
        types()
            .containsAll(List.of(FrameType.SNAPSHOT, FrameType.HEARTBEAT, FrameType.KEXEC_EVENT)));
    for (SpoolEntry entry : spool.entries()) {
      SpooledFrame frame = spool.read(entry);
      assertEquals(key, FrameSignature.keyOf(frame.signature()));
      assertTrue(
          FrameSignature.isOf(
              frame.signature(), "fixture".getBytes(StandardCharsets.UTF_8), frame.bytes()));
    }
  }

  @Test
  void signsNothingUnasked() throws Exception {
    reader.tick(1);
    assertNull(spool.read(spool.entries().get(0)).signature());
    assertFalse(Files.exists(spool.directory().resolve(SigningKey.FILE)));
  }

  /** Whether a frame is believed is for others to say; nobody else sees this host. */
  @Test
  void watchesThoughItCannotSign() throws Exception {
    start(Map.of("collector.sign", "yes"));
    Path file = spool.directory().resolve(SigningKey.FILE);
    Files.writeString(file, "no key");
    reader.tick(1);
    assertEquals(List.of(FrameType.SNAPSHOT, FrameType.HEARTBEAT), types());
    assertNull(spool.read(spool.entries().get(0)).signature());

    Files.delete(file);
    empty();
    reader.tick(61 * SECOND);
    assertEquals(FrameType.HEARTBEAT, types().get(types().size() - 1));
    assertNotNull(spool.read(spool.entries().get(types().size() - 1)).signature(), "mended");
  }

  @Test
  void tellsALostBitByAWholeSnapshot() throws Exception {
    reader.tick(1);
    assertNull(frames.wrap(spool.read(spool.entries().get(0)).bytes()));
    Capture before = frames.toCapture();
    empty();
    host.poke(PORT, ACS_CONTROL, 0x19);

    reader.tick(2);

    assertEquals(List.of(FrameType.SNAPSHOT), types());
    Capture now = last().toCapture();
    assertEquals(before.functions().size(), now.functions().size());
    for (int i = 0; i < now.functions().size(); i++) {
      assertEquals(
          now.functions().get(i).address().equals(PORT),
          !now.functions().get(i).isSameAs(before.functions().get(i)));
    }
  }

  @Test
  void aSweepFindsWhatNoFastLookLooksAt() throws Exception {
    reader.tick(1);
    reader.tick(10 * SECOND); // all once more, since the hierarchy is quiet
    empty();
    host.write(host.realDirectory(PORT) + "/removable", "removable\n");

    reader.tick(20 * SECOND);
    assertEquals(List.of(), types(), "not yet");
    reader.tick(71 * SECOND);

    assertEquals(FrameType.SNAPSHOT, types().get(0));
    empty();
    reader.tick(132 * SECOND);
    assertEquals(List.of(FrameType.UNCHANGED), types(), "nothing is new");
  }

  @Test
  void tellsAllOnceMoreWhenTheHierarchyIsQuiet() throws Exception {
    reader.tick(1);
    empty();
    for (int second = 1; second <= 4; second++) {
      host.write("/sys/kernel/uevent_seqnum", (1000 + second) + "\n");
      reader.tick(second * SECOND);
    }
    assertEquals(List.of(), types(), "devices still come, none of PCI");

    reader.tick(10 * SECOND);

    assertEquals(List.of(FrameType.SNAPSHOT), types());
  }

  /** All of a quiet hour: whole at start and when devices are quiet, then once more. */
  @Test
  void saysThatNothingChangedAndSendsTheWholeOnceAnHour() throws Exception {
    reader.tick(SECOND);
    reader.tick(10 * SECOND);
    byte[] whole = spool.read(spool.entries().get(types().lastIndexOf(FrameType.SNAPSHOT))).bytes();
    assertNull(frames.wrap(whole));
    long number = frames.sequence();
    empty();
    reader.tick(61 * SECOND);
    assertEquals(List.of(FrameType.HEARTBEAT), types(), "it says how sources fare");
    long lookedAt = 0;
    for (int minute = 2; minute < 60; minute++) {
      reader.tick(minute * 61 * SECOND);
      FrameReader beat = last();
      assertEquals(FrameType.UNCHANGED, beat.type());
      Unchanged unchanged = beat.toUnchanged();
      assertEquals(number, unchanged.stateSequence());
      assertEquals(FrameDigest.of(whole), unchanged.digest());
      assertTrue(unchanged.sequence() > number);
      assertTrue(unchanged.lookedAtMillis() >= lookedAt);
      lookedAt = unchanged.lookedAtMillis();
    }
    assertEquals(58, types().stream().filter(FrameType.UNCHANGED::equals).count());
    assertEquals(59, types().size());
    empty();
    reader.tick(60 * 61 * SECOND);
    assertEquals(List.of(FrameType.SNAPSHOT, FrameType.HEARTBEAT), types());
  }

  /** Nobody can confirm what was lost with the spool: it is told again. */
  @Test
  void tellsTheWholeAgainWhereTheSpoolWasRemoved() throws Exception {
    reader.tick(1);
    reader.tick(70 * SECOND);
    empty();
    deleteAll(spool.directory());
    reader.tick(140 * SECOND);
    assertEquals(List.of(FrameType.SNAPSHOT, FrameType.HEARTBEAT), types());
    reader.tick(210 * SECOND);
    assertEquals(FrameType.UNCHANGED, last().type());
  }

  private static void deleteAll(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** A broker that is away for hours, a spool that is too small, and a kexec. */
  @Test
  void noHeartbeatStaysInAFullSpoolWithoutTheSnapshotThatItNames() throws Exception {
    start(Map.of("collector.spool.bytes", "100000"));
    long sent = 0;
    long toldLosses = 0;
    for (int minute = 0; minute < 200; minute++) {
      if (minute % 7 == 3) {
        host.poke(PORT, ACS_CONTROL, minute % 2 == 0 ? 0x19 : 0x1D);
      }
      reader.tick(1 + minute * 61 * SECOND);
      for (SpoolEntry entry : spool.entries()) {
        assertNull(frames.wrap(spool.read(entry).bytes()));
        if (frames.type() == FrameType.HEARTBEAT) {
          toldLosses = Math.max(toldLosses, frames.toHeartbeat().droppedFrames());
        }
      }
      sent = Math.max(sent, last().sequence());
    }
    reader.once();
    Set<Long> whole = new HashSet<>();
    for (SpoolEntry entry : spool.entries()) {
      assertNull(frames.wrap(spool.read(entry).bytes()));
      if (frames.type() == FrameType.SNAPSHOT) {
        whole.add(frames.sequence());
      } else if (frames.type() == FrameType.UNCHANGED) {
        assertTrue(whole.contains(frames.toUnchanged().stateSequence()), "whole: " + whole);
      }
    }
    assertTrue(toldLosses > 50, "losses: " + toldLosses);
    assertEquals(FrameType.SNAPSHOT, last().type(), "the one before the kexec");
    assertTrue(last().sequence() > sent);
  }

  @Test
  void theSnapshotOfACrashKernelIsNamedByNoHeartbeat() throws Exception {
    host.write("/proc/vmcore", "");
    reader.tick(1);
    reader.tick(70 * SECOND);
    reader.tick(140 * SECOND);
    assertTrue(types().contains(FrameType.HEARTBEAT));
    assertTrue(types().stream().noneMatch(FrameType.UNCHANGED::equals), types()::toString);
  }

  @Test
  void tellsAKexecImageThatIsLoadedAndTakenAway() throws Exception {
    reader.tick(1);
    empty();
    host.write("/sys/kernel/kexec_loaded", "1\n");
    reader.tick(2);

    assertEquals(List.of(FrameType.SNAPSHOT, FrameType.KEXEC_EVENT), types());
    KexecEvent loaded = last().toKexecEvent();
    assertEquals(KexecEvent.Step.LOADED, loaded.step());
    assertTrue(loaded.kexecLoaded());

    empty();
    host.write("/sys/kernel/kexec_loaded", "0\n");
    reader.tick(3);

    assertEquals(KexecEvent.Step.UNLOADED, last().toKexecEvent().step());
  }

  @Test
  void sequenceNumbersRiseOverAllTypes() throws Exception {
    reader.tick(1);
    host.write("/sys/kernel/kexec_loaded", "1\n");
    reader.tick(2);
    long before = 0;
    for (SpoolEntry entry : spool.entries()) {
      assertNull(frames.wrap(spool.read(entry).bytes()));
      assertTrue(frames.sequence() > before);
      before = frames.sequence();
    }
  }

  @Test
  void takesALastSnapshotWhenToldToStop() throws Exception {
    host.write("/sys/kernel/kexec_loaded", "1\n");
    stopAfterStart();

    List<FrameType> types = types();
    assertEquals(
        List.of(FrameType.KEXEC_EVENT, FrameType.SNAPSHOT),
        types.subList(types.size() - 2, types.size()));

    empty();
    start(Map.of());
    reader.tick(1);
    assertNull(frames.wrap(spool.read(spool.entries().get(1)).bytes()));
    assertEquals(KexecEvent.Step.BACK, frames.toKexecEvent().step(), "the kexec did not happen");
  }

  @Test
  void isNotBackInAnotherBoot() throws Exception {
    host.write("/sys/kernel/kexec_loaded", "1\n");
    stopAfterStart();
    empty();
    host.write("/sys/kernel/kexec_loaded", "0\n");
    host.write("/proc/sys/kernel/random/boot_id", "another\n");

    start(Map.of());
    reader.tick(1);

    assertEquals(List.of(FrameType.SNAPSHOT, FrameType.HEARTBEAT), types());
  }

  private void stopAfterStart() throws Exception {
    Thread thread =
        new Thread(
            () -> {
              try {
                reader.run();
              } catch (IOException | InterruptedException failed) {
                throw new IllegalStateException(failed);
              }
            });
    thread.start();
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> !spool.entries().isEmpty());
    long begin = System.nanoTime();
    reader.stop();
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    assertTrue(millis < 20_000, "stop took " + millis + " ms; 150 and what a busy machine adds");
    thread.join(20_000);
  }

  @Test
  void aReadThatBlocksStopsNothingElse() throws Exception {
    Path config = host.path(host.realDirectory(PORT) + "/config");
    byte[] bytes = Files.readAllBytes(config);
    Files.delete(config);
    Machine.blockingFile(config);

    reader.tick(1);

    assertNull(frames.wrap(spool.read(spool.entries().get(0)).bytes()));
    Capture capture = frames.toCapture();
    assertEquals(
        TestCaptures.read("switch-before.cap").functions().size(), capture.functions().size());
    for (var function : capture.functions()) {
      assertEquals(
          function.address().equals(PORT),
          function.readStatus() == ReadStatus.UNREADABLE,
          function::toString);
    }
    // The other end opens: the stuck thread comes back, and the function is read again.
    Files.newOutputStream(config).close();
    Files.delete(config);
    Files.write(config, bytes);
    awaitReadable();
  }

  private void awaitReadable() throws Exception {
    long deadline = System.nanoTime() + 20 * SECOND;
    for (long second = 400; System.nanoTime() < deadline; second += 400) {
      empty();
      reader.tick(second * SECOND);
      assertNull(frames.wrap(spool.read(spool.entries().get(0)).bytes()));
      boolean readable =
          frames.type() == FrameType.SNAPSHOT // no word that nothing changed
              && frames.toCapture().functions().stream()
                  .noneMatch(function -> function.readStatus() == ReadStatus.UNREADABLE);
      if (readable) {
        return;
      }
    }
    throw new AssertionError("the function is still left alone");
  }

  @Test
  void leavesDeniedFunctionsAlone() throws Exception {
    start(Map.of("collector.deny", PORT.toString()));
    reader.tick(1);
    assertNull(frames.wrap(spool.read(spool.entries().get(0)).bytes()));

    assertEquals(
        ReadStatus.UNREADABLE,
        frames.toCapture().functions().stream()
            .filter(function -> function.address().equals(PORT))
            .findFirst()
            .orElseThrow()
            .readStatus());
  }

  @Test
  void reportsToTheSenderByAFile() throws Exception {
    reader.tick(1);

    String report = Files.readString(spool.directory().resolve("reader.prom"));

    assertTrue(report.contains("acswatch_reader_sweeps_total 1.0\n"), report);
    assertTrue(report.contains("acswatch_reader_functions{status="), report);
    assertTrue(report.contains("acswatch_reader_source_success{source=\""), report);
    assertNotNull(report);
  }
}
