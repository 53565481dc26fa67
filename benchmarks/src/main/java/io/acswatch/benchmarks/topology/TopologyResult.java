package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Scenario;
import io.acswatch.benchmarks.rig.Spread;
import io.acswatch.benchmarks.topology.TopologyBench.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the rounds gave.
 *
 * @param rounds that were counted
 * @param functionsOfHost PCI functions of each host
 * @param samples one for each round
 * @param stateBytes what the project remembers of a host, by scenario
 */
record TopologyResult(
    int rounds,
    int functionsOfHost,
    Map<Entry, List<Sample>> samples,
    Map<Scenario, Double> stateBytes) {

  /**
   * How many times as many functions one contender takes in as another, in the same round.
   *
   * @param goal what was asked for; empty if nothing
   */
  record Ratio(String name, Spread times, Optional<Double> goal) {
    boolean isMet() {
      return goal.isEmpty() || times.median() >= goal.get();
    }
  }

  /** All ratios that can be told from the scenarios that were run. */
  List<Ratio> ratios() {
    List<Ratio> ratios = new ArrayList<>();
    for (Scenario scenario : Scenario.values()) {
      // The goal is for what hosts send all day. Changed snapshots cannot reach it as well, while
      // unchanged ones are to be three times as fast as they are.
      add(ratios, scenario, scenario, Contenders.STORE, scenario == Scenario.UNCHANGED ? 0.8 : 0);
      add(ratios, scenario, scenario, PlainConsumer.LABEL, 0);
    }
    add(ratios, Scenario.UNCHANGED, Scenario.CHANGED, Contenders.PROJECT, 3);
    return ratios;
  }

  private void add(
      List<Ratio> ratios, Scenario scenario, Scenario other, String rival, double goal) {
    Optional<Entry> mine = entry(scenario, Contenders.PROJECT);
    Optional<Entry> theirs = entry(other, rival);
    if (mine.isEmpty() || theirs.isEmpty()) {
      return;
    }
    List<Double> times = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      times.add(functionsPerSecond(mine.get(), round) / functionsPerSecond(theirs.get(), round));
    }
    ratios.add(
        new Ratio(
            "%s: project / %s%s"
                .formatted(scenario, rival, other == scenario ? "" : " of " + other),
            Spread.of(times),
            goal == 0 ? Optional.empty() : Optional.of(goal)));
  }

  private Optional<Entry> entry(Scenario scenario, String contender) {
    return samples.keySet().stream()
        .filter(e -> e.lane().scenario() == scenario && e.contender().equals(contender))
        .findFirst();
  }

  private double functionsPerSecond(Entry entry, int round) {
    return samples.get(entry).get(round).recordsPerSecond() * entry.lane().functions();
  }
}
