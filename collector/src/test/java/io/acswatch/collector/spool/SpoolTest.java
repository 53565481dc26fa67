package io.acswatch.collector.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.acswatch.collector.Machine;
import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.wire.frame.FrameSignature;
import io.acswatch.wire.frame.FrameType;
import io.acswatch.wire.frame.FrameWriter;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  private static final SpoolLimits WIDE = new SpoolLimits(1 << 30, Duration.ofDays(7));
  private static final long NOW = System.currentTimeMillis();
  private static final byte[] SIGNATURE = new byte[FrameSignature.BYTES];

  @TempDir private Path directory;
  private Spool spool;

  @BeforeEach
  void open() throws IOException {
    spool = Spool.open(directory.resolve("spool"), WIDE);
  }

  private static byte[] frame(int filling) {
    byte[] frame = new byte[1_000];
    Arrays.fill(frame, (byte) filling);
    return frame;
  }

  private void addAll(String boot, FrameType... types) throws IOException {
    for (FrameType type : types) {
      spool.add(boot, type, new SpooledFrame(frame(0), null), NOW);
    }
  }

  private List<String> waiting() throws IOException {
    return spool.entries().stream().map(entry -> entry.order() + " " + entry.type()).toList();
  }

  /** What was lost; reasons for which nothing was are left out. */
  private Map<SpoolLoss, Long> lost() {
    Map<SpoolLoss, Long> lost = new EnumMap<>(spool.losses());
    lost.values().removeIf(count -> count == 0);
    return lost;
  }

  @Test
  void givesFramesBackInTheOrderInWhichTheyCame() throws IOException {
    for (int i = 1; i <= 12; i++) {
      spool.add("boot", FrameType.SNAPSHOT, new SpooledFrame(frame(i), null), NOW);
    }
    List<SpoolEntry> entries = spool.entries();
    assertEquals(12, entries.size());
    for (int i = 0; i < 12; i++) {
      assertArrayEquals(frame(i + 1), spool.read(entries.get(i)).bytes());
      spool.remove(entries.get(i));
    }
    assertTrue(spool.entries().isEmpty());
  }

  @Test
  void hasAFrameWhoseNameTheDiskDidNotTake() throws IOException {
    addAll("boot", FrameType.SNAPSHOT, FrameType.HEARTBEAT);
    Spool unforced =
        Spool.open(
            directory.resolve("spool"),
            WIDE,
            path -> {
              throw new IOException("Input/output error");
            });

    SpoolEntry added =
        unforced.add("boot", FrameType.SNAPSHOT, new SpooledFrame(frame(7), null), NOW);

    assertArrayEquals(frame(7), unforced.read(added).bytes());
    assertEquals(List.of("1 SNAPSHOT", "2 HEARTBEAT", "3 SNAPSHOT"), waiting());
    assertEquals(List.of(), unforced.losses().values().stream().filter(n -> n > 0).toList());
  }

  /** What root has tried once is run by a user of its own after that. */
  @Test
  @SuppressWarnings("try") // the lock is held, and nothing more
  void givesWhatRootHasMadeToWhomTheSpoolBelongs() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "it takes root");
    Path path = spool.directory();
    UserPrincipal other =
        path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Files.setOwner(path, other);
    addAll("boot", FrameType.SNAPSHOT, FrameType.HEARTBEAT);
    spool.setAside(spool.entries().get(0), SpoolLoss.REFUSED);
    spool.put("note", "text");

    try (SpoolLock lock = SpoolLock.take(path, "sender")) {
      for (Path made :
          List.of(
              path.resolve("sender.lock"),
              path.resolveSibling("spool.sender.lock"),
              path.resolve(Spool.DAMAGED),
              path.resolve("note"),
              spool.entries().get(0).path())) {
        assertEquals(other, Files.getOwner(made), made::toString);
        assertTrue(
            Files.getPosixFilePermissions(made).contains(PosixFilePermission.GROUP_WRITE),
            made::toString);
      }
    }
  }

  /** The lock is beside it too: who removes a spool does not let a second one in. */
  @Test
  @SuppressWarnings("try") // the lock is held, and nothing more
  void staysLockedThoughItIsRemovedAndMadeAgain() throws IOException {
    try (SpoolLock lock = SpoolLock.take(spool.directory(), "reader")) {
      Files.move(spool.directory(), directory.resolve("removed"));
      addAll("boot", FrameType.SNAPSHOT);

      assertLocked(() -> SpoolLock.take(spool.directory(), "reader"));
    }
    SpoolLock.take(spool.directory(), "reader").close();
  }

  /** Whoever removes the state directory removes both locks; who works there takes them again. */
  @Test
  @SuppressWarnings("try") // the lock is held, and nothing more
  void staysLockedThoughItsLocksAreRemovedToo() throws IOException {
    try (SpoolLock lock = spool.lock("reader")) {
      removeLocks();
      Files.delete(spool.directory());
      addAll("boot", FrameType.SNAPSHOT);

      assertLocked(() -> SpoolLock.take(spool.directory(), "reader"));
    }
    SpoolLock.take(spool.directory(), "reader").close();
  }

  /** One that starts before that is the only one from then on. */
  @Test
  @SuppressWarnings("try") // the locks are held, and nothing more
  void writesNothingOnceAnotherHasItsLock() throws IOException {
    try (SpoolLock lock = spool.lock("reader")) {
      removeLocks();
      try (SpoolLock other = SpoolLock.take(spool.directory(), "reader")) {
        assertLocked(() -> addAll("boot", FrameType.SNAPSHOT));
        assertEquals(List.of(), Spool.entriesOf(spool.directory()));
      }
      addAll("boot", FrameType.SNAPSHOT);
    }
  }

  private void removeLocks() throws IOException {
    Files.delete(spool.directory().resolve("reader.lock"));
    Files.delete(spool.directory().resolveSibling("spool.reader.lock"));
  }

  private static void assertLocked(Executable use) {
    FileSystemException refused = assertThrows(FileSystemException.class, use);
    assertEquals("another reader works on this spool; stop it first", refused.getReason());
  }

  @Test
  void countsOnWhenItIsOpenedAgain() throws IOException {
    addAll("boot", FrameType.SNAPSHOT, FrameType.HEARTBEAT);
    spool = Spool.open(spool.directory(), WIDE);
    addAll("boot", FrameType.HEARTBEAT);

    assertEquals(List.of("1 SNAPSHOT", "2 HEARTBEAT", "3 HEARTBEAT"), waiting());
  }

  @Test
  void doesNotUseANumberTwiceWhileItRuns() throws IOException {
    SpoolEntry first = spool.add("boot", FrameType.SNAPSHOT, new SpooledFrame(frame(1), null), NOW);
    spool.remove(first);

    assertEquals(
        2, spool.add("boot", FrameType.SNAPSHOT, new SpooledFrame(frame(1), null), NOW).order());
  }

  @Test
  void setsAFileAsideThatIsTornAtAnyByte() throws IOException {
    byte[] frame = FrameWriter.write(twoFunctions());
    SpoolEntry good =
        spool.add("boot", FrameType.SNAPSHOT, new SpooledFrame(frame, SIGNATURE), NOW);
    byte[] file = Files.readAllBytes(good.path());
    for (int length = 0; length < file.length; length++) {
      Path torn = spool.directory().resolve(SpoolEntry.name(2, "00000000", FrameType.SNAPSHOT));
      Files.write(torn, Arrays.copyOf(file, length));
      List<SpoolEntry> entries = spool.entries();
      assertNull(spool.read(entries.get(1)), "torn at " + length);
      assertFalse(Files.exists(torn));
    }
    assertEquals(file.length, spool.losses().get(SpoolLoss.DAMAGED));
    SpooledFrame beside = spool.read(spool.entries().get(0));
    assertArrayEquals(frame, beside.bytes(), "the one beside it");
    assertArrayEquals(SIGNATURE, beside.signature());
  }

  private static Capture twoFunctions() throws IOException {
    Capture whole = TestCaptures.read("switch-before.cap");
    return new Capture(
        "host",
        "",
        whole.boot(),
        NOW,
        1,
        false,
        List.of(),
        whole.functions().subList(0, 2),
        List.of(),
        List.of());
  }

  @Test
  void setsAFileAsideOfWhichAnyByteIsWrong() throws IOException {
    SpoolEntry entry =
        spool.add("boot", FrameType.HEARTBEAT, new SpooledFrame(frame(7), SIGNATURE), NOW);
    byte[] file = Files.readAllBytes(entry.path());
    for (int at = 0; at < file.length; at++) {
      byte[] wrong = file.clone();
      wrong[at] ^= 0x10;
      Files.write(entry.path(), wrong);
      assertNull(spool.read(entry), "byte " + at);
    }
    byte[] longer = Arrays.copyOf(file, file.length + 1);
    Files.write(entry.path(), longer);
    assertNull(spool.read(entry));
  }

  @Test
  void keepsNoMoreThanAFewDamagedFiles() throws IOException {
    for (int i = 0; i < 100; i++) {
      spool.setAside(
          spool.add("boot", FrameType.HEARTBEAT, new SpooledFrame(frame(i), null), NOW),
          SpoolLoss.REFUSED);
    }
    try (var kept = Files.list(spool.directory().resolve(Spool.DAMAGED))) {
      assertEquals(32, kept.count());
    }
  }

  @Test
  void whatWasHalfWrittenIsNoFrameAndIsCleanedUp() throws IOException {
    Path half =
        Files.write(
            spool.directory().resolve(SpoolEntry.name(5, "00000000", FrameType.SNAPSHOT) + ".tmp"),
            new byte[9]);

    assertTrue(spool.entries().isEmpty());
    spool.clean();
    assertFalse(Files.exists(half));
  }

  @Test
  void whatExplainsABoundaryGoesLast() throws IOException {
    spool = Spool.open(spool.directory(), new SpoolLimits(7 * 1_016, Duration.ofDays(7)));
    addAll("one", FrameType.SNAPSHOT, FrameType.SNAPSHOT, FrameType.SNAPSHOT, FrameType.HEARTBEAT);
    addAll("one", FrameType.SNAPSHOT, FrameType.KEXEC_EVENT);
    addAll("two", FrameType.SNAPSHOT, FrameType.HEARTBEAT, FrameType.SNAPSHOT);

    assertEquals(
        List.of(
            "1 SNAPSHOT",
            "2 SNAPSHOT",
            "3 SNAPSHOT",
            "5 SNAPSHOT",
            "6 KEXEC_EVENT",
            "7 SNAPSHOT",
            "9 SNAPSHOT"),
        waiting(),
        "heartbeats first");
    addAll("three", FrameType.SNAPSHOT, FrameType.SNAPSHOT);
    assertEquals(
        List.of(
            "1 SNAPSHOT",
            "5 SNAPSHOT",
            "6 KEXEC_EVENT",
            "7 SNAPSHOT",
            "9 SNAPSHOT",
            "10 SNAPSHOT",
            "11 SNAPSHOT"),
        waiting(),
        "then the middle of a boot");
    addAll("four", FrameType.SNAPSHOT);
    assertEquals(
        List.of(
            "1 SNAPSHOT",
            "5 SNAPSHOT",
            "7 SNAPSHOT",
            "9 SNAPSHOT",
            "10 SNAPSHOT",
            "11 SNAPSHOT",
            "12 SNAPSHOT"),
        waiting(),
        "then kexec events");
    assertEquals(Map.of(SpoolLoss.BYTES, 5L), lost());
  }

  @Test
  void theNewestSnapshotStaysHoweverSmallTheLimit() throws IOException {
    spool = Spool.open(spool.directory(), new SpoolLimits(1, Duration.ofDays(7)));
    addAll("one", FrameType.SNAPSHOT, FrameType.SNAPSHOT, FrameType.KEXEC_EVENT);

    assertEquals(List.of("2 SNAPSHOT", "3 KEXEC_EVENT"), waiting());
  }

  @Test
  void oldFramesGoButNotThoseThatExplainABoundary() throws IOException {
    addAll("one", FrameType.SNAPSHOT, FrameType.SNAPSHOT, FrameType.HEARTBEAT, FrameType.SNAPSHOT);
    // Also what happens when the clock is set forward by a year.
    spool.add(
        "two",
        FrameType.SNAPSHOT,
        new SpooledFrame(frame(1), null),
        NOW + Duration.ofDays(365).toMillis());

    assertEquals(List.of("1 SNAPSHOT", "4 SNAPSHOT", "5 SNAPSHOT"), waiting());
    assertEquals(Map.of(SpoolLoss.AGE, 2L), lost());
  }

  /** The word that nothing changed goes with the snapshot it is about, and stays with it. */
  @Test
  void noUnchangedFrameStaysWithoutItsSnapshot() throws IOException {
    long day = Duration.ofDays(1).toMillis();
    FrameType[] types = {
      FrameType.SNAPSHOT,
      FrameType.UNCHANGED,
      FrameType.SNAPSHOT,
      FrameType.UNCHANGED,
      FrameType.UNCHANGED,
      FrameType.SNAPSHOT,
      FrameType.UNCHANGED
    };
    long[] days = {0, 0, 0, 0, 6, 6, 6};
    for (int i = 0; i < types.length; i++) {
      SpoolEntry entry =
          spool.add("one", types[i], new SpooledFrame(frame(i + 1), null), NOW + days[i] * day);
      Files.setLastModifiedTime(entry.path(), FileTime.fromMillis(NOW + days[i] * day));
    }
    spool.add("one", FrameType.KEXEC_EVENT, new SpooledFrame(frame(9), null), NOW + 8 * day);

    assertEquals(List.of("1 SNAPSHOT", "6 SNAPSHOT", "7 UNCHANGED", "8 KEXEC_EVENT"), waiting());
  }

  @Test
  void aClockSetBackDropsNothing() throws IOException {
    addAll("one", FrameType.SNAPSHOT, FrameType.HEARTBEAT);
    spool.add("one", FrameType.KEXEC_EVENT, new SpooledFrame(frame(1), null), 0);

    assertEquals(List.of("1 SNAPSHOT", "2 HEARTBEAT", "3 KEXEC_EVENT"), waiting());
  }

  @Test
  void letsOneReaderAndOneSenderIn() throws IOException {
    try (SpoolLock reader = SpoolLock.take(spool.directory(), "reader");
        SpoolLock sender = SpoolLock.take(spool.directory(), "sender")) {
      assertNotNull(reader);
      assertNotNull(sender);
      FileSystemException refused =
          assertThrows(
              FileSystemException.class, () -> SpoolLock.take(spool.directory(), "sender"));
      assertTrue(refused.getFile().endsWith("spool.sender.lock"));
    }
    SpoolLock.take(spool.directory(), "sender").close();
  }

  @Test
  void onAFullDiskTheNewestReplacesTheOldest() throws Exception {
    try (Machine.SmallDisk disk = Machine.smallDisk(directory.resolve("small"), "256k")) {
      spool = Spool.open(disk.path().resolve("spool"), WIDE);
      byte[] large = new byte[20_000];
      for (int i = 1; i <= 200; i++) {
        large[0] = (byte) i;
        SpoolEntry added =
            spool.add("boot", FrameType.SNAPSHOT, new SpooledFrame(large, null), NOW);
        assertEquals((byte) i, spool.read(added).bytes()[0]);
      }
      List<SpoolEntry> left = spool.entries();
      assertEquals(1, left.get(0).order(), "the first of the boot");
      assertEquals(200, left.get(left.size() - 1).order());
      assertTrue(spool.losses().get(SpoolLoss.DISK_FULL) > 150, spool.losses()::toString);
    }
  }
}
