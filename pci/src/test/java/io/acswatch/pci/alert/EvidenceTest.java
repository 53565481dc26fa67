package io.acswatch.pci.alert;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.TestHost.OK;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static io.acswatch.pci.hierarchy.PortType.ROOT_PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.snapshot.AlteredFunction;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What alerts rest on. */
class EvidenceTest {
  private static final Evidence.Fact FACT = Evidence.Fact.now("read status", "COMPLETE");
  private static final Evidence.PortRegisters WORDS =
      new Evidence.PortRegisters(
          PciAddress.parse("00:01.0"), new DevicePath("pci0000:00/01.0"), ROOT_PORT, 1, 2, 3, 4);
  private static final AlertDevice MEMBER =
      new AlertDevice(
          PciAddress.parse("01:00.0"), null, new DevicePath("pci0000:00/01.0/00.0"), "", "", 1, 2);

  private static Snapshot snapshot() {
    return new TestHost()
        .add("RP", "00:01.0", null, ROOT_PORT, false, OK)
        .add("A", "01:00.0", "RP", ENDPOINT, false, NONE)
        .add("B", "01:00.1", "RP", ENDPOINT, false, NONE)
        .sequence(3)
        .snapshot();
  }

  private static Evidence whole() {
    return Evidence.of(snapshot(), Confidence.MEDIUM, true)
        .with(List.of(FACT))
        .with(List.of(WORDS), List.of(MEMBER));
  }

  private static Evidence expected(Evidence.Observed observed, Confidence confidence) {
    return new Evidence(
        new Evidence.Basis(Platform.of(snapshot()), BootClass.COLD, true, true, 3, 0),
        observed,
        confidence,
        List.of(FACT),
        List.of(WORDS),
        List.of(MEMBER));
  }

  @ParameterizedTest(name = "{0}: {1} unread, privileged {2}")
  @CsvSource({
    "COMPLETE, 0, true",
    "EXT_UNAVAILABLE, 0, true",
    "TRUNCATED_UNPRIVILEGED, 2, false",
    "ALL_ONES, 2, true",
  })
  void functionsThatWereNotReadAreCounted(ReadStatus status, int unread, boolean privileged) {
    Snapshot altered = AlteredFunction.in(snapshot(), "01:00.0", f -> f.status(status));
    altered = AlteredFunction.in(altered, "01:00.1", f -> f.status(status));

    Evidence evidence = Evidence.of(altered, Confidence.HIGH, false);

    assertEquals(3, evidence.basis().functions());
    assertEquals(unread, evidence.basis().unread());
    assertEquals(privileged, evidence.basis().privileged());
  }

  @Test
  void oneUnprivilegedReadAmongOthersIsEnough() {
    Snapshot first =
        AlteredFunction.in(snapshot(), "00:01.0", f -> f.status(ReadStatus.TRUNCATED_UNPRIVILEGED));

    assertEquals(false, Evidence.of(first, Confidence.HIGH, false).basis().privileged());
  }

  @Test
  void aPartThatIsAddedLeavesTheOthersAlone() {
    Evidence.Observed observed = new Evidence.Observed("boot-1", 3_000, 3);

    assertEquals(expected(observed, Confidence.MEDIUM), whole());
    assertEquals(expected(observed, Confidence.HIGH), whole().with(Confidence.HIGH));
    Evidence.Observed later = new Evidence.Observed("boot-2", 9_000, 1);
    assertEquals(expected(later, Confidence.MEDIUM), whole().observedBy(later));
  }
}
