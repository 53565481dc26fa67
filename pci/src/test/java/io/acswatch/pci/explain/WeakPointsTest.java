package io.acswatch.pci.explain;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.DOWNSTREAM_PORT;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static io.acswatch.pci.hierarchy.PortType.UPSTREAM_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.hierarchy.PciAddress;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which weak points are named, in which order, and whom they hit. */
class WeakPointsTest {
  /** A switch below a port, with an endpoint below each of two downstream ports. */
  private static TestHost withSwitch(
      TestHost host, String port, String portBdf, int bus, boolean multifunction) {
    return host.add(port, portBdf, null, ROOT_PORT, multifunction, OK)
        .add(port + "U", bdf(bus, "00.0"), port, UPSTREAM_PORT, false, NONE)
        .add(port + "D1", bdf(bus + 1, "00.0"), port + "U", DOWNSTREAM_PORT, false, OK)
        .add(port + "D2", bdf(bus + 1, "01.0"), port + "U", DOWNSTREAM_PORT, false, OK)
        .add(port + "A", bdf(bus + 2, "00.0"), port + "D1", ENDPOINT, false, NONE)
        .add(port + "B", bdf(bus + 3, "00.0"), port + "D2", ENDPOINT, false, NONE);
  }

  private static String bdf(int bus, String rest) {
    return "%02x:%s".formatted(bus, rest);
  }

  private static List<String> words(List<Explanation.WeakPoint> points) {
    return points.stream()
        .map(
            point ->
                point.functions().stream()
                        .map(PciAddress::toString)
                        .map(text -> text.substring("0000:".length()))
                        .collect(Collectors.joining("+"))
                    + " "
                    + String.join(",", point.vms()))
        .toList();
  }

  private static List<String> all(TestHost host) {
    return words(new Explainer(host.snapshot(), null, null).weakPoints());
  }

  private static List<String> between(TestHost host, String first, String second) {
    Explainer explainer = new Explainer(host.snapshot(), null, null);
    return words(
        explainer
            .explain(
                explainer.indexOf(PciAddress.parse(first)).orElseThrow(),
                explainer.indexOf(PciAddress.parse(second)).orElseThrow())
            .keptApartBy());
  }

  @Test
  void aWeakPointNamesTheBitsAnyOfWhichIsEnough() {
    TestHost host = withSwitch(new TestHost(), "P", "00:01.0", 1, false);

    Explanation.WeakPoint point = new Explainer(host.snapshot(), null, null).weakPoints().get(0);

    assertEquals(0x1D, point.bits());
    assertEquals("root-port", point.portType());
  }

  @Test
  void endsWhenTheTimeIsOver() {
    TestHost host = withSwitch(new TestHost(), "P", "00:01.0", 1, false);
    Explainer hurried = new Explainer(host.snapshot(), null, null, () -> true);
    assertThrows(CancellationException.class, hurried::weakPoints);
  }

  @Test
  void withoutOwnersEachGroupStandsForOneByItsFirstEndpoint() {
    TestHost host =
        withSwitch(new TestHost(), "P", "00:01.0", 1, false)
            .add("PB1", "04:00.1", "PD2", ENDPOINT, true, NONE)
            .add("PB", "04:00.0", "PD2", ENDPOINT, true, NONE);

    assertEquals(List.of("00:01.0 0000:03:00.0,0000:04:00.0"), all(host));
  }

  @Test
  void endpointsThatNobodyOwnsDoNotCountWhereOthersAreOwned() {
    TestHost host =
        withSwitch(new TestHost(), "P", "00:01.0", 1, false)
            .add("PD3", "02:02.0", "PU", DOWNSTREAM_PORT, false, OK)
            .add("PC", "05:00.0", "PD3", ENDPOINT, false, NONE)
            .owner("PA", "vm-a")
            .owner("PB", "vm-b");

    assertEquals(List.of("00:01.0 vm-a,vm-b"), all(host));
    assertEquals(List.of(), all(host.owner("PB", "vm-a")));
  }

  @Test
  void amongEquallyManyVmsSingleFunctionsComeFirstThenTheLowerAddress() {
    // Found in another order than that of their addresses.
    TestHost host = withSwitch(new TestHost(), "R", "00:05.0", 0x20, false);
    withSwitch(host, "Q", "00:04.0", 0x10, false)
        .add("S0", "00:02.0", null, ROOT_PORT, true, OK)
        .add("S1", "00:02.1", null, ROOT_PORT, true, OK)
        .add("S0E", "30:00.0", "S0", ENDPOINT, false, NONE)
        .add("S1E", "31:00.0", "S1", ENDPOINT, false, NONE);
    for (String name : List.of("RA", "RB", "QA", "QB", "S0E", "S1E")) {
      host.owner(name, "vm-" + name);
    }

    assertEquals(
        List.of("00:04.0 vm-QA,vm-QB", "00:05.0 vm-RA,vm-RB", "00:02.0+00:02.1 vm-S0E,vm-S1E"),
        all(host));
  }

  @Test
  void moreVmsComeFirst() {
    TestHost host = withSwitch(new TestHost(), "Q", "00:04.0", 0x10, false);
    withSwitch(host, "R", "00:05.0", 0x20, false)
        .add("RD3", "21:02.0", "RU", DOWNSTREAM_PORT, false, OK)
        .add("RC", "24:00.0", "RD3", ENDPOINT, false, NONE);
    for (String name : List.of("QA", "QB", "RA", "RB", "RC")) {
      host.owner(name, "vm-" + name);
    }

    assertEquals(List.of("00:05.0 vm-RA,vm-RB,vm-RC", "00:04.0 vm-QA,vm-QB"), all(host));
  }

  /** Port 0 of the slot alone joins a and b; both ports together join c with them. */
  @Test
  void slotIsNamedOnlyIfItDoesMoreThanOneOfItsFunctions() {
    TestHost host =
        withSwitch(new TestHost(), "P", "00:01.0", 1, true)
            .add("P1", "00:01.1", null, ROOT_PORT, true, OK)
            .add("C", "09:00.0", "P1", ENDPOINT, false, NONE)
            .owner("PA", "vm-a")
            .owner("PB", "vm-b");
    assertEquals(List.of("00:01.0 vm-a,vm-b"), all(host));

    host.owner("C", "vm-c");
    assertEquals(List.of("00:01.0+00:01.1 vm-a,vm-b,vm-c", "00:01.0 vm-a,vm-b"), all(host));
  }

  @Test
  void betweenTwoFunctionsSinglePortsComeFirstThenTheLowerAddress() {
    TestHost host =
        new TestHost()
            .add("RP", "40:01.0", null, ROOT_PORT, false, OK)
            .add("U", "01:00.0", "RP", UPSTREAM_PORT, false, NONE)
            .add("A", "02:1f.0", "U", DOWNSTREAM_PORT, false, OK)
            .add("V", "05:00.0", "A", UPSTREAM_PORT, false, NONE)
            .add("E0", "06:00.0", "V", DOWNSTREAM_PORT, true, OK)
            .add("E1", "06:00.1", "V", DOWNSTREAM_PORT, true, OK)
            .add("X", "07:00.0", "E0", ENDPOINT, false, NONE)
            .add("Y", "08:00.0", "E1", ENDPOINT, false, NONE);

    String pair = " 0000:07:00.0,0000:08:00.0";
    assertEquals(
        List.of("02:1f.0" + pair, "40:01.0" + pair, "06:00.0+06:00.1" + pair),
        between(host, "07:00.0", "08:00.0"));
  }
}
