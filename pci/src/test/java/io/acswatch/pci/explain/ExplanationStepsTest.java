package io.acswatch.pci.explain;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.CONVENTIONAL;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.PCIE_TO_PCI_BRIDGE;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each step of an explanation says, word by word, and the registers it gives. */
class ExplanationStepsTest {
  private static final String ON =
      "Capability 005f at 0x14c, Control 001d at 0x14e: SV, RR, CR and UF are on or fixed on";

  private static Explanation explain(
      TestHost host, @Nullable GroupingModel model, @Nullable Snapshot before, String address) {
    Explainer explainer = new Explainer(host.snapshot(), model, before);
    return explainer.explain(explainer.indexOf(PciAddress.parse(address)).orElseThrow());
  }

  private static List<String> texts(TestHost host, String address) {
    return explain(host, null, null, address).steps().stream().map(Explanation.Step::text).toList();
  }

  private static TestHost port(PortType type, @Nullable AcsRegisters acs, PciIds ids) {
    return new TestHost()
        .add("RP", "00:1c.0", null, type, false, acs, ids)
        .add("A", "01:00.0", "RP", ENDPOINT, false, NONE);
  }

  private static TestHost port(@Nullable AcsRegisters acs) {
    return port(ROOT_PORT, acs, new PciIds(0x1AF4, 1, 0x060400));
  }

  @Test
  void functionThatIsAlone() {
    Explanation told = explain(port(OK), null, null, "01:00.0");

    assertEquals(
        List.of(
            "Every port above it isolates: root port 0000:00:1c.0 (" + ON + ").",
            "There is nothing to join: it founds a group."),
        told.steps().stream().map(Explanation.Step::text).toList());
    assertEquals(new Explanation.Registers(0x14C, 0x5F, 0x14E, 0x1D, 0), told.steps().get(0).acs());
    assertNull(told.steps().get(1).acs());
  }

  @Test
  void portThatLostABit() {
    Explanation told = explain(port(CLEARED), null, null, "01:00.0");

    assertEquals(
        List.of(
            "Root port 0000:00:1c.0 above it does not isolate: Capability 005f at 0x14c, Control"
                + " 0019 at 0x14e: RR off.",
            "It joins the group of 0000:00:1c.0."),
        told.steps().stream().map(Explanation.Step::text).toList());
    assertEquals(
        new Explanation.Registers(0x14C, 0x5F, 0x14E, 0x19, 0x04), told.steps().get(0).acs());
  }

  @Test
  void portThatIsWholeBelowOneThatIsNot() {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, CLEARED)
            .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
            .add("D", "02:00.0", "USP", DOWNSTREAM_PORT, false, OK)
            .add("A", "03:00.0", "D", ENDPOINT, false, NONE);

    assertEquals(
        List.of(
            "Downstream port 0000:02:00.0 does not help, for root port 0000:00:01.0 above it does"
                + " not isolate: Capability 005f at 0x14c, Control 0019 at 0x14e: RR off.",
            "It joins the group of 0000:02:00.0."),
        texts(host, "03:00.0"));
  }

  @Test
  void wideControlIsGivenWhereItStands() {
    AcsRegisters wide = new AcsRegisters(0x148, 0x5F, 0, 0x7000_0019);
    TestHost host = port(ROOT_PORT, wide, new PciIds(0x8086, 0xa110, 0x060400));
    Explanation told = explain(host, null, null, "01:00.0");

    assertEquals(
        "Root port 0000:00:1c.0 above it does not isolate: Capability 005f at 0x14c, Control 0019"
            + " at 0x150: RR off.",
        told.steps().get(0).text());
    assertEquals(
        new Explanation.Registers(0x14C, 0x5F, 0x150, 0x19, 0x04), told.steps().get(0).acs());
  }

  @Test
  void sourceValidationThatCountsAsMissingIsNotDemanded() {
    AcsRegisters acs = new AcsRegisters(0x148, 0x1F, 0x1C, 0);
    TestHost host = port(ROOT_PORT, acs, new PciIds(0x111d, 0x80b5, 0x060400));
    String words = "Capability 001f at 0x14c, Control 001c at 0x14e: ";

    assertEquals(
        "Every port above it isolates: root port 0000:00:1c.0 ("
            + words
            + "SV, RR, CR and UF are on or fixed on; SV counts as not implemented).",
        texts(host.release("7.0.13"), "01:00.0").get(0));
    assertEquals(
        "Root port 0000:00:1c.0 above it does not isolate: " + words + "SV off.",
        texts(host.release("6.18.15"), "01:00.0").get(0));
  }

  @Test
  void tableOfDevicesIsNamedAndItsRegistersAreNot() {
    Explanation told =
        explain(
            port(ROOT_PORT, CLEARED, new PciIds(0x17cb, 0x0401, 0x060400)), null, null, "01:00.0");

    assertEquals(
        "Every port above it isolates: root port 0000:00:1c.0 (by the kernel's table of devices:"
            + " Qualcomm root ports, pci_quirk_qcom_rp_acs).",
        told.steps().get(0).text());
    assertNull(told.steps().get(0).acs());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ':',
      value = {
        "ROOT_PORT: no ACS capability",
        "PCIE_TO_PCI_BRIDGE: a bridge to or from PCI, which never isolates",
        "PCI_TO_PCIE_BRIDGE: a bridge to or from PCI, which never isolates",
        "CONVENTIONAL: conventional PCI, which never isolates",
        "ROOT_COMPLEX_EVENT_COLLECTOR: an event collector, which never isolates"
      })
  void bridgesThatNeverIsolateSayWhatTheyAre(PortType type, String reason) {
    TestHost host =
        new TestHost()
            .add("P", "00:04.0", null, type, false, NONE, new PciIds(0x1AF4, 1, 0x060400))
            .add("D", "01:00.0", "P", DOWNSTREAM_PORT, false, OK)
            .add("A", "02:00.0", "D", ENDPOINT, false, NONE);
    String all = String.join(" ", texts(host, "02:00.0"));

    assertTrue(all.contains(reason) || all.contains("leave under the id of"), all);
    Explainer explainer = new Explainer(host.snapshot(), GroupingModel.BUS_ISOLATION_V3, null);
    String strict =
        explainer
            .explain(explainer.indexOf(PciAddress.parse("01:00.0")).orElseThrow())
            .steps()
            .toString();
    assertTrue(type == PortType.ROOT_PORT || strict.contains("(" + reason + ")"), strict);
  }

  @Test
  void requestsBelowABridgeLeaveUnderItsId() {
    TestHost host =
        new TestHost()
            .add("BR", "00:03.0", null, PCIE_TO_PCI_BRIDGE, false, NONE)
            .add("A", "01:01.0", "BR", CONVENTIONAL, false, NONE);

    assertEquals(
        List.of(
            "Its requests leave under the id of pcie to pci bridge 0000:00:03.0.",
            "It joins the group of 0000:00:03.0."),
        texts(host, "01:01.0").stream()
            .map(
                text ->
                    text.replaceAll(
                        "of [a-z ]* 0000:00:03.0\\.", "of pcie to pci bridge" + " 0000:00:03.0."))
            .map(text -> text.replace("group of pcie to pci bridge", "group of"))
            .toList());
  }

  private static TestHost slot() {
    return new TestHost()
        .add("F0", "00:04.0", null, ENDPOINT, true, NONE)
        .add("F1", "00:04.1", null, ENDPOINT, true, CLEARED)
        .add("F2", "00:04.2", null, ENDPOINT, true, OK);
  }

  @Test
  void functionsOfADeviceSayWhyNeitherIsolates() {
    Explanation told = explain(slot(), null, null, "00:04.1");

    assertEquals(
        "0000:00:04.1 and 0000:00:04.0 are functions of one device and neither isolates: Capability"
            + " 005f at 0x14c, Control 0019 at 0x14e: RR off; no ACS capability.",
        told.steps().get(0).text());
    assertNull(told.steps().get(0).acs(), "the mate has none");
    assertEquals(
        new Explanation.Registers(0x14C, 0x5F, 0x14E, 0x19, 0x04),
        explain(slot(), null, null, "00:04.0").steps().get(0).acs());
  }

  @Test
  void sharedIdsAreTold() {
    PciIds marvell = new PciIds(0x1b4b, 0x9170, 0x010601);
    TestHost host =
        new TestHost()
            .add("F0", "00:04.0", null, ENDPOINT, true, OK)
            .add("F1", "00:04.1", null, ENDPOINT, true, OK)
            .add("F2", "00:04.2", null, ENDPOINT, true, OK, marvell);

    assertEquals(
        List.of(
            "0000:00:04.2 and 0000:00:04.1 use each other's requester id.",
            "It joins the group of 0000:00:04.1."),
        texts(host, "00:04.2"));
  }

  @Test
  void membersAreSortedAndTheKernelsOtherGroupIsNoted() {
    TestHost host =
        new TestHost()
            .add("F1", "00:04.1", null, ENDPOINT, true, CLEARED)
            .add("F0", "00:04.0", null, ENDPOINT, true, NONE)
            .add("Z", "00:05.0", null, ENDPOINT, false, NONE)
            .release("6.12.74");
    Explanation same = explain(host, null, null, "00:04.0");

    assertEquals(List.of(PciAddress.parse("00:04.0"), PciAddress.parse("00:04.1")), same.group());
    assertTrue(same.kernelAgrees());
    assertEquals("", same.note());

    host.reportGroup("F0", 7).reportGroup("F1", 8).reportGroup("Z", 8);
    Explanation other = explain(host, null, null, "00:04.0");
    assertFalse(other.kernelAgrees());
    assertTrue(other.note().startsWith("Neither the words that the boot found"), other.note());
  }

  @Test
  void hardwareIsToldByWhatIsOpenInTheGroup() {
    AcsRegisters egress = new AcsRegisters(0x148, 0x7F, 0x3D, 0);
    TestHost host =
        new TestHost()
            .add("F0", "00:04.0", null, ENDPOINT, true, egress)
            .add("F1", "00:04.1", null, ENDPOINT, true, OK)
            .egressOpen("F0")
            .add("Z", "00:05.0", null, ENDPOINT, false, NONE);
    GroupingModel hardware = GroupingModel.BUS_ISOLATION_V3;

    assertEquals(
        "The hardware lets it reach the others of its group past the IOMMU, by what does not isolate"
            + " among them: endpoint 0000:00:04.0 (Capability 007f at 0x14c, Control 003d at 0x14e:"
            + " SV, RR, CR and UF are on or fixed on; egress control is on, and bits of its vector are"
            + " clear).",
        explain(host, hardware, null, "00:04.1").steps().get(0).text());
    assertEquals(
        "The hardware keeps it apart from all others.",
        explain(host, hardware, null, "00:05.0").steps().get(0).text());
    assertTrue(
        explain(slot(), hardware, null, "00:04.2")
            .steps()
            .get(0)
            .text()
            .contains("endpoint 0000:00:04.0 (no ACS capability); endpoint 0000:00:04.1 ("));
  }

  @Test
  void portThatLetsItsMemoryBeReachedIsToldWithThat() {
    AcsRegisters enhanced = new AcsRegisters(0x148, 0xDF, 0x001D, 0);
    String told =
        explain(port(enhanced), GroupingModel.BUS_ISOLATION_V3, null, "01:00.0")
            .steps()
            .get(0)
            .text();
    AcsRegisters redirects = new AcsRegisters(0x148, 0xDF, 0x021D, 0);

    assertTrue(told.endsWith("; requests to the memory of ports are not redirected)."), told);
    assertEquals(
        "The hardware keeps it apart from all others.",
        explain(port(redirects), GroupingModel.BUS_ISOLATION_V3, null, "01:00.0")
            .steps()
            .get(0)
            .text());
  }

  @Test
  void idThatFunctionsOfARootBusShareIsToldWhereNothingIsOpen() {
    TestHost host =
        new TestHost()
            .add("F1", "00:04.1", null, ENDPOINT, true, OK)
            .add("F2", "00:04.2", null, ENDPOINT, true, OK, new PciIds(0x1b4b, 0x9170, 0x010601));

    assertEquals(
        "The hardware lets it reach the others of its group past the IOMMU, by an id that they"
            + " share.",
        explain(host, GroupingModel.BUS_ISOLATION_V3, null, "00:04.1").steps().get(0).text());
  }

  private static TestHost late() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("F0", "01:00.0", "RP", ENDPOINT, true, NONE)
        .add("F1", "01:00.1", "RP", ENDPOINT, true, OK)
        .add("F2", "01:00.2", "RP", ENDPOINT, true, OK, new PciIds(0x1b4b, 0x9170, 0x010601))
        .release("6.19.14");
  }

  @Test
  void wordsThatFirmwareLeftAreToldAsNotYetSwitchedOn() {
    Explanation told = explain(late(), null, null, "01:00.0");

    assertEquals(
        "0000:01:00.0 and 0000:01:00.1 are functions of one device and neither isolates: no ACS"
            + " capability; the kernel had not switched its ACS on yet when 0000:01:00.0 was"
            + " grouped.",
        told.steps().get(1).text());
    assertEquals(new Explanation.Registers(0x14C, 0x5F, 0x14E, 0, 0x1D), told.steps().get(1).acs());
  }

  @Test
  void wordsOfTheBootBeforeAreToldWhereTheyDecided() {
    Snapshot before = late().acs("F1", CLEARED).kexec("boot-1").snapshot();
    TestHost after = late().kexec("boot-2");
    for (String name : List.of("F0", "F1", "F2")) {
      after.reportGroup(name, 9);
    }
    Explanation told = explain(after, null, before, "01:00.0");

    assertTrue(
        told.steps()
            .toString()
            .contains("Control was still 0019, of the boot before, when 0000:01:00.0 was grouped"),
        told.toString());
    assertTrue(
        told.steps().stream()
            .anyMatch(
                step -> new Explanation.Registers(0x14C, 0x5F, 0x14E, 0x19, 4).equals(step.acs())),
        told.toString());
    Explanation guessed = explain(after, null, null, "01:00.0");
    assertTrue(
        guessed.steps().stream()
            .filter(step -> step.text().contains("must have been off still"))
            .allMatch(step -> step.acs() == null),
        guessed.toString());
  }

  @Test
  void otherDriversGroupIsGivenAsItIs() {
    TestHost host = slot().iommus("smmu.0x1000").reportGroup("F2", 0);
    Explanation told = explain(host, null, null, "00:04.2");

    assertEquals(Explanation.Kind.OTHER_RULES, told.steps().get(0).kind());
    assertEquals(
        "The driver of IOMMU smmu.0x1000 groups by other rules than ACS. This is the group that the"
            + " kernel reports.",
        told.steps().get(0).text());
    assertEquals(3, told.group().size());
    assertTrue(told.kernelAgrees());
    Explainer explainer = new Explainer(host.snapshot(), null, null);
    assertEquals(List.of(), explainer.weakPoints());
    assertEquals(List.of(), explainer.explain(0, 1).keptApartBy());
    assertFalse(explainer.choice().isComputable());
  }

  @Test
  void functionWithoutAnIommuSaysSoOnly() {
    Explanation told = explain(slot().reportGroup("F2", -1), null, null, "00:04.2");

    assertEquals(
        List.of("No IOMMU serves it: the kernel gave it no group."),
        told.steps().stream().map(Explanation.Step::text).toList());
    assertEquals(List.of(), told.group());
  }

  @Test
  void addressThatIsNotThereHasNoIndex() {
    Explainer explainer = new Explainer(slot().snapshot(), GroupingModel.LEGACY_7_0, null);

    assertTrue(explainer.indexOf(PciAddress.parse("00:09.0")).isEmpty());
    assertEquals(2, explainer.indexOf(PciAddress.parse("00:04.2")).orElseThrow());
    assertEquals(GroupingModel.LEGACY_7_0, explainer.choice().model());
  }

  @Test
  void vfIsNeverAskedAndUnreadBytesAreNamed() {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("PF", "01:00.0", "RP", ENDPOINT, true, CLEARED)
            .vf("V", "01:00.1", "PF")
            .unread("RP");
    Explainer explainer = new Explainer(host.snapshot(), GroupingModel.BUS_ISOLATION_V3, null);
    String told =
        explainer
            .explain(explainer.indexOf(PciAddress.parse("01:00.1")).orElseThrow())
            .steps()
            .toString();

    assertTrue(told.contains("registers that decide were not read of 0000:00:01.0"), told);
  }
}
