package io.acswatch.collector.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.Machine;
import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.command.FixtureHost;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostTree;
import io.acswatch.collector.spool.Spool;
import io.acswatch.collector.spool.SpoolEntry;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.CapturedFunction;
import io.acswatch.pci.snapshot.KexecEvent;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The reader on a host that misbehaves: whatever happens to files below it, it goes on reading, and
 * what it tells is true. {@code -Dfaults.repeat=2000} looks longer where faults come at random.
 */
class FaultyHostTest {
  private static final PciAddress PORT = PciAddress.parse("0000:00:03.0");
  private static final int ACS_CONTROL = 0x14E;
  private static final int REPEAT = Integer.getInteger("faults.repeat", 200);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @TempDir private Path directory;
  private Capture recorded;
  private FixtureHost host;
  private Path spoolDirectory;
  private Spool spool;
  private SpoolingReader reader;
  private Thread running;
  private final AtomicReference<Throwable> ended = new AtomicReference<>();
  private final FrameReader frames = new FrameReader();

  @BeforeEach
  void buildHost() throws IOException {
    recorded = TestCaptures.read("switch-before.cap");
    host = FixtureHost.of(recorded, Files.createDirectory(directory.resolve("h")));
    spoolDirectory = directory.resolve("spool");
  }

  private void open(Map<String, String> more) throws IOException {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("collector.root", host.root().toString());
    settings.put("collector.spool.dir", spoolDirectory.toString());
    settings.put("collector.glance.interval.ms", "100");
    settings.putIfAbsent("collector.reads.per.second", "100000");
    CollectorConfig config = CollectorConfig.from(settings);
    spool = Spool.open(spoolDirectory, config.spoolLimits());
    // Patient to the last: how busy this machine is decides nothing.
    reader = new SpoolingReader(config, spool, Clock.systemUTC(), Duration.ofSeconds(2));
  }

  private void run() {
    running =
        new Thread(
            () -> {
              try {
                reader.run();
              } catch (IOException | InterruptedException | RuntimeException failed) {
                ended.set(failed);
              }
            });
    running.start();
  }

  @AfterEach
  void stop() throws Exception {
    if (running != null) {
      reader.stop();
      running.join(LIMIT.toMillis());
      assertNull(ended.get());
    }
  }

  private Capture lastSnapshot() throws IOException {
    Capture last = null;
    for (SpoolEntry entry : spool.entries()) {
      byte[] frame = entry.type() == FrameType.SNAPSHOT ? spool.read(entry).bytes() : null;
      if (frame != null) {
        assertNull(frames.wrap(frame));
        last = frames.toCapture();
      }
    }
    return last;
  }

  private static CapturedFunction function(Capture capture, PciAddress address) {
    return capture.functions().stream()
        .filter(f -> f.address().equals(address))
        .findFirst()
        .orElse(null);
  }

  private static int control(Capture capture) {
    return function(capture, PORT).config().u16(ACS_CONTROL);
  }

  private void awaitControl(int control) {
    Awaitility.await()
        .atMost(LIMIT)
        .until(() -> lastSnapshot() != null && control(lastSnapshot()) == control);
  }

  /** Makes a file one whose reader waits for ever, as in a function that hangs in a reset. */
  private void block(Path file) throws Exception {
    Files.delete(file);
    Machine.blockingFile(file);
  }

  @Test
  void aFunctionThatComesAndGoesHarmsNoSweep() throws Exception {
    PciAddress flapping = recorded.functions().get(recorded.functions().size() - 1).address();
    Path place = host.path(host.realDirectory(flapping));
    Path away = host.root().resolve("away");
    HostReader hostReader = new HostReader(new HostTree(host.root()), Clock.systemUTC());
    AtomicReference<Boolean> over = new AtomicReference<>(false);
    Thread flap =
        new Thread(
            () -> {
              try {
                while (!over.get()) {
                  Files.move(place, away, StandardCopyOption.ATOMIC_MOVE);
                  Thread.onSpinWait();
                  Files.move(away, place, StandardCopyOption.ATOMIC_MOVE);
                }
              } catch (IOException failed) {
                ended.set(failed);
              }
            });
    flap.start();
    int absent = 0;
    int present = 0;
    try {
      for (int sweep = 1; sweep <= REPEAT; sweep++) {
        Capture seen = hostReader.read("h", sweep, List.of());
        for (CapturedFunction function : recorded.functions()) {
          CapturedFunction found = function(seen, function.address());
          if (!function.address().equals(flapping)) {
            assertTrue(found.isSameAs(function), found::toString);
          } else if (found == null || found.readStatus() == ReadStatus.UNREADABLE) {
            absent++;
          } else {
            present++;
            byte[] bytes = found.config().toByteArray();
            assertArrayEquals(function.config().toByteArray(), bytes, "whole or not at all");
          }
        }
      }
    } finally {
      over.set(true);
      flap.join();
    }
    assertNull(ended.get());
    assertEquals(REPEAT, absent + present);
  }

  @Test
  void readsThatBlockInManyFunctionsDelayTheFirstSnapshotAndNothingElse() throws Exception {
    List<PciAddress> blocked =
        recorded.functions().subList(2, 5).stream().map(CapturedFunction::address).toList();
    for (PciAddress address : blocked) {
      block(host.path(host.realDirectory(address) + "/config"));
    }
    open(Map.of());
    run();

    Awaitility.await().atMost(LIMIT).until(() -> lastSnapshot() != null);
    for (CapturedFunction function : lastSnapshot().functions()) {
      assertEquals(
          blocked.contains(function.address()),
          function.readStatus() == ReadStatus.UNREADABLE,
          function::toString);
    }
    assertEquals(recorded.functions().size(), lastSnapshot().functions().size());
  }

  @Test
  void aProcessThatCannotBeReadKeepsItsDevices() throws Exception {
    PciAddress device = PciAddress.parse("0000:06:00.0");
    host.link("/sys/bus/pci/drivers/vfio-pci/" + device, host.realDirectory(device));
    host.write(
        "/proc/70/cmdline", "qemu-system-x86_64\0-uuid\0u-1\0-device\0vfio-pci,host=06:00.0\0");
    open(Map.of());
    reader.tick(1);
    assertEquals("u-1", lastSnapshot().owners().get(0).vm());

    block(host.path("/proc/70/cmdline"));
    host.poke(PORT, ACS_CONTROL, 0x19);
    reader.tick(20 * SECOND); // the time to look for new processes
    reader.tick(400 * SECOND);

    assertEquals(0x19, control(lastSnapshot()));
    assertEquals("u-1", lastSnapshot().owners().get(0).vm());
  }

  @Test
  void whatFindsNoPlaceOnDiskIsToldOnceThereIsOne() throws Exception {
    open(Map.of());
    run();
    Awaitility.await().atMost(LIMIT).until(() -> lastSnapshot() != null);
    for (int round = 0; round < 5; round++) {
      Path away = directory.resolve("away" + round);
      Files.move(spoolDirectory, away);
      Files.createFile(spoolDirectory); // a directory that is only removed is made again
      long failures = reader.failures();
      int control = round % 2 == 0 ? 0x19 : 0x1D;
      host.poke(PORT, ACS_CONTROL, control);
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> running.isAlive() && reader.failures() > failures && seenByWatcher(control));
      Files.delete(spoolDirectory);
      awaitControl(control);
    }
  }

  @Test
  void makesASpoolThatWasRemovedAgain() throws Exception {
    open(Map.of());
    run();
    // Snapshot and heartbeat of the first look: then it writes nothing for a while.
    Awaitility.await().atMost(LIMIT).until(() -> spool.entries().size() >= 2);
    Files.move(spoolDirectory, directory.resolve("away"));

    host.poke(PORT, ACS_CONTROL, 0x19);

    awaitControl(0x19);
    assertEquals(0, reader.failures());
  }

  private boolean seenByWatcher(int control) {
    return control(reader.lastSeen()) == control;
  }

  @Test
  void aFullDiskStopsNoLook() throws Exception {
    try (Machine.SmallDisk disk = Machine.smallDisk(directory.resolve("small"), "512k")) {
      spoolDirectory = disk.path().resolve("spool");
      open(Map.of());
      run();
      try {
        Awaitility.await().atMost(LIMIT).until(() -> lastSnapshot() != null);
        for (int round = 0; round < 5; round++) {
          fillTheDiskAndChangeAWord(disk.path().resolve("filler"), round % 2 == 0 ? 0x19 : 0x1D);
        }
      } finally {
        stop();
        running = null;
      }
    }
  }

  private void fillTheDiskAndChangeAWord(Path filler, int control) throws Exception {
    long failures = reader.failures();
    for (SpoolEntry entry : spool.entries()) {
      spool.remove(entry); // nothing is left that could go for the new one
    }
    fill(filler);
    host.poke(PORT, ACS_CONTROL, control);
    Awaitility.await()
        .atMost(LIMIT)
        .until(() -> reader.failures() > failures && seenByWatcher(control));
    assertTrue(running.isAlive());
    Files.delete(filler);
    awaitControl(control);
  }

  private static void fill(Path file) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[4096]);
      }
    } catch (IOException full) {
      assertTrue(Files.size(file) > 0, full::toString);
    }
  }

  @Test
  void toldToStopInASlowSweepItStillTellsHowThingsAre() throws Exception {
    open(Map.of("collector.reads.per.second", "20"));
    run();
    Awaitility.await().atMost(LIMIT).until(() -> lastSnapshot() != null);
    host.poke(PORT, ACS_CONTROL, 0x19);
    Awaitility.await().atMost(LIMIT).until(() -> reader.sweeps() == 2);
    host.poke(PORT, ACS_CONTROL, 0x11);

    reader.stop();
    running.join(LIMIT.toMillis());

    assertEquals(0x11, control(lastSnapshot()));
  }

  @Test
  void theLastWordsAreThoseOfTheMomentEvenIfAFunctionBlocks() throws Exception {
    open(Map.of("collector.glance.interval.ms", "60000"));
    run();
    Awaitility.await().atMost(LIMIT).until(() -> spool.entries().size() >= 2);
    block(host.path(host.realDirectory(PciAddress.parse("0000:06:00.0")) + "/config"));
    host.poke(PORT, ACS_CONTROL, 0x11);
    host.write("/sys/kernel/kexec_loaded", "1\n");

    reader.stop();
    running.join(LIMIT.toMillis());

    assertEquals(0x11, control(lastSnapshot()));
    assertTrue(lastSnapshot().kexecLoaded());
    KexecEvent said = null;
    for (SpoolEntry entry : spool.entries()) {
      if (entry.type() == FrameType.KEXEC_EVENT) {
        assertNull(frames.wrap(spool.read(entry).bytes()));
        said = frames.toKexecEvent();
      }
    }
    assertNotNull(said);
    assertEquals(KexecEvent.Step.GOING_DOWN, said.step());
  }
}
