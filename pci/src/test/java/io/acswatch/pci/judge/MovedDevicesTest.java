package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.snapshot.AlteredFunction;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices that are in another place: by serial number, or by a bridge more or less above them. */
class MovedDevicesTest {
  private static final String FIRST_SLOT = "pci0000:00/01.0/00.0";
  private static final String SECOND_SLOT = "pci0000:00/02.0/00.0";

  private static TestHost empty(String boot) {
    return new TestHost()
        .add("RP1", "00:01.0", null, ROOT_PORT, false, OK)
        .add("RP2", "00:02.0", null, ROOT_PORT, false, OK)
        .kexec(boot);
  }

  private static TestHost host(String boot, String bdf, String port) {
    return empty(boot).add("A", bdf, port, ENDPOINT, false, NONE);
  }

  /** The device below a switch in the first slot. */
  private static TestHost belowSwitch(String boot, String port, String bdf) {
    return empty(boot)
        .add("UP", "01:00.0", "RP1", UPSTREAM_PORT, false, NONE)
        .add("D", port, "UP", DOWNSTREAM_PORT, false, OK)
        .add("A", bdf, "D", ENDPOINT, false, NONE);
  }

  private static Snapshot serial(TestHost host, String bdf, long serial) {
    return AlteredFunction.in(host.snapshot(), bdf, f -> f.serial(serial));
  }

  private static List<IsolationAlert> found(Snapshot before, Snapshot after) {
    return MovedDevices.of(new Comparison(before, after));
  }

  private static List<String> headlines(Snapshot before, Snapshot after) {
    return found(before, after).stream().map(IsolationAlert::headline).toList();
  }

  private static String moved(String from, String to) {
    return "The device at " + to + " was at " + from + " before";
  }

  @ParameterizedTest(name = "serial number {0}, then {1}")
  @CsvSource({"7, 7, true", "7, 8, false", "7, 0, false", "0, 7, false", "0, 0, false"})
  void serialNumberTellsADeviceInAnotherSlot(long then, long now, boolean same) {
    assertEquals(
        same ? List.of(moved(FIRST_SLOT, SECOND_SLOT)) : List.of(),
        headlines(
            serial(host("boot-1", "01:00.0", "RP1"), "01:00.0", then),
            serial(host("boot-2", "02:00.0", "RP2"), "02:00.0", now)));
  }

  /** All functions of a card carry its serial number. */
  @Test
  void otherFunctionOfACardIsAnotherDevice() {
    assertEquals(
        List.of(),
        headlines(
            serial(host("boot-1", "01:00.0", "RP1"), "01:00.0", 7),
            serial(host("boot-2", "02:00.1", "RP2"), "02:00.1", 7)));
  }

  @Test
  void otherIdsAreAnotherDevice() {
    Snapshot after = serial(host("boot-2", "02:00.0", "RP2"), "02:00.0", 7);

    assertEquals(
        List.of(),
        headlines(
            serial(host("boot-1", "01:00.0", "RP1"), "01:00.0", 7),
            AlteredFunction.in(after, "02:00.0", f -> f.ids(0x1AF4, 2, 0x020000))));
  }

  /** A second device of the same serial number is none that moved; a successor in its place is. */
  @ParameterizedTest(name = "the place holds serial number {0}")
  @CsvSource({"7, false", "9, true"})
  void deviceThatIsStillThereHasNotMoved(long there, boolean moved) {
    TestHost both =
        host("boot-2", "01:00.0", "RP1").add("B", "02:00.0", "RP2", ENDPOINT, false, NONE);
    Snapshot after =
        AlteredFunction.in(serial(both, "01:00.0", there), "02:00.0", f -> f.serial(7));

    assertEquals(
        moved ? List.of(moved(FIRST_SLOT, SECOND_SLOT)) : List.of(),
        headlines(serial(host("boot-1", "01:00.0", "RP1"), "01:00.0", 7), after));
  }

  @Test
  void deviceInItsPlaceHasNotMovedWhateverLeft() {
    TestHost both =
        host("boot-1", "01:00.0", "RP1").add("B", "02:00.0", "RP2", ENDPOINT, false, NONE);
    Snapshot before = AlteredFunction.in(serial(both, "01:00.0", 7), "02:00.0", f -> f.serial(7));

    assertEquals(
        List.of(), headlines(before, serial(host("boot-2", "02:00.0", "RP2"), "02:00.0", 7)));
  }

  @ParameterizedTest(name = "VF before: {0}")
  @CsvSource({"true", "false"})
  void vfAndPhysicalFunctionAreNotTheSame(boolean vfBefore) {
    TestHost virtual =
        host(vfBefore ? "boot-1" : "boot-2", "01:00.0", "RP1").vf("V", "01:00.1", "A");
    TestHost physical =
        host(vfBefore ? "boot-2" : "boot-1", "01:00.0", "RP1")
            .add("B", "02:00.1", "RP2", ENDPOINT, false, NONE, new PciIds(0x1AF4, 2, 0x020000));
    Snapshot one = serial(virtual, "01:00.1", 7);
    Snapshot other = serial(physical, "02:00.1", 7);

    assertEquals(List.of(), vfBefore ? headlines(one, other) : headlines(other, one));
  }

  @Test
  void deviceWithABridgeMoreAboveItHasMoved() {
    assertEquals(
        List.of(moved(FIRST_SLOT, FIRST_SLOT + "/03.1/00.0")),
        headlines(
            host("boot-1", "01:00.0", "RP1").snapshot(),
            belowSwitch("boot-2", "02:03.1", "03:00.0").snapshot()));
  }

  @Test
  void deviceWithABridgeLessAboveItHasMoved() {
    assertEquals(
        List.of(moved(FIRST_SLOT + "/03.1/01.0", "pci0000:00/01.0/01.0")),
        headlines(
            belowSwitch("boot-1", "02:03.1", "03:01.0").snapshot(),
            host("boot-2", "01:01.0", "RP1").snapshot()));
  }

  @Test
  void deviceFurtherDownAtAnotherStepIsAnother() {
    assertEquals(
        List.of(),
        headlines(
            host("boot-1", "01:00.0", "RP1").snapshot(),
            belowSwitch("boot-2", "02:03.1", "03:01.0").snapshot()));
  }

  @Test
  void deviceFurtherDownBelowAnotherPortIsAnother() {
    assertEquals(
        List.of(),
        headlines(
            host("boot-1", "02:00.0", "RP2").snapshot(),
            belowSwitch("boot-2", "02:03.1", "03:00.0").snapshot()));
  }

  @Test
  void deviceOfARootBusHasNoBridgeToBeBelow() {
    Snapshot onRootBus =
        empty("boot-1").add("A", "00:00.0", null, ENDPOINT, false, NONE).snapshot();
    Snapshot below = host("boot-2", "01:00.0", "RP1").snapshot();

    assertEquals(List.of(), headlines(onRootBus, below));
  }

  @Test
  void findingTellsBothPlacesAndTheOwnersOfThenAndNow() {
    IsolationAlert alert =
        found(
                serial(host("boot-1", "01:00.0", "RP1").owner("A", "vm-b"), "01:00.0", 7),
                serial(host("boot-2", "02:00.0", "RP2").owner("A", "vm-a"), "02:00.0", 7))
            .get(0);

    assertEquals(AlertCode.TOPOLOGY_CHANGED, alert.code());
    assertEquals(Severity.WARNING, alert.severity());
    assertEquals(Comparison.fingerprint("host", alert.code(), SECOND_SLOT), alert.fingerprint());
    assertEquals(List.of("vm-a", "vm-b"), alert.vms());
    assertEquals(List.of(SECOND_SLOT), alert.devices().stream().map(d -> d.path().text()).toList());
    assertEquals(
        List.of(
            new Evidence.Fact("path", FIRST_SLOT, SECOND_SLOT),
            new Evidence.Fact("address", "0000:01:00.0", "0000:02:00.0"),
            Evidence.Fact.now("ids", "1af4:0001")),
        alert.evidence().facts());
  }

  @Test
  void deviceOfNobodyNamesNoVm() {
    assertEquals(
        List.of(),
        found(
                serial(host("boot-1", "01:00.0", "RP1"), "01:00.0", 7),
                serial(host("boot-2", "02:00.0", "RP2"), "02:00.0", 7))
            .get(0)
            .vms());
  }
}
