package io.acswatch.benchmarks.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.acswatch.benchmarks.chaos.Fault.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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
  void anyTwoNodesAreCutInBothDirections() {
    Set<String> cuts = new TreeSet<>();
    for (int round = 1; round < 2_000; round++) {
      Plan.of(1, round, 60, EnumSet.of(Kind.CUT, Kind.CUT_ONE_WAY)).faults().stream()
          .map(fault -> fault.target().replaceAll("[0-9]", ""))
          .forEach(cuts::add);
    }
    assertEquals(
        Set.of("b-b", "b-s", "s-b", "s-s", "b-driver", "driver-b", "s-driver", "driver-s"), cuts);
  }

  @Test
  void faultsOfWhatIsSentAreMadeOfFrames() {
    Map<Kind, Integer> without = new EnumMap<>(Kind.class);
    Map<Kind, Integer> drawn = new EnumMap<>(Kind.class);
    Set<Kind> kinds =
        ALL.stream().filter(Kind::isOfTraffic).collect(Collectors.toCollection(TreeSet::new));
    for (int round = 1; round < 30; round++) {
      Plan plan = Plan.of(3, round, 60, kinds);
      Traffic traffic = new Traffic(plan);
      for (Fault fault : plan.faults()) {
        drawn.merge(fault.kind(), 1, Integer::sum);
        without.merge(fault.kind(), traffic.injected(fault) == 0 ? 1 : 0, Integer::sum);
      }
    }
    assertEquals(kinds, drawn.keySet());
    without.forEach(
        (kind, count) -> assertTrue(count <= drawn.get(kind) / 3, kind + " without: " + count));
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
    Path file = directory.resolve("round.chaos");
    String whole = "seed 1\napps 2\nminutes 60\n";
    Files.writeString(file, whole);
    assertEquals(List.of(), Plan.read(file).faults());
    for (String wrong :
        List.of(
            "",
            "seed 1\napps 2\n",
            whole + "fault no-such s1 @1 +1\n",
            whole.replace("seed 1", "seed x"))) {
      Files.writeString(file, wrong);
      assertThrows(IllegalArgumentException.class, () -> Plan.read(file), wrong);
    }
  }
}
