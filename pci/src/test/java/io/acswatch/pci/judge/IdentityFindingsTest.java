package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.CLEARED;
import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.config.ReadStatus.ASLEEP;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.LEGACY_ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.snapshot.AlteredFunction;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions that are other devices than before, elsewhere, or altered. */
class IdentityFindingsTest {
  private static final String A = "01:00.0";
  private static final String A_PATH = "pci0000:00/01.0/00.0";
  private static final UnaryOperator<AlteredFunction> SAME = f -> f;

  private static TestHost host(String boot) {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("A", A, "RP", ENDPOINT, false, NONE)
        .add("B", "00:02.0", null, ENDPOINT, false, NONE)
        .kexec(boot);
  }

  private static Comparison compared(
      UnaryOperator<AlteredFunction> before, UnaryOperator<AlteredFunction> after) {
    return compared(before, after, "boot-2");
  }

  private static Comparison compared(
      UnaryOperator<AlteredFunction> before, UnaryOperator<AlteredFunction> after, String boot) {
    return new Comparison(
        AlteredFunction.in(host("boot-1").snapshot(), A, before),
        AlteredFunction.in(host(boot).snapshot(), A, after));
  }

  private static Arguments change(
      UnaryOperator<AlteredFunction> before,
      UnaryOperator<AlteredFunction> after,
      String... facts) {
    return Arguments.of(before, after, List.of(facts));
  }

  private static List<String> facts(IsolationAlert alert) {
    return alert.evidence().facts().stream()
        .map(fact -> fact.name() + ": " + fact.before() + " -> " + fact.after())
        .toList();
  }

  /** The one finding has these facts and this place; without facts there is no finding. */
  private static void assertFound(
      AlertCode code, String headline, List<String> facts, List<IsolationAlert> alerts) {
    if (facts.isEmpty()) {
      assertEquals(List.of(), alerts);
      return;
    }
    assertEquals(1, alerts.size());
    IsolationAlert alert = alerts.get(0);
    assertEquals(code, alert.code());
    assertEquals(headline, alert.headline());
    assertEquals(facts, facts(alert));
    assertEquals(Comparison.fingerprint("host", code, A_PATH), alert.fingerprint());
    assertEquals(List.of(A_PATH), alert.devices().stream().map(d -> d.path().text()).toList());
  }

  static Stream<Arguments> otherDevices() {
    return Stream.of(
        change(SAME, SAME),
        change(SAME, f -> f.ids(0x15B3, 0x1017, 0x020000), "ids: 1af4:0001 -> 15b3:1017"),
        change(SAME, f -> f.ids(0x1AF4, 1, 0x020700), "class: 020000 -> 020700"),
        change(
            SAME,
            f -> f.ids(0x1AF4, 0x1042, 0x010802).subsystem(0xFFEE, 0xDDCC).serial(0x1F),
            "ids: 1af4:0001 -> 1af4:1042",
            "class: 020000 -> 010802",
            "subsystem: 0000:0000 -> ffee:ddcc",
            "serial number: none -> 000000000000001f"),
        change(f -> f.subsystem(1, 2), f -> f.subsystem(1, 3), "subsystem: 0001:0002 -> 0001:0003"),
        change(f -> f.subsystem(1, 2), f -> f.subsystem(9, 2), "subsystem: 0001:0002 -> 0009:0002"),
        change(f -> f.subsystem(1, 2), f -> f.subsystem(0x1AF4, 1)), // the chip's own again
        change(f -> f.serial(-1), SAME, "serial number: ffffffffffffffff -> none"),
        change(f -> f.serial(7).status(ASLEEP), f -> f.serial(8)),
        change(f -> f.serial(7), f -> f.serial(8).status(ASLEEP)),
        change(
            f -> f.serial(7),
            f -> f.serial(8).status(ASLEEP).ids(1, 2, 0x020000),
            "ids: 1af4:0001 -> 0001:0002"),
        change(f -> f.acs(OK), f -> f.acs(NONE).type(LEGACY_ENDPOINT)));
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("otherDevices")
  void anotherDeviceIsToldByWhatAReplacementChanges(
      UnaryOperator<AlteredFunction> before,
      UnaryOperator<AlteredFunction> after,
      List<String> facts) {
    String headline =
        facts.isEmpty()
            ? ""
            : "0000:01:00.0 is another device: "
                + facts.get(0).replaceFirst("(.*): (.*) -> (.*)", "$1 $3 instead of $2");

    assertFound(
        AlertCode.DEVICE_REPLACED, headline, facts, IdentityFindings.of(compared(before, after)));
  }

  @Test
  void anotherSubsystemWithinABootIsNoOtherDevice() {
    assertEquals(
        List.of(),
        IdentityFindings.of(compared(f -> f.subsystem(1, 2), f -> f.subsystem(1, 3), "boot-1")));
  }

  @ParameterizedTest(name = "owned before: {0}, after: {1}")
  @CsvSource({"'', '', WARNING", "vm-a, '', HIGH", "'', vm-b, HIGH"})
  void anotherDeviceOfAVmIsHigh(String before, String after, Severity severity) {
    List<String> vms = Stream.of(before, after).filter(vm -> !vm.isEmpty()).toList();
    IsolationAlert alert =
        IdentityFindings.of(
                new Comparison(
                    owned(host("boot-1"), before).snapshot(),
                    AlteredFunction.in(
                        owned(host("boot-2"), after).snapshot(), A, f -> f.serial(1))))
            .get(0);

    assertEquals(severity, alert.severity());
    assertEquals(vms, alert.vms());
  }

  private static TestHost owned(TestHost host, String vm) {
    return vm.isEmpty() ? host : host.owner("A", vm);
  }

  @Test
  void newFunctionReplacesNothingAndHasNotMoved() {
    Snapshot before = host("boot-1").remove("A").snapshot();
    Snapshot after = AlteredFunction.in(host("boot-2").snapshot(), A, f -> f.serial(9).vfs(1, 8));
    Snapshot running = AlteredFunction.in(host("boot-1").snapshot(), A, f -> f.serial(9).vfs(1, 8));

    assertEquals(List.of(), IdentityFindings.of(new Comparison(before, after)));
    assertEquals(List.of(), IdentityFindings.spoofs(new Comparison(before, running)));
  }

  static Stream<Arguments> alterations() {
    return Stream.of(
        change(SAME, SAME),
        change(SAME, f -> f.type(LEGACY_ENDPOINT), "device/port type: endpoint -> legacy-endpoint"),
        change(f -> f.serial(1), SAME, "serial number: 0000000000000001 -> none"),
        change(SAME, f -> f.acs(OK), "ACS Capability: none -> 005f"),
        change(f -> f.acs(0x1F, 0), f -> f.acs(0x1D, 0), "ACS Capability: 001f -> 001d"),
        change(
            f -> f.acs(OK).serial(1),
            f -> f.acs(NONE).serial(2).type(ROOT_PORT),
            "device/port type: endpoint -> root-port",
            "serial number: 0000000000000001 -> 0000000000000002",
            "ACS Capability: 005f -> none"),
        change(f -> f.acs(OK), f -> f.acs(CLEARED)),
        change(SAME, f -> f.serial(3).ids(0x15B3, 1, 0x020000)),
        change(f -> f.status(ASLEEP), f -> f.serial(3)),
        change(SAME, f -> f.serial(3).status(ASLEEP)));
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("alterations")
  void whatNoWriteChangesIsSuspectInTheRunningKernel(
      UnaryOperator<AlteredFunction> before,
      UnaryOperator<AlteredFunction> after,
      List<String> facts) {
    String headline =
        facts.isEmpty()
            ? ""
            : "0000:01:00.0 changed what cannot change in the running kernel: "
                + facts.get(0).substring(0, facts.get(0).indexOf(':'));
    List<IsolationAlert> spoofs = IdentityFindings.spoofs(compared(before, after, "boot-1"));

    assertFound(AlertCode.SPOOF_SUSPECTED, headline, facts, spoofs);
    spoofs.forEach(alert -> assertEquals(Severity.HIGH, alert.severity()));
    assertEquals(List.of(), IdentityFindings.spoofs(compared(before, after, "boot-2")));
  }

  static Stream<Arguments> setUps() {
    return Stream.of(
        change(f -> f.vfs(4, 8), f -> f.vfs(4, 8)),
        change(f -> f.vfs(0, 8), f -> f.vfs(4, 8), "VFs: 0 -> 4"),
        change(f -> f.vfs(4, 8), SAME, "VFs: 4 -> 0"),
        change(SAME, f -> f.vfs(4, 8), "VFs: 0 -> 4"),
        // Without VFs to enable, the rest means nothing.
        change(SAME, f -> f.vfs(4, 0).ari().vfsOn().vfPlaces(1, 1)),
        change(
            f -> f.vfs(4, 8),
            f -> f.vfs(4, 8).ari().vfsOn().vfPlaces(16, 2),
            "ARI: off -> on",
            "VF enable: off -> on",
            "first VF offset: 0 -> 16",
            "VF stride: 0 -> 2"),
        change(f -> f.vfs(4, 8).vfsOn(), f -> f.vfs(4, 8), "VF enable: on -> off"),
        change(f -> f.vfs(4, 8), f -> f.vfs(4, 8).vfsOn().status(ASLEEP)),
        change(f -> f.vfs(4, 8).vfsOn().status(ASLEEP), f -> f.vfs(4, 8)));
  }

  @ParameterizedTest(name = "{2}")
  @MethodSource("setUps")
  void anotherSetUpOfVfsIsTold(
      UnaryOperator<AlteredFunction> before,
      UnaryOperator<AlteredFunction> after,
      List<String> facts) {
    String headline =
        facts.isEmpty()
            ? ""
            : "SR-IOV of 0000:01:00.0 is set up otherwise: "
                + facts.get(0).replaceFirst("(.*): (.*) -> (.*)", "$1 $3 instead of $2");
    List<IsolationAlert> alerts = IdentityFindings.of(compared(before, after));

    assertFound(AlertCode.SRIOV_CHANGED, headline, facts, alerts);
    alerts.forEach(alert -> assertEquals(Severity.WARNING, alert.severity()));
  }

  @ParameterizedTest(name = "owner {0}")
  @CsvSource({"'', INFO", "vm-a, WARNING"})
  void otherAddressesAreOneFindingOfTheHost(String vm, Severity severity) {
    TestHost moved = owned(host("boot-2"), vm).readdress("A", "02:00.0");
    List<IsolationAlert> alerts =
        IdentityFindings.of(new Comparison(owned(host("boot-1"), vm).snapshot(), moved.snapshot()));

    assertEquals(1, alerts.size());
    IsolationAlert alert = alerts.get(0);
    assertEquals(AlertCode.BUS_RENUMBERED, alert.code());
    assertEquals(severity, alert.severity());
    assertEquals("1 functions have other addresses after a kexec", alert.headline());
    assertEquals(List.of("functions moved:  -> 1"), facts(alert));
    assertEquals(vm.isEmpty() ? List.of() : List.of(vm), alert.vms());
    assertEquals(
        List.of("0000:02:00.0"), alert.devices().stream().map(d -> "" + d.address()).toList());
  }

  @Test
  void ofManyMovedFunctionsThoseOfVmsAreNamedFirst() {
    List<IsolationAlert> alerts =
        IdentityFindings.of(new Comparison(wide(1, "boot-1"), wide(2, "boot-2")));

    List<String> named = new ArrayList<>();
    IntStream.range(0, 63).forEach(i -> named.add(widePath(i)));
    named.add(widePath(69));
    assertEquals(
        named, alerts.get(0).devices().stream().map(device -> device.path().text()).toList());
    assertEquals("70 functions have other addresses after a kexec", alerts.get(0).headline());
  }

  /** 70 functions on one bus below a port; the last one is a VM's. */
  private static Snapshot wide(int bus, String boot) {
    TestHost host = new TestHost().add("RP", "00:01.0", null, ROOT_PORT, false, OK).kexec(boot);
    for (int i = 0; i < 70; i++) {
      String bdf = "%02x:%02x.%d".formatted(bus, i / 8, i % 8);
      host.add("F" + i, bdf, "RP", ENDPOINT, true, NONE);
    }
    return host.owner("F69", "vm-z").snapshot();
  }

  private static String widePath(int i) {
    return "pci0000:00/01.0/%02x.%d".formatted(i / 8, i % 8);
  }
}
