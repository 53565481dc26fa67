package io.acswatch.pci.iommu;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.PCIE_TO_PCI_BRIDGE;
import static io.acswatch.pci.hierarchy.PortType.PCI_TO_PCIE_BRIDGE;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.snapshot.Snapshot;
import org.junit.jupiter.api.Test;

/** Where the kernel's procedure, one function at a time, gives what no set of rules would. */
class OrderOfDiscoveryTest {
  private static String groups(TestHost host, Snapshot snapshot) {
    return host.describe(SnapshotGroups.of(snapshot, null).derived());
  }

  /** As on Arm, where the firmware maps no requester id of the root port. */
  private static TestHost belowAPortWithoutIommu(AcsRegisters acs) {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, acs)
        .add("f0", "01:00.0", "RP", ENDPOINT, true, NONE)
        .add("f1", "01:00.1", "RP", ENDPOINT, true, NONE)
        .reportGroup("RP", -1);
  }

  @Test
  void openingAPortThatNoIommuServesSplitsTheFunctionsBelowIt() {
    TestHost isolating = belowAPortWithoutIommu(OK);
    TestHost open = belowAPortWithoutIommu(CLEARED);

    assertEquals("f0,f1", groups(isolating, isolating.snapshot()));
    assertEquals("f0 f1", groups(open, open.snapshot()));
  }

  /** Function 0 of a slot, whose multi-function bit is not set, was removed and found again. */
  private static TestHost rescanned(AcsRegisters functionTwo) {
    return new TestHost()
        .add("RP2", "00:01.2", null, ROOT_PORT, true, functionTwo)
        .add("RP0", "00:01.0", null, ROOT_PORT, false, NONE)
        .add("RP1", "00:01.1", null, ROOT_PORT, true, NONE);
  }

  @Test
  void openingAPortSplitsASlotWhoseFunctionZeroWasFoundAgain() {
    TestHost isolating = rescanned(OK);
    TestHost open = rescanned(CLEARED);

    assertEquals("RP0,RP1 RP2", groups(isolating, isolating.bareSnapshot()));
    assertEquals("RP0 RP1,RP2", groups(open, open.bareSnapshot()));
  }

  /** The outer of two bridges was removed and found again, each having founded a group by then. */
  @Test
  void theNearestBridgeThatTakesOverTheIdsCounts() {
    TestHost host =
        new TestHost()
            .add("inner", "02:00.0", "outer", PCI_TO_PCIE_BRIDGE, false, NONE)
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("outer", "01:00.0", "RP", PCIE_TO_PCI_BRIDGE, false, OK)
            .add("E", "03:00.0", "inner", ENDPOINT, false, NONE);

    assertEquals("E,inner RP outer", groups(host, host.bareSnapshot()));
  }
}
