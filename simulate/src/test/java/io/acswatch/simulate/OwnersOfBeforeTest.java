package io.acswatch.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.frame.FrameReader;
import io.acswatch.wire.frame.FrameType;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who owned what where nobody owns anything any more, and where a device is away for a while. In
 * these seeds the judgement and the oracle had it differently.
 */
class OwnersOfBeforeTest {
  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {12, 14, 16, 27, 40})
  void judgementAndOracleAgree(long seed) {
    Fleet fleet = new Fleet(100, seed, 0, 14);
    Map<String, Integer> balance = new TreeMap<>();
    Map<String, HostState> states = new HashMap<>();
    FrameReader reader = new FrameReader();
    long end = Fleet.START_MILLIS + Duration.ofHours(1).toMillis();
    while (fleet.nextAt() < end) {
      for (Emission emission : fleet.advance()) {
        emission.alerts().forEach(alert -> balance.merge(alert.toString(), 1, Integer::sum));
        if (emission.value() == null
            || reader.wrap(emission.value()) != null
            || reader.type() != FrameType.SNAPSHOT) {
          continue;
        }
        Snapshot snapshot = reader.toSnapshot();
        Judged judged =
            Judgement.apply(states.getOrDefault(emission.host(), HostState.NONE), snapshot);
        states.put(emission.host(), judged.state());
        for (IsolationAlert alert : judged.alerts()) {
          if (Oracle.CODES.contains(alert.code())) {
            balance.merge(ExpectedAlert.of(alert).toString(), -1, Integer::sum);
          }
        }
      }
    }
    balance.values().removeIf(count -> count == 0);
    assertEquals(Map.of(), balance);
  }
}
