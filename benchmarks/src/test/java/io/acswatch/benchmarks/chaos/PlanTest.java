package io.acswatch.benchmarks.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.acswatch.benchmarks.chaos.Fault.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanTest {
  private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);

  @TempDir private Path directory;

  @Test
  void aSeedGivesTheSamePlanAndTheSameRecords() {
    Plan plan = Plan.of(5, 3, 60, ALL);

    assertEquals(plan, Plan.of(5, 3, 60, ALL));
    assertNotEquals(plan, Plan.of(5, 4, 60, ALL));
    assertEquals(new Traffic(plan).demanded(), new Traffic(plan).demanded());
  }

  @Test
  void everyFaultIsDrawn() {
    Set<Kind> drawn = EnumSet.noneOf(Kind.class);
    for (int round = 1; round < 400; round++) {
      Plan.of(1, round, 60, ALL).faults().forEach(fault -> drawn.add(fault.kind()));
    }
    assertEquals(ALL, drawn);
  }

  @Test
  void aWrittenPlanIsReadAsItWas() throws Exception {
    Path file = directory.resolve("round.chaos");
    for (int round = 1; round < 50; round++) {
      Plan plan = Plan.of(9, round, 45, ALL);
      plan.write(file, "abc, with changes", List.of("alerts of h: 2 due\nsecond line"));
      assertEquals(plan, Plan.read(file));
    }
  }

  @Test
  void aLineThatIsNotUnderstoodIsRefused() throws Exception {
    Path file = Files.writeString(directory.resolve("round.chaos"), "fault no-such s1 @1 +1\n");

    assertThrows(IllegalArgumentException.class, () -> Plan.read(file));
  }
}
