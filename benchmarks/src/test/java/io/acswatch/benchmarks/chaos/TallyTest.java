package io.acswatch.benchmarks.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.benchmarks.chaos.Fault.Kind;
import io.acswatch.benchmarks.chaos.Property.Violation;
import io.acswatch.benchmarks.chaos.Round.Result;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TallyTest {
  private static final Fault KILL = new Fault(Kind.KILL_APP, "s1", 2_000, 500);
  private static final Fault AGAIN = new Fault(Kind.KILL_APP, "s2", 3_000, 500);
  private static final Fault CUT = new Fault(Kind.CUT, "b1-b2", 2_000, 500);

  private final Tally tally = new Tally();

  private static Result result(List<Fault> done, List<Fault> notDone, Violation... violations) {
    return new Result(
        List.of(violations),
        Set.of(Property.ALERTS, Property.PROGRESS),
        done,
        notDone,
        100,
        "",
        List.of());
  }

  @Test
  void aFaultThatWasNotDoneIsNotCountedAsDone() {
    tally.add(7, 1, result(List.of(KILL, AGAIN), List.of(CUT)));
    tally.add(7, 2, result(List.of(KILL), List.of()));

    List<String> lines = tally.tables();
    assertTrue(lines.contains("| `kill-app` | 3 | 2 | 0 |"), lines.toString());
    assertTrue(lines.contains("| `cut` | 0 | 0 | 1 |"), lines.toString());
    assertTrue(
        lines.contains("| each alert once, in order, and no other | 3 | 2 | nothing | 0 |"),
        lines.toString());
    assertTrue(lines.contains("| memory is bounded | 3 | 0 | nothing | 0 |"), lines.toString());
    assertTrue(lines.contains("Rounds: seed 7 (1 to 2)."), lines.toString());
  }

  @Test
  void aViolationIsNamedWithItsSeedAndRound() {
    tally.add(7, 1, result(List.of(KILL), List.of(), new Violation(Property.ALERTS, "missing")));

    assertEquals(1, tally.failed());
    assertTrue(
        tally.tables().contains("| each alert once, in order, and no other | 1 | 1 | 7/1 | 1 |"));
    assertTrue(tally.summary().startsWith("1 rounds, 1 failed (7/1); 1 faults done"));
  }
}
