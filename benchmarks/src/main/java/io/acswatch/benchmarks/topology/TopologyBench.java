package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Fill;
import io.acswatch.benchmarks.rig.Lane;
import io.acswatch.benchmarks.rig.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Lets the project and its rivals read the same records in turns, round after round, so that what
 * else the machine does meets them all. A first round, in which the JIT compiler gets its share, is
 * not counted.
 */
final class TopologyBench {
  private final Broker broker;
  private final Project project;
  private final List<Contender> inTurns;
  private final Consumer<String> progress;

  TopologyBench(Broker broker, Project project, Consumer<String> progress) {
    this.broker = broker;
    this.project = project;
    this.progress = progress;
    // The project comes first: what it remembers the store must hold.
    inTurns = List.of(project, new StoreApp(broker, project), new PlainConsumer(broker));
  }

  /** Fills the topics and runs. */
  TopologyReport run(Collection<Scenario> scenarios, Fill fill, int rounds)
      throws IOException, InterruptedException {
    List<Lane> lanes = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      progress.accept("filling the topic of " + scenario);
      lanes.add(fill.fill(scenario, broker));
    }
    Map<Lane, Map<String, List<Sample>>> samples = new LinkedHashMap<>();
    for (int round = 0; round <= rounds; round++) {
      for (Lane lane : lanes) {
        for (Contender contender : inTurns) {
          Sample sample = once(contender, lane, round);
          if (round > 0) {
            samples
                .computeIfAbsent(lane, ignored -> new LinkedHashMap<>())
                .computeIfAbsent(contender.label(), ignored -> new ArrayList<>())
                .add(sample);
          }
        }
        refuseRejects(lane);
      }
    }
    Map<Scenario, Double> stateBytes = new LinkedHashMap<>();
    for (Lane lane : lanes) {
      stateBytes.put(
          lane.scenario(),
          project.states(lane.scenario()).values().stream()
              .mapToInt(state -> state.length)
              .average()
              .orElse(Double.NaN));
    }
    return new TopologyReport(samples, stateBytes);
  }

  private Sample once(Contender contender, Lane lane, int round)
      throws IOException, InterruptedException {
    String run = "bench-%s-%s-%d".formatted(lane.scenario(), contender.label(), round);
    System.gc();
    try (Contender.Running running = contender.start(lane, run)) {
      Sample sample = Sample.of(running, lane, broker);
      progress.accept(
          "round %d%s, %s, %s: %.0f records/s, %.0f functions/s"
              .formatted(
                  round,
                  round == 0 ? " (warm-up)" : "",
                  lane.scenario(),
                  contender.label(),
                  sample.recordsPerSecond(),
                  sample.recordsPerSecond() * lane.functions()));
      return sample;
    }
  }

  /** A figure for records that were not judged is worth nothing. */
  private void refuseRejects(Lane lane) throws IOException {
    long rejects = broker.end(lane.topics().rejects());
    if (rejects > 0) {
      throw new IOException("the project refused records of " + lane.scenario());
    }
  }
}
