package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.SnapshotBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a boot came about, and when the order in which functions were found decides. */
class BootsAndOrderTest {
  @ParameterizedTest(name = "loader {0}, \"{1}\", \"{2}\": {3}")
  @CsvSource({
    "176, quiet, '', COLD",
    "208, quiet, '', KEXEC_PLAIN",
    "208, quiet, 'KHO: found kexec handover data', KEXEC_KHO",
    "-1, quiet, 'KHO: found kexec handover data', KEXEC_KHO",
    "208, quiet, 'luo: Retrieved live update data, liveupdate name: x', KEXEC_PLAIN",
    "208, quiet, 'was preserved by previous kernel across Live Update', LIVE_UPDATE",
    "208, elfcorehdr=0x1, 'was preserved by previous kernel across Live Update', CRASH_KEXEC",
    "-1, quiet, '', UNKNOWN",
    "-1, quiet, 'KHO: nothing', UNKNOWN"
  })
  void bootIsClassifiedByItsEvidence(
      int loader, String commandLine, String logLine, BootClass expected) {
    Boot boot = new Boot("boot", "6.12.74", "", commandLine, loader, 0);

    assertEquals(expected, BootClass.of(boot, List.of("first line", logLine)));
    assertEquals(expected != BootClass.COLD && expected != BootClass.UNKNOWN, expected.isKexec());
  }

  /** Function 0 does not say it is multi-function: it joins none, the others join it. */
  private static Snapshot ports(boolean functionZeroSays, boolean orderKnown) {
    TestHost host =
        new TestHost()
            .add("RP0", "00:01.0", null, ROOT_PORT, functionZeroSays, NONE)
            .add("RP1", "00:01.1", null, ROOT_PORT, true, NONE)
            .add("A", "01:00.0", "RP0", ENDPOINT, false, NONE);
    Snapshot known = host.bareSnapshot();
    SnapshotBuilder builder = new SnapshotBuilder(3);
    for (PciFunction f : known.functions()) {
      String place = "/sys/devices/pci0000:00/0000:00:01." + (f.address().devfn() & 7);
      String path = f.address().bus() == 0 ? place : place + "/" + f.address();
      builder.add(f.address(), path, f.ids(), f.config(), f.kernel());
    }
    Snapshot unknown = builder.build("host", known.boot(), BootClass.COLD, 0, 0, false);
    return orderKnown ? known : unknown;
  }

  @Test
  void orderMattersOnlyWhereItIsUnknownAndAnotherGivesOtherGroups() {
    assertTrue(SnapshotGroups.of(ports(false, false), null).orderMatters());
    assertFalse(SnapshotGroups.of(ports(true, false), null).orderMatters());
    assertFalse(SnapshotGroups.of(ports(false, true), null).orderMatters());
  }

  @Test
  void wordsOfTheBootBeforeDecideWhereAcsCameTooLate() {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
            .release("6.12.76");
    Snapshot before = host.bareSnapshot();
    Snapshot after = host.kexec("boot-2").bareSnapshot();

    assertEquals("A,RP", host.describe(SnapshotGroups.of(before, null).derived()));
    assertEquals("A RP", host.describe(SnapshotGroups.of(after, null, before).derived()));
  }

  @Test
  void earlierSnapshotOfTheSameBootIsNotTheBootBefore() {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, CLEARED)
            .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
            .release("6.12.76")
            .kexec("boot-2");
    Snapshot earlier = host.bareSnapshot();
    Snapshot now = host.acs("RP", OK).bareSnapshot();

    assertEquals("A RP", host.describe(SnapshotGroups.of(now, null, earlier).derived()));
  }

  @Test
  void wideControlWordOfTheBootBeforeDecidesToo() {
    PciIds sunrisePoint = new PciIds(0x8086, 0xa110, 0x060400);
    AcsRegisters off = new AcsRegisters(0x148, 0x5F, 0, 0);
    AcsRegisters on = new AcsRegisters(0x148, 0x5F, 0, 0x1D);
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, off, sunrisePoint)
            .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
            .release("6.12.76");
    Snapshot before = host.bareSnapshot();
    Snapshot after = host.acs("RP", on).kexec("boot-2").bareSnapshot();

    assertEquals("A,RP", host.describe(SnapshotGroups.of(after, null, before).derived()));
  }

  @Test
  void whatWasNotReadAndWhatNoRegisterShowsAreListed() {
    TestHost host =
        new TestHost()
            .add("PCH", "00:1c.0", null, ROOT_PORT, false, OK, new PciIds(0x8086, 0x8c10, 0x060400))
            .add("X", "00:02.0", null, ROOT_PORT, false, OK)
            .add("RP", "00:01.0", null, ROOT_PORT, false, CLEARED);
    Snapshot read = host.bareSnapshot();
    PciFunction x = read.functions().get(1);
    ConfigFacts nothing = ConfigFacts.unread(ReadStatus.UNREADABLE, 0);
    PciFunction unread = new PciFunction(x.address(), x.path(), x.ids(), nothing, x.kernel());
    SnapshotGroups groups =
        SnapshotGroups.of(
            read.withFunctions(List.of(read.functions().get(0), unread, read.functions().get(2))),
            null);

    assertEquals(List.of(x.address()), groups.unknown());
    assertEquals(List.of(read.functions().get(0).address()), groups.notComputable());
  }
}
