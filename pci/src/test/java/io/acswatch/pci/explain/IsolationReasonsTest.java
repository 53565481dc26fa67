package io.acswatch.pci.explain;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.groups.SnapshotGrouping;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.snapshot.Snapshot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words for why a function isolates that no whole explanation comes to. */
class IsolationReasonsTest {
  private static final String LATE = "6.19.14";
  private static final PciIds SUNRISE_POINT = new PciIds(0x8086, 0xa110, 0x060400);

  private static IsolationReasons reasons(Snapshot snapshot, @Nullable Snapshot before) {
    HostView view = new HostView(snapshot);
    return new IsolationReasons(
        view, SnapshotGrouping.grouping(snapshot, view.choice(), before), before != null);
  }

  @Test
  void vfIsNeverAskedWhateverItsRegistersSay() {
    TestHost host =
        new TestHost()
            .add("PF", "00:02.0", null, ENDPOINT, true, OK)
            .vf("VF", "00:02.1", "PF")
            .acs("VF", OK);

    assertEquals("a VF is never asked for ACS", reasons(host.snapshot(), null).reason(1));
  }

  /** Two functions of one slot: the second one was not switched on when the first was grouped. */
  private static Snapshot pair(PciIds ids, AcsRegisters second, String boot) {
    return new TestHost()
        .add("P0", "00:1c.0", null, ROOT_PORT, true, NONE)
        .add("P1", "00:1c.1", null, ROOT_PORT, true, second, ids)
        .release(LATE)
        .kexec(boot)
        .snapshot();
  }

  @Test
  void wordOfTheBootBeforeIsTheOneTheFunctionHadThen() {
    PciIds plain = new PciIds(0x1AF4, 1, 0x060400);
    AcsRegisters wide = new AcsRegisters(0x148, 0x5F, 0x0123, 0x7000_001D);
    AcsRegisters wideBefore = new AcsRegisters(0x148, 0x5F, 0x0123, 0x7000_0019);
    String told = "Control was still 0019, of the boot before, when 0000:00:1c.0 was grouped";

    assertEquals(
        told, reasons(pair(plain, OK, "boot-2"), pair(plain, CLEARED, "boot-1")).reasonWhen(1, 0));
    assertEquals(
        told,
        reasons(pair(SUNRISE_POINT, wide, "boot-2"), pair(SUNRISE_POINT, wideBefore, "boot-1"))
            .reasonWhen(1, 0));
  }

  @ParameterizedTest(name = "Capability {0}, Control {1}")
  @CsvSource({
    "005f, 001d, ''",
    "009f, 021d, ''",
    "009f, 001d, ; requests to the memory of ports are not redirected",
    "009f, 031d, ; requests to the memory of ports are not redirected"
  })
  void memoryOfPortsIsAWayPastWhereItsAccessIsNotRedirected(
      String capability, String control, String way) {
    AcsRegisters acs =
        new AcsRegisters(0x148, Integer.parseInt(capability, 16), Integer.parseInt(control, 16), 0);
    TestHost host = new TestHost().add("RP", "00:01.0", null, ROOT_PORT, false, acs);

    assertEquals(way, reasons(host.snapshot(), null).wayPast(0));
  }
}
