package io.acswatch.pci.iommu;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.CONVENTIONAL;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_COMPLEX_ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static io.acswatch.pci.iommu.AcsVerdict.ENFORCED;
import static io.acswatch.pci.iommu.AcsVerdict.NOT_COMPUTABLE;
import static io.acswatch.pci.iommu.AcsVerdict.NOT_ENFORCED;
import static io.acswatch.pci.iommu.AcsVerdict.UNKNOWN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.SnapshotGrouping;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether one function isolates: by its quirk, its type, its registers, or the command line. */
class AcsRulesTest {
  private static final int PORT_CLASS = 0x060400;

  private static TestHost port(int vendor, int device, @Nullable AcsRegisters acs) {
    return port(vendor, device, ROOT_PORT, acs);
  }

  private static TestHost port(int vendor, int device, PortType type, @Nullable AcsRegisters acs) {
    return new TestHost()
        .add("X", "00:1c.0", null, type, true, acs, new PciIds(vendor, device, PORT_CLASS));
  }

  private static AcsRules rules(TestHost host, String release, String commandLine) {
    Boot boot = new Boot("boot", release, "", commandLine, 0, 0);
    return new AcsRules(host.hierarchy(), ModelChoice.of(boot, null));
  }

  private static AcsVerdict verdict(TestHost host, String release) {
    return rules(host, release, "").verdict(0);
  }

  private static AcsVerdict verdict(TestHost host) {
    return verdict(host, "6.12.74");
  }

  @ParameterizedTest(name = "{0}: {1} with all controls on, {2} without a capability")
  @CsvSource({
    "ROOT_PORT, ENFORCED, NOT_ENFORCED",
    "DOWNSTREAM_PORT, ENFORCED, NOT_ENFORCED",
    "UPSTREAM_PORT, ENFORCED, NOT_ENFORCED",
    "ENDPOINT, ENFORCED, NOT_ENFORCED",
    "LEGACY_ENDPOINT, ENFORCED, NOT_ENFORCED",
    "ROOT_COMPLEX_ENDPOINT, ENFORCED, NOT_ENFORCED",
    "ROOT_COMPLEX_EVENT_COLLECTOR, NOT_ENFORCED, NOT_ENFORCED",
    "PCIE_TO_PCI_BRIDGE, NOT_ENFORCED, NOT_ENFORCED",
    "PCI_TO_PCIE_BRIDGE, NOT_ENFORCED, NOT_ENFORCED",
    "CONVENTIONAL, NOT_ENFORCED, NOT_ENFORCED",
    "RESERVED, ENFORCED, ENFORCED"
  })
  void typeOfAMultifunctionDeviceDecidesWhetherItsRegistersCount(
      PortType type, AcsVerdict enabled, AcsVerdict without) {
    assertEquals(enabled, verdict(port(0x1234, 1, type, OK)));
    assertEquals(without, verdict(port(0x1234, 1, type, NONE)));
  }

  @Test
  void vfIsolatesAlthoughItsHeaderReadsAsAbsent() {
    TestHost host =
        new TestHost()
            .add("PF", "01:00.0", null, ENDPOINT, true, CLEARED)
            .vf("VF", "01:00.1", "PF");
    List<PciFunction> functions = new ArrayList<>(host.bareSnapshot().functions());
    PciFunction vf = functions.get(1);
    ConfigFacts absent = ConfigFacts.unread(ReadStatus.ALL_ONES, 4096);
    functions.set(1, new PciFunction(vf.address(), vf.path(), vf.ids(), absent, vf.kernel()));
    Boot boot = new Boot("boot", "6.12.74", "", "", 0, 0);
    AcsRules rules = new AcsRules(HostHierarchy.of(functions), ModelChoice.of(boot, null));

    assertEquals(NOT_ENFORCED, rules.verdict(0));
    assertEquals(ENFORCED, rules.verdict(1));
  }

  @Test
  void quirkThatIsolatesNeedsNoCapability() {
    assertEquals(ENFORCED, verdict(port(0x17cb, 0x0401, NONE)));
    assertEquals(NOT_ENFORCED, verdict(port(0x17cb, 0x0402, NONE)));
  }

  @Test
  void quirkThatRefusesOverrulesTheCapability() {
    assertEquals(NOT_ENFORCED, verdict(port(0x1d17, 0x9999, OK)));
    assertEquals(ENFORCED, verdict(port(0x1d17, 0x0710, CLEARED)));
    assertEquals(ENFORCED, verdict(port(0x1d17, 0x0710, DOWNSTREAM_PORT, CLEARED)));
    assertEquals(ENFORCED, verdict(port(0x1d17, 0x9999, ENDPOINT, OK)));
  }

  @Test
  void quirkOfRootPortsSaysNothingOfOtherTypes() {
    assertEquals(ENFORCED, verdict(port(0x177d, 0xa000, NONE)));
    assertEquals(NOT_ENFORCED, verdict(port(0x177d, 0xa000, DOWNSTREAM_PORT, NONE)));
  }

  @Test
  void everyIntegratedEndpointOfIntelIsolates() {
    assertEquals(ENFORCED, verdict(port(0x8086, 0xabcd, ROOT_COMPLEX_ENDPOINT, NONE)));
    assertEquals(NOT_ENFORCED, verdict(port(0x8086, 0xabcd, ENDPOINT, NONE)));
  }

  @Test
  void sunrisePointKeepsControlInTheSecondDword() {
    AcsRegisters enabled = new AcsRegisters(0x148, 0x5F, 0, 0x1D);
    AcsRegisters disabled = new AcsRegisters(0x148, 0x5F, 0x1D, 0x1C);

    assertEquals(ENFORCED, verdict(port(0x8086, 0xa110, enabled)));
    assertEquals(NOT_ENFORCED, verdict(port(0x8086, 0xa110, disabled)));
    assertEquals(NOT_ENFORCED, verdict(port(0x8086, 0xa110, NONE)));
    assertTrue(rules(port(0x8086, 0xa110, enabled), "7.0.0", "").hasDwordRegisters(0));
    assertFalse(rules(port(0x8086, 0xa0ff, enabled), "7.0.0", "").hasDwordRegisters(0));
    assertFalse(rules(port(0x8086, 0xa110, DOWNSTREAM_PORT, OK), "7.0.0", "").hasDwordRegisters(0));
  }

  @Test
  void brokenSourceValidationIsNotDemandedSince70() {
    AcsRegisters withoutSv = new AcsRegisters(0x148, 0x5F, 0x1C, 0);

    assertEquals(NOT_ENFORCED, verdict(port(0x111d, 0x80b5, withoutSv), "6.19.14"));
    assertEquals(ENFORCED, verdict(port(0x111d, 0x80b5, withoutSv), "7.0.0"));
    assertEquals(NOT_ENFORCED, verdict(port(0x111d, 0x80b5, CLEARED), "7.0.0"));
    assertEquals(NOT_ENFORCED, verdict(port(0x111d, 0x80b5, NONE), "7.0.0"));
    assertTrue(rules(port(0x111d, 0x80b5, OK), "7.0.0", "").lacksSourceValidation(0));
    assertFalse(rules(port(0x111d, 0x80b6, OK), "7.0.0", "").lacksSourceValidation(0));
    assertFalse(rules(port(0x8086, 0x1521, OK), "7.0.0", "").lacksSourceValidation(0));
  }

  @Test
  void quirkHoldsInTheKernelsThatHaveIt() {
    TestHost hamoa = port(0x17cb, 0x0111, NONE);

    assertEquals(NOT_ENFORCED, verdict(hamoa, "6.12.74"));
    assertEquals(ENFORCED, verdict(hamoa, "6.12.75"));
    assertEquals(NOT_ENFORCED, verdict(hamoa, "6.18.1"));
    assertEquals(ENFORCED, verdict(hamoa, "6.19.14"));
  }

  private static TestHost amd(int vendor, int classCode) {
    return port(0x1022, 0x780f, ENDPOINT, NONE)
        .add("IOMMU", "00:00.2", null, CONVENTIONAL, false, NONE, new PciIds(vendor, 1, classCode));
  }

  @Test
  void amdSouthbridgeIsolatesWhereThereIsAnAmdIommu() {
    assertEquals(ENFORCED, verdict(amd(0x1022, 0x080600)));
    assertEquals(ENFORCED, verdict(amd(0x1002, 0x080600)), "RD890, SR5690");
    assertEquals(ENFORCED, verdict(amd(0x1d94, 0x080600)), "Hygon");
    assertEquals(NOT_ENFORCED, verdict(amd(0x1b36, 0x080600)), "an IOMMU of another kind");
    assertEquals(NOT_ENFORCED, verdict(amd(0x1022, 0x080500)));
    assertNull(rules(amd(0x1022, 0x080500), "6.12.74", "").quirk(0));
    TestHost named = amd(0x1022, 0x080500).iommus("ivhd0 ivhd1");
    assertEquals(
        ENFORCED,
        new AcsRules(named.hierarchy(), ModelChoice.of(named.bareSnapshot().boot(), null))
            .verdict(0),
        "the driver names its IOMMUs");
    assertTrue(rules(amd(0x1022, 0x080600), "6.12.74", "").quirk(0).contains("AMD southbridge"));
  }

  @Test
  void amdSouthbridgeQuirkIsOfMultifunctionDevicesOnARootBus() {
    TestHost below = amd(0x1022, 0x080600);
    below.add("Y", "01:00.1", "X", ENDPOINT, true, NONE, new PciIds(0x1022, 0x780f, 0x020000));

    AcsRules rules = rules(below, "6.12.74", "");

    assertNull(rules.quirk(below.hierarchy().size() - 1));
    assertEquals(NOT_ENFORCED, rules.verdict(below.hierarchy().size() - 1));
  }

  private static AcsVerdict byChipset(int lengthBytes, int chipsetBase, int lpcDevice) {
    return chipsetRules(lengthBytes, chipsetBase, lpcDevice).verdict(0);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "5.8.18, ENFORCED",
    "5.9.0, NOT_ENFORCED",
    "5.9.8, NOT_ENFORCED",
    "5.9.9, ENFORCED",
    "6.10.14, ENFORCED",
    "6.11.6, NOT_ENFORCED",
    "6.11.7, ENFORCED"
  })
  void kernelsThatLookForTheCapabilityFirstDoNotSwitchOldIntelRootPortsOn(
      String release, AcsVerdict verdict) {
    List<PciFunction> functions =
        List.of(
            function("00:1c.0", 0x8c10, ROOT_PORT, 4096, 0),
            function("00:1f.0", 0x8c44, CONVENTIONAL, 256, 0xFED1C001));
    Boot boot = new Boot("boot", release, "", "", 0, 0);
    AcsRules rules = new AcsRules(HostHierarchy.of(functions), ModelChoice.of(boot, null));

    assertEquals(ENFORCED, rules.verdict(0), "with the capability");
    List<PciFunction> without = List.of(withoutAcs(functions.get(0)), functions.get(1));
    assertEquals(
        verdict, new AcsRules(HostHierarchy.of(without), ModelChoice.of(boot, null)).verdict(0));
  }

  private static PciFunction withoutAcs(PciFunction function) {
    return new PciFunction(
        function.address(),
        function.path(),
        function.ids(),
        function.config().withAcs(null),
        function.kernel());
  }

  private static AcsRules chipsetRules(int lengthBytes, int chipsetBase, int lpcDevice) {
    List<PciFunction> functions = new ArrayList<>();
    functions.add(function("00:1c.0", 0x8c10, ROOT_PORT, 4096, 0));
    functions.add(
        function("00:%02x.0".formatted(lpcDevice), 0x8c44, CONVENTIONAL, lengthBytes, chipsetBase));
    Boot boot = new Boot("boot", "6.12.74", "", "", 0, 0);
    return new AcsRules(HostHierarchy.of(functions), ModelChoice.of(boot, null));
  }

  private static PciFunction function(
      String bdf, int device, PortType type, int lengthBytes, int chipsetBase) {
    PciAddress address = PciAddress.parse(bdf);
    ConfigFacts facts =
        new ConfigFacts(
            ReadStatus.COMPLETE,
            lengthBytes,
            new ConfigFacts.Header(0, 0, 0, 0, false, 0, chipsetBase),
            type,
            OK,
            ConfigFacts.Features.NONE,
            0);
    return new PciFunction(
        address,
        new DevicePath("pci0000:00/" + bdf.substring(3)),
        new PciIds(0x8086, device, PORT_CLASS),
        facts,
        KernelView.NONE);
  }

  @Test
  void oldIntelRootPortIsolatesIfTheChipsetRegistersAreOn() {
    assertEquals(ENFORCED, byChipset(256, 0xFED1C001, 0x1F));
    assertEquals(NOT_ENFORCED, byChipset(256, 0xFED1C000, 0x1F));
  }

  /** The kernel's flag is not there yet, whatever an earlier kernel left in the chipset. */
  @Test
  void oldIntelRootPortDoesNotIsolateBeforeTheKernelHasComeToIt() {
    assertEquals(NOT_ENFORCED, chipsetRules(256, 0xFED1C001, 0x1F).verdictAtStart(0, OK));
    assertEquals(NOT_ENFORCED, chipsetRules(64, 0xFED1C001, 0x1F).verdictAtStart(0, OK));
  }

  @Test
  void oldIntelRootPortIsNotComputableWithoutItsLpcBridge() {
    assertEquals(NOT_COMPUTABLE, byChipset(64, 0xFED1C001, 0x1F));
    assertEquals(NOT_COMPUTABLE, byChipset(256, 0xFED1C001, 0x1E));
  }

  @Test
  void liveUpdateRefusesWhatNeedsAQuirkToBeSwitchedOn() {
    assertTrue(rules(port(0x8086, 0x8c10, OK), "7.3.0", "").needsEnablingQuirk(0));
    assertTrue(rules(port(0x8086, 0xa110, OK), "7.3.0", "").needsEnablingQuirk(0));
    assertFalse(rules(port(0x17cb, 0x0401, OK), "7.3.0", "").needsEnablingQuirk(0));
    assertFalse(rules(port(0x8086, 0x8c10, UPSTREAM_PORT, OK), "7.3.0", "").needsEnablingQuirk(0));
  }

  @Test
  void whatWasNotReadIsUnknown() {
    List<PciFunction> functions =
        List.of(
            new PciFunction(
                PciAddress.parse("00:01.0"),
                new DevicePath("pci0000:00/01.0"),
                new PciIds(1, 1, PORT_CLASS),
                ConfigFacts.unread(ReadStatus.UNREADABLE, 0),
                KernelView.NONE));
    Boot boot = new Boot("boot", "6.12.74", "", "", 0, 0);

    assertEquals(
        UNKNOWN, new AcsRules(HostHierarchy.of(functions), ModelChoice.of(boot, null)).verdict(0));
  }

  @ParameterizedTest(name = "{0} {1} believed={2}")
  @CsvSource({
    "downstream, ROOT_PORT, true",
    "downstream, DOWNSTREAM_PORT, true",
    "downstream, ENDPOINT, false",
    "multifunction, ENDPOINT, true",
    "multifunction, ROOT_PORT, false",
    "multifunction, PCIE_TO_PCI_BRIDGE, false",
    "id:1234:5678, ROOT_PORT, true",
    "id:1234:5679, ROOT_PORT, false",
    "id:1234:5678, CONVENTIONAL, false",
    "id:1234:5678, PCIE_TO_PCI_BRIDGE, true",
    "'', ROOT_PORT, false"
  })
  void overrideBelievesInWhatItNamesIfThereIsNoCapability(
      String what, PortType type, boolean believed) {
    TestHost host = port(0x1234, 0x5678, type, NONE);
    AcsRules rules = rules(host, "6.12.74", "quiet pcie_acs_override=" + what);

    assertEquals(believed ? ENFORCED : NOT_ENFORCED, rules.verdict(0));
    assertEquals(NOT_ENFORCED, rules.verdict(0, new AcsRegisters(0x148, 0x5F, 0x19, 0)));
  }

  @Test
  void overrideOfMultifunctionDevicesIsNotOfSingleOnes() {
    TestHost host =
        new TestHost().add("X", "00:02.0", null, ENDPOINT, false, NONE, new PciIds(1, 1, 0));

    assertTrue(AcsOverride.of("pcie_acs_override=downstream,multifunction").multifunction());
    assertFalse(AcsOverride.of("pcie_acs_override=multifunction").believes(host.hierarchy(), 0));
    assertEquals(AcsOverride.NONE, AcsOverride.of("acs_override=downstream"));
  }

  @Test
  void overrideOfALaterWordAddsToAnEarlierOne() {
    AcsOverride override =
        AcsOverride.of("pcie_acs_override=downstream pcie_acs_override=multifunction");

    assertEquals(AcsOverride.USUAL, override);
  }

  @Test
  void eachBitThatExistsAndIsDemandedCanBeLost() {
    TestHost host = port(0x1234, 1, new AcsRegisters(0x148, 0x0D, 0x0D, 0));

    assertEquals(0x0D, grouping(host).bitsToLose(0));
    assertEquals(0x1D, grouping(port(0x1234, 1, OK)).bitsToLose(0));
    assertEquals(0, grouping(port(0x1234, 1, CLEARED)).bitsToLose(0));
    assertEquals(0, grouping(port(0x1234, 1, NONE)).bitsToLose(0));
    assertEquals(0, grouping(port(0x17cb, 0x0401, OK)).bitsToLose(0));
  }

  @Test
  void bitsOfSunrisePointAreLostInTheSecondDword() {
    TestHost host = port(0x8086, 0xa110, new AcsRegisters(0x148, 0x5F, 0, 0x1D));

    assertEquals(0x1D, grouping(host).bitsToLose(0));
    assertEquals(4, grouping(port(0x8086, 0xa110, new AcsRegisters(0x148, 4, 0, 4))).bitsToLose(0));
  }

  @Test
  void bitIsLostAloneOrNotAtAll() {
    AcsRegisters redirectOnly = new AcsRegisters(0x148, 4, 4, 0);

    assertEquals(4, grouping(port(0x1234, 1, redirectOnly)).bitsToLose(0));
    assertEquals(0x1C, grouping(port(0x111d, 0x80b5, OK), "7.0.0").bitsToLose(0));
  }

  private static KernelGrouping grouping(TestHost host) {
    return grouping(host, "6.12.74");
  }

  private static KernelGrouping grouping(TestHost host, String release) {
    Boot boot = new Boot("boot", release, "", "", 0, 0);
    ModelChoice choice = ModelChoice.of(boot, null);
    KernelGrouping grouping = SnapshotGrouping.grouping(host.bareSnapshot(), choice, null);
    assertEquals(choice, grouping.choice());
    assertEquals(1, grouping.hierarchy().size());
    return grouping;
  }
}
