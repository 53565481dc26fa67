package io.acswatch.pci.iommu;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.CONVENTIONAL;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.PCIE_TO_PCI_BRIDGE;
import static io.acswatch.pci.hierarchy.PortType.ROOT_COMPLEX_ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.SnapshotGroups;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The worked topologies: groups by the kernel's rules, and by what the hardware keeps apart. */
class WorkedTopologiesTest {
  private static void expect(TestHost host, String legacy, String strict) {
    SnapshotGroups groups = SnapshotGroups.of(host.bareSnapshot(), null);
    assertEquals(legacy, host.describe(groups.derived()), "legacy");
    assertEquals(strict, host.describe(groups.strict()), "strict");
  }

  private static void expectBoth(TestHost host, String groups) {
    expect(host, groups, groups);
  }

  private static TestHost rootPort(@Nullable AcsRegisters acs) {
    return new TestHost().add("RP", "00:01.0", null, ROOT_PORT, false, acs);
  }

  private static TestHost multifunctionEndpoint(
      TestHost host, @Nullable AcsRegisters f0, @Nullable AcsRegisters f1) {
    return host.add("f0", "01:00.0", "RP", ENDPOINT, true, f0)
        .add("f1", "01:00.1", "RP", ENDPOINT, true, f1);
  }

  private static TestHost switchBelow(
      TestHost host, @Nullable AcsRegisters d1, @Nullable AcsRegisters d2, boolean oneSlot) {
    return host.add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
        .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, oneSlot, d1)
        .add("D2", oneSlot ? "02:00.1" : "02:01.0", "USP", DOWNSTREAM_PORT, oneSlot, d2)
        .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
        .add("B", "04:00.0", "D2", ENDPOINT, false, NONE);
  }

  private static TestHost rootPorts(@Nullable AcsRegisters first, @Nullable AcsRegisters second) {
    return new TestHost()
        .add("RP0", "00:01.0", null, ROOT_PORT, true, first)
        .add("RP1", "00:01.1", null, ROOT_PORT, true, second)
        .add("A", "01:00.0", "RP0", ENDPOINT, false, NONE)
        .add("B", "02:00.0", "RP1", ENDPOINT, false, NONE);
  }

  @Test
  void t1EndpointBelowAnIsolatingRootPortIsAlone() {
    expectBoth(rootPort(OK).add("EP", "01:00.0", "RP", ENDPOINT, false, NONE), "EP RP");
  }

  @Test
  void t2EndpointJoinsARootPortThatDoesNotIsolate() {
    expectBoth(rootPort(CLEARED).add("EP", "01:00.0", "RP", ENDPOINT, false, NONE), "EP,RP");
  }

  @Test
  void t3RootPortWithoutTheCapabilityMergesForTheKernelOnly() {
    expect(multifunctionEndpoint(rootPort(NONE), NONE, NONE), "RP,f0,f1", "RP f0 f1");
  }

  @Test
  void t4FunctionsWithoutTheCapabilityAreTogetherForTheKernelOnly() {
    expect(multifunctionEndpoint(rootPort(OK), NONE, NONE), "RP f0,f1", "RP f0 f1");
  }

  @Test
  void t4bClearedRootPortTakesAllFunctions() {
    expectBoth(multifunctionEndpoint(rootPort(CLEARED), NONE, NONE), "RP,f0,f1");
  }

  @Test
  void t4dIsolatingFunctionsAreApart() {
    expectBoth(multifunctionEndpoint(rootPort(OK), OK, OK), "RP f0 f1");
  }

  @Test
  void t4eOneClearedFunctionIsAHoleTheKernelDoesNotSee() {
    expect(multifunctionEndpoint(rootPort(OK), CLEARED, OK), "RP f0 f1", "RP f0,f1");
  }

  @Test
  void t4fClearedRootPortTakesIsolatingFunctionsToo() {
    expectBoth(multifunctionEndpoint(rootPort(CLEARED), OK, OK), "RP,f0,f1");
  }

  @Test
  void t5IsolatingSwitchKeepsAllApart() {
    expectBoth(switchBelow(rootPort(OK), OK, OK, false), "A B D1 D2 RP USP");
  }

  @Test
  void t6ClearedDownstreamPortsInSeparateSlotsAreAHoleTheKernelDoesNotSee() {
    expect(
        switchBelow(rootPort(OK), CLEARED, CLEARED, false), "A,D1 B,D2 RP USP", "A,B,D1,D2 RP USP");
  }

  @Test
  void t7OneClearedDownstreamPortOpensTheWholeSwitch() {
    expect(switchBelow(rootPort(OK), CLEARED, OK, false), "A,D1 B D2 RP USP", "A,B,D1,D2 RP USP");
  }

  @Test
  void t8ClearedRootPortMergesTheWholeTree() {
    expectBoth(switchBelow(rootPort(CLEARED), OK, OK, false), "A,B,D1,D2,RP,USP");
  }

  @Test
  void t8EachRequiredBitCounts() {
    for (int bit : new int[] {0x01, 0x04, 0x08, 0x10}) {
      AcsRegisters cleared = new AcsRegisters(0x148, 0x5F, 0x1D & ~bit, 0);
      expectBoth(switchBelow(rootPort(cleared), OK, OK, false), "A,B,D1,D2,RP,USP");
    }
  }

  @Test
  void t8bRootPortWithoutTheCapabilityMergesForTheKernelOnly() {
    expect(switchBelow(rootPort(NONE), OK, OK, false), "A,B,D1,D2,RP,USP", "A B D1 D2 RP USP");
  }

  @Test
  void t9ClearedDownstreamPortsOfOneSlotMerge() {
    expectBoth(switchBelow(rootPort(OK), CLEARED, CLEARED, true), "A,B,D1,D2 RP USP");
  }

  @Test
  void t9bOneClearedFunctionOfASlotLeavesTheOtherOut() {
    expect(switchBelow(rootPort(OK), CLEARED, OK, true), "A,D1 B D2 RP USP", "A,B,D1,D2 RP USP");
  }

  @Test
  void t10ConventionalDevicesGroupWithTheirBridge() {
    TestHost host =
        rootPort(OK)
            .add("BR", "01:00.0", "RP", PCIE_TO_PCI_BRIDGE, false, NONE)
            .add("P1", "02:01.0", "BR", CONVENTIONAL, false, NONE)
            .add("P2", "02:02.0", "BR", CONVENTIONAL, false, NONE);
    expect(host, "BR,P1,P2 RP", "BR P1,P2 RP");
  }

  @Test
  void t11VfsAreApart() {
    expectBoth(vfs(OK), "PF RP VF1 VF2");
  }

  @Test
  void t11bClearedRootPortMergesAllVfs() {
    expectBoth(vfs(CLEARED), "PF,RP,VF1,VF2");
  }

  private static TestHost vfs(AcsRegisters acs) {
    return rootPort(acs)
        .add("PF", "01:00.0", "RP", ENDPOINT, false, NONE)
        .vf("VF1", "01:00.1", "PF")
        .vf("VF2", "01:00.2", "PF");
  }

  @Test
  void t12IntegratedEndpointsWithoutTheCapabilityAreTogetherForTheKernelOnly() {
    TestHost host = new TestHost();
    for (int f = 0; f < 3; f++) {
      host.add("f" + f, "00:05." + f, null, ROOT_COMPLEX_ENDPOINT, true, NONE);
    }
    expect(host, "f0,f1,f2", "f0 f1 f2");
  }

  @Test
  void t14KernelLeavesAnIsolatingFunctionOut() {
    TestHost host =
        rootPort(OK)
            .add("f0", "01:00.0", "RP", ENDPOINT, true, OK)
            .add("f1", "01:00.1", "RP", ENDPOINT, true, CLEARED)
            .add("f2", "01:00.2", "RP", ENDPOINT, true, CLEARED);
    expect(host, "RP f0 f1,f2", "RP f0,f1,f2");
  }

  @Test
  void t15MultifunctionRootPorts() {
    expectBoth(rootPorts(OK, OK), "A B RP0 RP1");
    expectBoth(rootPorts(CLEARED, CLEARED), "A,B,RP0,RP1");
    expect(rootPorts(CLEARED, OK), "A,RP0 B RP1", "A,B,RP0,RP1");
    expect(rootPorts(NONE, NONE), "A,B,RP0,RP1", "A B RP0 RP1");
  }

  @Test
  void t16SharedDownstreamPortMergesTheSwitchBelowIt() {
    TestHost host =
        rootPort(OK)
            .add("U1", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
            .add("D1", "02:00.0", "U1", DOWNSTREAM_PORT, false, CLEARED)
            .add("D2", "02:01.0", "U1", DOWNSTREAM_PORT, false, OK)
            .add("U2", "03:00.0", "D1", UPSTREAM_PORT, false, NONE)
            .add("E1", "04:00.0", "U2", DOWNSTREAM_PORT, false, OK)
            .add("E2", "04:01.0", "U2", DOWNSTREAM_PORT, false, OK)
            .add("A", "05:00.0", "E1", ENDPOINT, false, NONE)
            .add("B", "06:00.0", "E2", ENDPOINT, false, NONE)
            .add("X", "07:00.0", "D2", ENDPOINT, false, NONE);
    expect(host, "A,B,D1,E1,E2,U2 D2 RP U1 X", "A,B,D1,D2,E1,E2,U2,X RP U1");
  }
}
