package io.acswatch.collector.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.collector.TestCaptures;
import io.acswatch.collector.command.FixtureHost;
import io.acswatch.collector.source.HostReader;
import io.acswatch.collector.source.HostTree;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.Capture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostWatcherTest {
  private static final PciAddress PORT = PciAddress.parse("0000:00:03.0");
  private static final int ACS_CONTROL = 0x14E;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @TempDir private Path directory;
  private FixtureHost host;
  private HostWatcher watcher;

  @BeforeEach
  void buildHost() throws IOException {
    host =
        FixtureHost.of(
            TestCaptures.read("switch-before.cap"), Files.createDirectory(directory.resolve("h")));
    watcher = watcher(Map.of());
  }

  private HostWatcher watcher(Map<String, String> more) throws IOException {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("collector.bootstrap.servers", "localhost:1");
    return new HostWatcher(
        CollectorConfig.from(settings),
        new HostReader(new HostTree(host.root()), Clock.systemUTC()));
  }

  @Test
  void takesASnapshotAtTheStart() throws IOException {
    Capture first = requireSnapshot(0);

    assertEquals("fixture", first.host());
    assertEquals(12_340, first.sequence());
  }

  @Test
  void isSilentWhileNothingChanges() throws IOException {
    watcher.tick(0);

    assertNull(watcher.tick(1 * SECOND));
    assertNotNull(watcher.tick(5 * SECOND), "all once more, since no device comes any more");
    assertNull(watcher.tick(6 * SECOND));
    assertNull(watcher.tick(3_599 * SECOND));
  }

  @Test
  void takesASnapshotEverySoOften() throws IOException {
    watcher.tick(0);

    assertNotNull(watcher.tick(3_600 * SECOND));
  }

  /** Every byte at the start, when devices are quiet, and once an hour; else what facts need. */
  @Test
  void readsEveryByteOnceAnHour() throws IOException {
    watcher.tick(0);
    long whole = watcher.dwords();
    watcher.tick(5 * SECOND);
    long last = watcher.dwords();
    assertTrue(last >= 2 * whole, last + " of " + whole);
    int sweeps = 0;
    for (int second = 6; second < 3_605; second++) {
      watcher.tick(second * SECOND);
      sweeps += (second - 5) % 60 == 0 ? 1 : 0;
    }
    long narrow = watcher.dwords() - last;
    assertTrue(narrow < whole / 20 * sweeps, narrow + " in " + sweeps + " sweeps, whole " + whole);
    last = watcher.dwords();
    watcher.tick(3_605 * SECOND);
    assertTrue(watcher.dwords() - last >= whole);
  }

  /** What no fact depends on is told within the hour, and kept where it was seen. */
  @Test
  void seesABitThatIsNoFactByTheWholeRead() throws IOException {
    watcher.tick(0);
    watcher.tick(5 * SECOND);
    host.poke(PORT, 0x800, 0x5A);
    assertNull(watcher.tick(70 * SECOND));
    Capture whole = watcher.tick(3_605 * SECOND);
    assertEquals(
        0x5A,
        whole.functions().stream()
            .filter(function -> function.address().equals(PORT))
            .findFirst()
            .orElseThrow()
            .config()
            .u8(0x800));
  }

  @Test
  void numbersSnapshotsByTheUptimeAndNeverTwiceTheSame() throws IOException {
    watcher.tick(0);

    assertEquals(12_341, requireSnapshot(3_600 * SECOND).sequence());
    host.write("/proc/uptime", "400.00 1.0\n");
    assertEquals(400_000, requireSnapshot(7_200 * SECOND).sequence());
  }

  @Test
  void seesALostControlBitAtOnce() throws IOException {
    watcher.tick(0);
    host.poke(PORT, ACS_CONTROL, 0x19);

    assertNotNull(watcher.tick(1));
    assertNull(watcher.tick(2));
  }

  @Test
  void seesThatAKexecImageWasLoaded() throws IOException {
    watcher.tick(0);
    host.write("/sys/kernel/kexec_loaded", "1\n");

    Capture loaded = requireSnapshot(1);

    assertTrue(loaded.kexecLoaded());
  }

  @Test
  void doesNotMindEventsOfOtherDevices() throws IOException {
    watcher.tick(0);
    host.write("/sys/kernel/uevent_seqnum", "1001\n");

    assertNull(watcher.tick(3 * SECOND));
  }

  @Test
  void sendsWhatADeviceEventChangedOnceItSettled() throws IOException {
    watcher.tick(0);
    host.write("/sys/kernel/uevent_seqnum", "1001\n");
    host.link("/sys/kernel/iommu_groups/77", "/sys/kernel");
    host.write(host.realDirectory(PORT) + "/removable", "removable\n");

    assertNull(watcher.tick(1 * SECOND), "too soon after the snapshot before");
    assertNotNull(watcher.tick(2 * SECOND));
    assertNull(watcher.tick(5 * SECOND));
  }

  @Test
  void leavesASleepingPortAsItWasSeenLast() throws IOException {
    watcher.tick(0);
    host.write(host.realDirectory(PORT) + "/power_state", "D3cold\n");

    assertNull(watcher.tick(1));
  }

  @Test
  void readsOwnersAnewWhenTheFileChanges() throws IOException {
    Path owners = Files.writeString(directory.resolve("owners"), "owner\t01:00.0\tvm1\ttest\n");
    watcher = watcher(Map.of("collector.owners.file", owners.toString()));
    assertEquals(1, requireSnapshot(0).owners().size());

    Files.writeString(owners, "owner\t01:00.0\tvm1\ttest\nowner\t02:00.0\tvm2\ttest\n");

    assertEquals(2, requireSnapshot(1).owners().size());
    assertNull(watcher.tick(2));
  }

  @Test
  void keepsTheOwnersItHadWhenTheFileIsDamaged() throws IOException {
    Path owners = Files.writeString(directory.resolve("owners"), "owner\t01:00.0\tvm1\ttest\n");
    watcher = watcher(Map.of("collector.owners.file", owners.toString()));
    requireSnapshot(0);

    Files.writeString(owners, "owner\tnonsense\n");

    assertNull(watcher.tick(1));
    assertEquals("vm1", requireSnapshot(300 * SECOND).owners().get(0).vm());
  }

  private Capture requireSnapshot(long nanos) throws IOException {
    Capture capture = watcher.tick(nanos);
    assertNotNull(capture);
    return capture;
  }
}
