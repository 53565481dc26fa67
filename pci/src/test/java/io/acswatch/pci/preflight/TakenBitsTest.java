package io.acswatch.pci.preflight;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.preflight.Preflight.Mode.PLAIN_KEXEC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.PciIds;
import io.acswatch.pci.hierarchy.PortType;
import java.util.List;
import org.junit.jupiter.api.Test;

class TakenBitsTest {
  private static final PciIds IDT = new PciIds(0x111D, 0x80B5, 0x060400);
  private static final AcsRegisters WITHOUT_SV = new AcsRegisters(0x148, 0x5F, 0x1C, 0);

  /** A switch of which kernels from 7.0 on leave SV off, functions of one slot as its ports. */
  private static TestHost idt(String release) {
    return new TestHost()
        .release(release)
        .add("RP", "00:01.0", null, PortType.ROOT_PORT, false, OK)
        .add("UP", "01:00.0", "RP", PortType.UPSTREAM_PORT, false, NONE)
        .add("D0", "02:00.0", "UP", PortType.DOWNSTREAM_PORT, true, WITHOUT_SV, IDT)
        .add("D1", "02:00.1", "UP", PortType.DOWNSTREAM_PORT, true, WITHOUT_SV, IDT)
        .add("A", "03:00.0", "D0", PortType.ENDPOINT, false, NONE)
        .add("B", "04:00.0", "D1", PortType.ENDPOINT, false, NONE)
        .owner("A", "vm-a")
        .owner("B", "vm-b");
  }

  private static Preflight.Result preflight(TestHost host, String release) {
    return Preflight.of(
        host.snapshot(),
        PLAIN_KEXEC,
        release,
        null,
        null,
        List.of(),
        Preflight.ability(host.snapshot(), release, null));
  }

  @Test
  void bitThatNobodyHasSeenTakenIsForetoldBothWays() {
    Preflight.Result result = preflight(idt("7.2.12"), "6.12.74");

    assertEquals(Preflight.Outcome.UNKNOWN, result.outcome(), result.reasons().toString());
    String all = String.join("\n", result.reasons());
    assertTrue(
        all.contains("if 0000:02:00.0 (SV), 0000:02:00.1 (SV) does not take what it writes"), all);
    assertTrue(
        all.contains(
            "The difference is made by 0000:02:00.0, 0000:02:00.1, which would not isolate then."),
        all);
    assertTrue(result.findings().stream().noneMatch(a -> a.severity().isAtLeast(Severity.HIGH)));
    assertEquals(Preflight.Outcome.GO, preflight(idt("7.2.12"), "7.3.4").outcome());
  }

  @Test
  void deviceOfTheSameIdsThatHasItSetShowsThatItIsTaken() {
    TestHost seen =
        idt("7.2.12").add("D2", "02:00.2", "UP", PortType.DOWNSTREAM_PORT, true, OK, IDT);

    assertEquals(Preflight.Outcome.GO, preflight(seen, "6.12.74").outcome());
  }

  /** The kernel wrote SV, its groups show that it was not there: it never will be. */
  @Test
  void bitThatTheRunningKernelCouldNotSetStaysClear() {
    TestHost stuck = idt("6.12.74");
    // As bad as it is now.
    assertEquals(Preflight.Outcome.NO_GO, preflight(stuck, "6.16.12").outcome());
    // Kernels from 7.0 on do not ask for it.
    Preflight.Result split = preflight(stuck, "7.3.4");
    assertTrue(
        split.findings().stream().anyMatch(alert -> alert.code().name().equals("GROUP_SPLIT")),
        split.findings().toString());
    assertTrue(
        preflight(stuck, "6.16.12").findings().stream()
            .noneMatch(alert -> alert.code().name().equals("GROUP_SPLIT")));
  }

  /** The groups show that it was set when they were formed: somebody cleared it since. */
  @Test
  void bitThatWasClearedSinceIsTakenAgain() {
    TestHost cleared = idt("6.12.74");
    List.of("RP", "UP", "D0", "D1", "A", "B")
        .forEach(name -> cleared.reportGroup(name, name.hashCode()));

    assertEquals(Preflight.Outcome.GO, preflight(cleared, "6.16.12").outcome());
  }
}
