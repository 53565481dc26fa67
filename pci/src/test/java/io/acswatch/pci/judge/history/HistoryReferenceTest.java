package io.acswatch.pci.judge.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judged;
import io.acswatch.pci.judge.Judgement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The alert log of random hosts to which much happens, several things at a time, equals that of a
 * plain reference, snapshot by snapshot: status, code, severity and VMs of every alert. {@code
 * -Dhistories=10000} is what CI runs.
 */
class HistoryReferenceTest {
  private static final int SNAPSHOTS = 12;

  @Test
  void everyHistoryGivesTheLogOfTheReference() {
    long histories = Long.getLong("histories", 300);
    Map<String, Integer> lines = new ConcurrentHashMap<>();
    LongStream.range(0, histories).parallel().forEach(seed -> compare(seed, lines));
    // Histories in which nothing happens would agree about everything.
    ReferenceJudge.CODES.forEach(
        code ->
            assertTrue(
                lines.getOrDefault("RAISED " + code, 0) > histories / 100,
                () -> code + " is hardly ever raised: " + lines));
  }

  private static void compare(long seed, Map<String, Integer> lines) {
    HistoryHost host = new HistoryHost(new SplittableRandom(seed));
    ReferenceJudge reference = new ReferenceJudge();
    HostState state = HostState.NONE;
    for (int i = 0; i < SNAPSHOTS; i++) {
      Judged judged = Judgement.apply(state, host.snapshot());
      state = judged.state();
      List<String> log = new ArrayList<>();
      for (IsolationAlert alert : judged.alerts()) {
        String code = alert.code().name();
        if (ReferenceJudge.CODES.contains(code)) {
          log.add(
              ReferenceJudge.line(
                  alert.status().name(), code, alert.severity().name(), alert.vms()));
        }
      }
      log.removeIf(String::isEmpty);
      log.sort(null);
      int number = i;
      assertEquals(
          String.join("\n", reference.judge(host)),
          String.join("\n", log),
          () -> "seed=" + seed + ", snapshot " + number);
      log.forEach(line -> lines.merge(line.replaceFirst("^(\\S+ \\S+).*", "$1"), 1, Integer::sum));
      host.step();
    }
  }
}
