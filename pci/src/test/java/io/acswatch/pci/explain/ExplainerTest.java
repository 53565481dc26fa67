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
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.iommu.GroupingModel;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExplainerTest {
  private static TestHost switched() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("USP", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
        .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("D2", "02:01.0", "USP", DOWNSTREAM_PORT, false, OK)
        .add("A", "03:00.0", "D1", ENDPOINT, false, NONE)
        .add("B", "04:00.0", "D2", ENDPOINT, false, NONE)
        .owner("A", "vm-a")
        .owner("B", "vm-b");
  }

  private static Explanation explain(TestHost host, String address) {
    Explainer explainer = new Explainer(host.snapshot(), null, null);
    return explainer.explain(explainer.indexOf(PciAddress.parse(address)).orElseThrow());
  }

  private static Explanation.Pair explain(TestHost host, String first, String second) {
    Explainer explainer = new Explainer(host.snapshot(), null, null);
    return explainer.explain(
        explainer.indexOf(PciAddress.parse(first)).orElseThrow(),
        explainer.indexOf(PciAddress.parse(second)).orElseThrow());
  }

  private static List<Explanation.Kind> kinds(Explanation explanation) {
    return explanation.steps().stream().map(Explanation.Step::kind).toList();
  }

  private static String texts(Explanation explanation) {
    return String.join("\n", explanation.steps().stream().map(Explanation.Step::text).toList());
  }

  @Test
  void isolatedFunctionIsToldWhichPortsIsolateIt() {
    Explanation explanation = explain(switched(), "03:00.0");

    assertEquals(List.of(PciAddress.parse("03:00.0")), explanation.group());
    assertEquals(List.of(Explanation.Kind.ISOLATED_BY, Explanation.Kind.FOUND), kinds(explanation));
    assertTrue(texts(explanation).contains("root port 0000:00:01.0"), texts(explanation));
    assertTrue(explanation.kernelAgrees());
  }

  @Test
  void mergedFunctionIsToldThePortAndTheBit() {
    Explanation explanation = explain(switched().acs("RP", CLEARED), "03:00.0");

    assertEquals(6, explanation.group().size());
    assertEquals(Explanation.Kind.CLIMB, kinds(explanation).get(0));
    assertEquals(PciAddress.parse("00:01.0"), explanation.steps().get(0).subject());
    assertTrue(texts(explanation).contains("Control 0019 at 0x14e: RR off"), texts(explanation));
  }

  @Test
  void conventionalDeviceIsToldItsBridge() {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("BR", "01:00.0", "RP", PCIE_TO_PCI_BRIDGE, false, NONE)
            .add("P", "02:01.0", "BR", CONVENTIONAL, false, NONE);

    assertEquals(
        List.of(Explanation.Kind.ALIAS, Explanation.Kind.JOIN), kinds(explain(host, "02:01.0")));
  }

  @Test
  void functionsOfOneDeviceAreToldOfEachOther() {
    TestHost host =
        new TestHost()
            .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
            .add("f0", "01:00.0", "RP", ENDPOINT, true, NONE)
            .add("f1", "01:00.1", "RP", ENDPOINT, true, NONE);
    Explanation explanation = explain(host, "01:00.1");

    assertTrue(kinds(explanation).contains(Explanation.Kind.SHARED_SLOT));
    assertTrue(texts(explanation).contains("no ACS capability"), texts(explanation));
  }

  @Test
  void functionWithoutAGroupIsToldSo() {
    TestHost host = switched().reportGroup("B", -1);

    assertEquals(List.of(Explanation.Kind.NOT_SERVED), kinds(explain(host, "04:00.0")));
  }

  @Test
  void disagreementWithTheKernelIsSaid() {
    assertFalse(
        explain(switched().reportGroup("A", 77).reportGroup("B", 77), "03:00.0").kernelAgrees());
  }

  @Test
  void pairKeptApartIsToldWhichBitsDoIt() {
    Explanation.Pair pair = explain(switched(), "03:00.0", "04:00.0");

    assertFalse(pair.together());
    assertEquals(1, pair.keptApartBy().size());
    assertEquals(List.of(PciAddress.parse("00:01.0")), pair.keptApartBy().get(0).functions());
    assertEquals(0x1D, pair.keptApartBy().get(0).bits());
  }

  @Test
  void pairInOneGroupHasNothingThatKeepsItApart() {
    Explanation.Pair pair = explain(switched().acs("RP", CLEARED), "03:00.0", "04:00.0");

    assertTrue(pair.together());
    assertEquals(List.of(), pair.keptApartBy());
  }

  @Test
  void weakPointsAreRankedByTheVmsTheyHit() {
    TestHost host =
        switched()
            .add("D3", "02:02.0", "USP", DOWNSTREAM_PORT, false, OK)
            .add("C0", "05:00.0", "D3", ENDPOINT, true, OK)
            .add("C1", "05:00.1", "D3", ENDPOINT, true, OK)
            .owner("C0", "vm-c")
            .owner("C1", "vm-d");
    List<Explanation.WeakPoint> points = new Explainer(host.snapshot(), null, null).weakPoints();

    assertEquals(List.of("vm-a", "vm-b", "vm-c", "vm-d"), points.get(0).vms(), points.toString());
    assertEquals(List.of(PciAddress.parse("00:01.0")), points.get(0).functions());
    assertTrue(
        points.stream()
            .anyMatch(
                point ->
                    point.functions().equals(List.of(PciAddress.parse("02:02.0")))
                        && point.vms().equals(List.of("vm-c", "vm-d"))),
        points.toString());
    assertTrue(
        points.stream()
            .anyMatch(
                point ->
                    point.functions().size() == 2 && point.vms().equals(List.of("vm-c", "vm-d"))),
        points.toString());
  }

  @Test
  void slotOfWhichOneFunctionAloneDoesAsMuchIsNotNamed() {
    List<Explanation.WeakPoint> points =
        new Explainer(switched().snapshot(), null, null).weakPoints();

    assertEquals(1, points.size(), points.toString());
  }

  @Test
  void strictModelTellsWhatTheHardwareConnects() {
    Explainer explainer =
        new Explainer(
            switched().acs("D1", CLEARED).snapshot(), GroupingModel.BUS_ISOLATION_V3, null);
    Explanation explanation =
        explainer.explain(explainer.indexOf(PciAddress.parse("04:00.0")).orElseThrow());

    assertEquals(List.of(Explanation.Kind.HARDWARE), kinds(explanation));
    assertEquals(4, explanation.group().size());
    assertTrue(texts(explanation).contains("0000:02:00.0"), texts(explanation));
  }

  @Test
  void strictModelFindsItsOwnWeakPoints() {
    Explainer explainer =
        new Explainer(switched().snapshot(), GroupingModel.BUS_ISOLATION_V3, null);
    List<Explanation.WeakPoint> points = explainer.weakPoints();

    // By hardware a single downstream port opens its whole switch.
    assertTrue(
        points.stream().anyMatch(p -> p.functions().equals(List.of(PciAddress.parse("02:00.0")))),
        points.toString());
  }

  @Test
  void quirkThatDecidesNothingDoesNotHideTheRegister() {
    PciIds idt = new PciIds(0x111D, 0x80B5, 0x060400);
    TestHost host =
        switched()
            .release("7.0.13")
            .add("D1", "02:00.0", "USP", DOWNSTREAM_PORT, false, CLEARED, idt);

    String texts = texts(explain(host, "03:00.0"));
    assertTrue(texts.contains("RR off"), texts);
    assertTrue(texts.contains("SV counts as not implemented"), texts);
  }
}
