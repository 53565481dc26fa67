package io.acswatch.pci.iommu;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.PciIds;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the hardware keeps apart, beyond the worked topologies. */
class StrictModelTest {
  private static String strict(TestHost host) {
    return host.describe(SnapshotGroups.of(host.bareSnapshot(), null).strict());
  }

  @Test
  void whatWasNotReadCountsAsNotIsolating() {
    TestHost host =
        new TestHost()
            .add("f0", "00:02.0", null, ENDPOINT, true, OK)
            .add("f1", "00:02.1", null, ENDPOINT, true, OK)
            .unread("f0")
            .unread("f1")
            .add("RP", "00:03.0", null, ROOT_PORT, false, OK)
            .add("below", "01:00.0", "RP", ENDPOINT, false, OK)
            .unread("RP");

    assertEquals("RP,below f0,f1", strict(host));
  }

  @Test
  void whatNoRegisterShowsIsCalledAssumed() {
    TestHost host =
        new TestHost()
            .add("f0", "00:02.0", null, ENDPOINT, true, NONE)
            .add("f1", "00:02.1", null, ENDPOINT, true, NONE)
            .add("shown", "00:03.0", null, ROOT_PORT, false, OK)
            .add("below", "01:00.0", "shown", ENDPOINT, false, NONE)
            .add("bare", "00:04.0", null, ROOT_PORT, false, NONE)
            .add("under", "02:00.0", "bare", ENDPOINT, false, NONE);
    SnapshotGroups groups = SnapshotGroups.of(host.bareSnapshot(), null);

    assertEquals("bare below f0 f1 shown under", host.describe(groups.strict()));
    assertEquals(
        List.of("0000:00:02.0", "0000:00:02.1", "0000:00:04.0", "0000:02:00.0"),
        groups.assumed().stream().map(Object::toString).sorted().toList());
  }

  @Test
  void openFunctionOpensItsOwnSlotOnly() {
    TestHost host =
        new TestHost()
            .add("f0", "00:02.0", null, ENDPOINT, true, CLEARED)
            .add("f1", "00:02.1", null, ENDPOINT, true, OK)
            .add("other", "00:03.0", null, ENDPOINT, true, OK);

    assertEquals("f0,f1 other", strict(host));
  }

  @Test
  void openFunctionLeavesItsVfsApart() {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("f0", "01:00.0", "RP", ENDPOINT, true, CLEARED)
            .add("f1", "01:00.1", "RP", ENDPOINT, true, OK)
            .vf("vf", "01:00.4", "f0");

    assertEquals("RP f0,f1 vf", strict(host));
  }

  @Test
  void functionsThatShareAnIdAreTogether() {
    TestHost host =
        new TestHost()
            .add("f0", "00:02.0", null, ENDPOINT, true, OK, new PciIds(0x1b4b, 0x9230, 0x010600))
            .add("f1", "00:02.1", null, ENDPOINT, true, OK)
            .add("f2", "00:02.2", null, ENDPOINT, true, OK);

    assertEquals("f0,f1 f2", strict(host));
  }

  @Test
  void portWhoseIdIsItsOwnAnywayIsAPortLikeAnyOther() {
    // Devices of these ids use that of function 1, which is the first of the two ports.
    PciIds usesFunctionOne = new PciIds(0x1b4b, 0x9230, 0x060400);
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
            .add("D1", "02:00.1", "USP", DOWNSTREAM_PORT, true, OK, usesFunctionOne)
            .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, OK);

    assertEquals("D1 D2 RP USP", strict(host));
    assertEquals("D1,D2,USP RP", strict(host.readdress("D1", "02:00.0")));
  }

  private static TestHost enhanced(int control) {
    AcsRegisters acs = new AcsRegisters(0x148, 0xDF, control, 0);
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
        .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, acs)
        .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, OK);
  }

  @Test
  void portThatCouldRedirectRequestsToItsOwnMemoryMustDoSo() {
    assertEquals("D1 D2 RP USP", strict(enhanced(0x021D)));
    assertEquals("D1,D2 RP USP", strict(enhanced(0x001D)));
    assertEquals("D1,D2 RP USP", strict(enhanced(0x011D)));
    assertEquals("D1,D2 RP USP", strict(enhanced(0x0219)));
  }

  @Test
  void memoryOfTheUpstreamPortMustNotBeReachedEither() {
    assertEquals("D1 D2 RP USP", strict(enhanced(0x021D)), "it has none");
    assertEquals("D1 D2 RP USP", strict(enhanced(0x0A1D).memoryBar("USP")));
    assertEquals("D1,D2,USP RP", strict(enhanced(0x021D).memoryBar("USP")));
    assertEquals("D1,D2,USP RP", strict(enhanced(0x061D).memoryBar("USP")));
    assertEquals("D1,D2 RP USP", strict(enhanced(0x081D).memoryBar("USP")));
  }

  @Test
  void whatIsNoPortOnTheBusOfASwitchIsWithTheUpstreamPort() {
    TestHost host = enhanced(0x021D).add("E", "02:05.0", "USP", ENDPOINT, false, NONE);

    assertEquals("D1,D2,E,USP RP", strict(host));
  }

  @Test
  void rootPortLetsNobodyReachItsMemory() {
    AcsRegisters open = new AcsRegisters(0x148, 0xDF, 0x001D, 0);
    AcsRegisters redirects = new AcsRegisters(0x148, 0xDF, 0x021D, 0);
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, open)
            .add("A", "01:00.0", "RP", ENDPOINT, false, NONE);

    assertEquals("A,RP", strict(host));
    assertEquals("A RP", strict(host.acs("RP", redirects)));
  }

  @Test
  void egressControlOpensARootPortAndASlot() {
    AcsRegisters egress = new AcsRegisters(0x148, 0x7F, 0x3D, 0);
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, egress)
            .add("f0", "01:00.0", "RP", ENDPOINT, true, egress)
            .add("f1", "01:00.1", "RP", ENDPOINT, true, OK);

    assertEquals("RP f0 f1", strict(host));
    assertEquals("RP f0,f1", strict(host.egressOpen("f0")));
    assertEquals("RP,f0,f1", strict(host.egressOpen("RP")));
  }
}
