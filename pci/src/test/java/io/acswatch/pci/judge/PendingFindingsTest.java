package io.acswatch.pci.judge;

import static io.acswatch.pci.TestHost.NONE;
import static io.acswatch.pci.hierarchy.PortType.ENDPOINT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.TestHost;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.snapshot.AlteredSnapshot;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Findings that are held back until they have lasted. */
class PendingFindingsTest {
  private static final long NOW = 100_000;
  private static final DevicePath PLACE = new DevicePath("pci0000:00/02.0");
  private static final DevicePath OTHER = new DevicePath("pci0000:00/01.0");
  private static final Snapshot SNAPSHOT =
      AlteredSnapshot.at(
          new TestHost().add("A", "00:02.0", null, ENDPOINT, false, NONE).snapshot(), NOW);

  private static IsolationAlert finding(AlertCode code, DevicePath place) {
    return new Comparison(SNAPSHOT, SNAPSHOT)
        .alert(code, Severity.INFO, place.text(), List.of(), List.of(), null, "It was seen");
  }

  private static PendingFindings waiting(List<IsolationAlert> open, PendingFinding... pending) {
    return new PendingFindings(
        new HostState(null, null, 0, open, List.of(pending), List.of(), BootHistory.NONE),
        SNAPSHOT);
  }

  @Test
  void findingSeenForTheFirstTimeWaits() {
    PendingFindings pending = waiting(List.of());

    assertFalse(
        pending.isOver(finding(AlertCode.CONFIG_TORN, PLACE), PLACE, new TimeLimits(2, 0, 0)));
    assertEquals(
        List.of(new PendingFinding(AlertCode.CONFIG_TORN, PLACE, NOW, 1)), pending.still());
  }

  /** The second or third of its sightings, from so long ago. */
  @ParameterizedTest(name = "seen {0} times before, since {1}: {2}")
  @CsvSource({
    "1, 70000, true",
    "1, 70001, false",
    "2, 40000, true",
  })
  void findingIsToldOnceItHasLasted(int seen, long since, boolean over) {
    PendingFinding earlier = new PendingFinding(AlertCode.CONFIG_TORN, PLACE, since, seen);
    PendingFindings pending = waiting(List.of(), earlier);

    assertEquals(
        over,
        pending.isOver(
            finding(AlertCode.CONFIG_TORN, PLACE), PLACE, new TimeLimits(seen + 1, 30_000, 0)));
    assertEquals(
        over
            ? List.of()
            : List.of(new PendingFinding(AlertCode.CONFIG_TORN, PLACE, since, seen + 1)),
        pending.still());
  }

  @Test
  void anotherFindingOrAnotherPlaceWaitsForItself() {
    PendingFindings pending =
        waiting(
            List.of(),
            new PendingFinding(AlertCode.CONFIG_UNREADABLE, PLACE, 1, 9),
            new PendingFinding(AlertCode.CONFIG_TORN, OTHER, 1, 9));

    assertFalse(
        pending.isOver(finding(AlertCode.CONFIG_TORN, PLACE), PLACE, new TimeLimits(2, 0, 0)));
  }

  @Test
  void findingThatIsOpenIsLetThrough() {
    IsolationAlert open = finding(AlertCode.CONFIG_TORN, PLACE);
    PendingFindings pending = waiting(List.of(open));

    assertTrue(pending.isOver(open, PLACE, new TimeLimits(5, 0, 0)));
    assertEquals(List.of(), pending.still());
    assertFalse(
        pending.isOver(finding(AlertCode.CONFIG_TORN, OTHER), OTHER, new TimeLimits(5, 0, 0)));
  }

  @Test
  void whatWaitsIsInOrderOfCodeAndPlace() {
    PendingFindings pending = waiting(List.of());
    TimeLimits never = new TimeLimits(9, 0, 0);
    List<AlertCode> codes =
        List.of(AlertCode.CONFIG_UNREADABLE, AlertCode.CONFIG_TORN).stream().sorted().toList();
    for (DevicePath place : List.of(PLACE, OTHER)) {
      pending.isOver(finding(codes.get(1), place), place, never);
      pending.isOver(finding(codes.get(0), place), place, never);
    }

    assertEquals(
        List.of(
            new PendingFinding(codes.get(0), OTHER, NOW, 1),
            new PendingFinding(codes.get(0), PLACE, NOW, 1),
            new PendingFinding(codes.get(1), OTHER, NOW, 1),
            new PendingFinding(codes.get(1), PLACE, NOW, 1)),
        pending.still());
  }
}
