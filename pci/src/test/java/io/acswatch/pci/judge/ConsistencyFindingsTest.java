package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.config.ReadStatus.ASLEEP;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.ConfigOddity;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.snapshot.AlteredFunction;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Configuration spaces that contradict themselves or the place of their function. */
class ConsistencyFindingsTest {
  private static final String PORT = "00:01.0";
  private static final String A = "01:00.0";

  private static TestHost host() {
    return new TestHost()
        .add("RP", PORT, null, ROOT_PORT, false, OK)
        .add("A", A, "RP", ENDPOINT, false, NONE);
  }

  private static List<IsolationAlert> found(Snapshot snapshot) {
    return ConsistencyFindings.of(new Comparison(snapshot, snapshot));
  }

  private static List<IsolationAlert> found(String bdf, UnaryOperator<AlteredFunction> change) {
    return found(AlteredFunction.in(host().snapshot(), bdf, change));
  }

  private static List<String> contradictions(List<IsolationAlert> alerts) {
    return alerts.stream()
        .flatMap(alert -> alert.evidence().facts().stream())
        .map(Evidence.Fact::after)
        .toList();
  }

  private static Arguments space(
      String bdf, UnaryOperator<AlteredFunction> change, String... contradictions) {
    return Arguments.of(bdf, change, List.of(contradictions));
  }

  static Stream<Arguments> spaces() {
    String loops = "the list of capabilities comes back to itself";
    String beyond = "the ACS egress control vector reaches beyond configuration space";
    return Stream.of(
        space(A, f -> f),
        space(A, f -> f.oddity(ConfigOddity.STANDARD_LIST_LOOPS), loops),
        space(
            A,
            f ->
                f.oddity(ConfigOddity.STANDARD_LIST_LOOPS)
                    .oddity(ConfigOddity.EGRESS_VECTOR_BEYOND_END),
            loops,
            beyond),
        space(A, f -> f.oddity(ConfigOddity.STANDARD_LIST_LOOPS).status(ASLEEP)),
        space(
            A,
            f -> f.type(PortType.RESERVED).layout(1),
            "its device/port type is one that does not exist"),
        // Bits that Capability does not have.
        space(PORT, f -> f.acs(0x5F, 0x5F)),
        space(
            PORT,
            f -> f.acs(0x5D, 0x1F),
            "ACS Control 001f has bits that Capability 005d does not have"),
        // Above bit 6 Capability holds the size of the egress vector.
        space(
            PORT,
            f -> f.acs(0x081F, 0x0800),
            "ACS Control 0800 has bits that Capability 081f does not have"),
        space(
            PORT,
            f -> f.acs(0x1F, 0x1080),
            "ACS Control 1080 has bits that Capability 001f does not have"),
        space(PORT, f -> f.acs(0x9F, 0x1080)),
        space(
            PORT,
            f -> f.acs(0x9F, 0x2000),
            "ACS Control 2000 has bits that Capability 009f does not have"),
        // Each of the two fields of two bits, value 3; 0, 1 and 2 mean something.
        space(PORT, f -> f.acs(0x9F, 0x001D)),
        space(PORT, f -> f.acs(0x9F, 0x0300), "ACS Control 0300 holds a reserved encoding"),
        space(PORT, f -> f.acs(0x9F, 0x0C00), "ACS Control 0c00 holds a reserved encoding"),
        space(PORT, f -> f.acs(0x9F, 0x0600)),
        space(PORT, f -> f.acs(0x9F, 0x0900)),
        space(
            PORT,
            f -> f.acs(0x1F, 0x0300),
            "ACS Control 0300 has bits that Capability 001f does not have"),
        // Sunrise Point: Control is the dword after, and this the high half of Capability.
        space(PORT, f -> f.ids(0x8086, 0xA110, 0x060400).acs(0x0F, 0x00F0)),
        // Bus numbers 0xPPSSBB: primary is where it is, below secondary, which is not above the
        // last.
        space(PORT, f -> f.buses(0x000101)),
        space(PORT, f -> f.buses(0x000105)),
        space(
            PORT,
            f -> f.buses(0x010101),
            "its bus numbers 01, 01 and 01 do not fit bus 00, where it is"),
        space(
            PORT,
            f -> f.buses(0x010105).layout(0).type(ENDPOINT),
            "its bus numbers 01, 01 and 05 do not fit bus 00, where it is"),
        space(
            PORT,
            f -> f.buses(0x000100),
            "its bus numbers 00, 01 and 00 do not fit bus 00, where it is"),
        space(
            PORT,
            f -> f.buses(0x000001),
            "its bus numbers 00, 00 and 01 do not fit bus 00, where it is"),
        // A primary alone is what a reset leaves.
        space(PORT, f -> f.buses(0x050000)),
        space(
            A,
            f -> f.buses(0x000102),
            "its bus numbers 00, 01 and 02 do not fit bus 01, where it is"),
        // The bridge above.
        space(PORT, f -> f.buses(0x000202), "it is on bus 01, and the bridge above leads to 02"),
        space(PORT, f -> f.buses(0x000202).status(ASLEEP)),
        space(PORT, f -> f.buses(0x000202).layout(0).type(PortType.CONVENTIONAL)),
        space(PORT, f -> f.buses(0x000202).layout(2).type(PortType.CONVENTIONAL)));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("spaces")
  void contradictionsAreTold(
      String bdf, UnaryOperator<AlteredFunction> change, List<String> contradictions) {
    assertEquals(contradictions, contradictions(found(bdf, change)));
  }

  /** The layouts that each type may have; an unknown or conventional function may have any. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ENDPOINT, 0",
    "LEGACY_ENDPOINT, 0",
    "ROOT_COMPLEX_ENDPOINT, 0",
    "ROOT_COMPLEX_EVENT_COLLECTOR, 0",
    "ROOT_PORT, 1",
    "UPSTREAM_PORT, 1",
    "DOWNSTREAM_PORT, 1",
    "PCIE_TO_PCI_BRIDGE, 1",
    "PCI_TO_PCIE_BRIDGE, 1",
    "CONVENTIONAL, -1",
    "UNKNOWN, -1"
  })
  void typeAndHeaderGoTogether(PortType type, int fitting) {
    for (int layout = 0; layout <= 2; layout++) {
      int header = layout;
      List<String> expected =
          fitting < 0 || layout == fitting
              ? List.of()
              : List.of(
                  "it says it is a " + type.label() + " and has a header of layout " + layout);

      assertEquals(expected, contradictions(found(A, f -> f.type(type).layout(header))));
    }
  }

  @Test
  void vfIsNotHeldAgainstTheBridgeOfItsPf() {
    TestHost host = host().vf("VF", "02:00.1", "A");

    assertEquals(
        List.of(), found(AlteredFunction.in(host.snapshot(), PORT, f -> f.buses(0x000102))));
  }

  @ParameterizedTest(name = "owner {0}")
  @CsvSource({"'', WARNING", "vm-a, HIGH"})
  void findingNamesTheFunctionItsFirstContradictionAndItsVm(String vm, Severity severity) {
    TestHost host = vm.isEmpty() ? host() : host().owner("A", vm);
    List<IsolationAlert> alerts =
        found(
            AlteredFunction.in(
                host.snapshot(), A, f -> f.layout(1).oddity(ConfigOddity.EXTENDED_LIST_LOOPS)));

    assertEquals(1, alerts.size());
    IsolationAlert alert = alerts.get(0);
    assertEquals(AlertCode.INCONSISTENT_CONFIG, alert.code());
    assertEquals(severity, alert.severity());
    assertEquals(vm.isEmpty() ? List.of() : List.of(vm), alert.vms());
    assertEquals(
        "0000:01:00.0 contradicts itself: the list of extended capabilities comes back to itself",
        alert.headline());
    assertEquals(
        Comparison.fingerprint("host", alert.code(), "pci0000:00/01.0/00.0"), alert.fingerprint());
    assertEquals("0000:01:00.0", alert.devices().get(0).address().toString());
    assertEquals(
        List.of("contradiction", "contradiction"),
        alert.evidence().facts().stream().map(Evidence.Fact::name).toList());
  }
}
