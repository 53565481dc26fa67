package io.acswatch.wire.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every code has a story that raises it and one that must not. */
class ConditionTableTest {
  private static final Map<AlertCode, Scenarios.Pair> SCENARIOS = Scenarios.all();

  @Test
  void everyCodeHasBothStories() {
    assertEquals(EnumSet.allOf(AlertCode.class), SCENARIOS.keySet());
    SCENARIOS.forEach(
        (code, pair) -> {
          assertFalse(pair.raises().isEmpty(), code::name);
          assertFalse(pair.quiet().isEmpty(), code::name);
        });
  }

  @ParameterizedTest
  @EnumSource(AlertCode.class)
  void isRaisedAtTheEndOfItsStoryAndNotBefore(AlertCode code) {
    List<Set<AlertCode>> raised = raised(SCENARIOS.get(code).raises());

    for (int i = 0; i < raised.size() - 1; i++) {
      assertFalse(raised.get(i).contains(code), raised::toString);
    }
    assertTrue(raised.get(raised.size() - 1).contains(code), raised::toString);
  }

  @ParameterizedTest
  @EnumSource(AlertCode.class)
  void isNotRaisedByWhatIsOnlyLikeIt(AlertCode code) {
    List<Set<AlertCode>> raised = raised(SCENARIOS.get(code).quiet());

    assertTrue(raised.stream().noneMatch(codes -> codes.contains(code)), raised::toString);
  }

  /** Codes raised by each snapshot. */
  private static List<Set<AlertCode>> raised(List<Snapshot> snapshots) {
    List<Set<AlertCode>> raised = new ArrayList<>();
    HostState state = HostState.NONE;
    for (Snapshot snapshot : snapshots) {
      Judged judged = Judgement.apply(state, snapshot);
      state = judged.state();
      Set<AlertCode> codes = EnumSet.noneOf(AlertCode.class);
      for (IsolationAlert alert : judged.alerts()) {
        if (alert.status() == AlertStatus.RAISED) {
          codes.add(alert.code());
        }
      }
      raised.add(codes);
    }
    return raised;
  }
}
