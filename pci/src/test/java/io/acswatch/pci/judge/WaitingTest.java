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
class WaitingTest {
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

  private static Waiting waiting(List<IsolationAlert> open, Pending... pending) {
    return new Waiting(new HostState(null, null, 0, open, List.of(pending), List.of()), SNAPSHOT);
  }

  @Test
  void findingSeenForTheFirstTimeWaits() {
    Waiting waiting = waiting(List.of());

    assertFalse(waiting.isOver(finding(AlertCode.CONFIG_TORN, PLACE), PLACE, new Grace(2, 0, 0)));
    assertEquals(List.of(new Pending(AlertCode.CONFIG_TORN, PLACE, NOW, 1)), waiting.still());
  }

  /** The second or third of its sightings, from so long ago. */
  @ParameterizedTest(name = "seen {0} times before, since {1}: {2}")
  @CsvSource({
    "1, 70000, true",
    "1, 70001, false",
    "2, 40000, true",
  })
  void findingIsToldOnceItHasLasted(int seen, long since, boolean over) {
    Pending earlier = new Pending(AlertCode.CONFIG_TORN, PLACE, since, seen);
    Waiting waiting = waiting(List.of(), earlier);

    assertEquals(
        over,
        waiting.isOver(
            finding(AlertCode.CONFIG_TORN, PLACE), PLACE, new Grace(seen + 1, 30_000, 0)));
    assertEquals(
        over ? List.of() : List.of(new Pending(AlertCode.CONFIG_TORN, PLACE, since, seen + 1)),
        waiting.still());
  }

  @Test
  void anotherFindingOrAnotherPlaceWaitsForItself() {
    Waiting waiting =
        waiting(
            List.of(),
            new Pending(AlertCode.CONFIG_UNREADABLE, PLACE, 1, 9),
            new Pending(AlertCode.CONFIG_TORN, OTHER, 1, 9));

    assertFalse(waiting.isOver(finding(AlertCode.CONFIG_TORN, PLACE), PLACE, new Grace(2, 0, 0)));
  }

  @Test
  void findingThatIsOpenIsLetThrough() {
    IsolationAlert open = finding(AlertCode.CONFIG_TORN, PLACE);
    Waiting waiting = waiting(List.of(open));

    assertTrue(waiting.isOver(open, PLACE, new Grace(5, 0, 0)));
    assertEquals(List.of(), waiting.still());
    assertFalse(waiting.isOver(finding(AlertCode.CONFIG_TORN, OTHER), OTHER, new Grace(5, 0, 0)));
  }

  @Test
  void whatWaitsIsInOrderOfCodeAndPlace() {
    Waiting waiting = waiting(List.of());
    Grace never = new Grace(9, 0, 0);
    List<AlertCode> codes =
        List.of(AlertCode.CONFIG_UNREADABLE, AlertCode.CONFIG_TORN).stream().sorted().toList();
    for (DevicePath place : List.of(PLACE, OTHER)) {
      waiting.isOver(finding(codes.get(1), place), place, never);
      waiting.isOver(finding(codes.get(0), place), place, never);
    }

    assertEquals(
        List.of(
            new Pending(codes.get(0), OTHER, NOW, 1),
            new Pending(codes.get(0), PLACE, NOW, 1),
            new Pending(codes.get(1), OTHER, NOW, 1),
            new Pending(codes.get(1), PLACE, NOW, 1)),
        waiting.still());
  }
}
