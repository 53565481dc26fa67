package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Lane;
import io.acswatch.benchmarks.rig.PipelineCommand;
import io.acswatch.benchmarks.rig.Scenario;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench topology}: lets the project and its rivals read the same records in turns, round
 * after round, so that what else the machine does meets them all. A first round, in which the JIT
 * compiler gets its share, is not counted.
 */
@Command(
    name = "topology",
    description = {
      "Throughput of the streams application, with exactly-once, on a real broker in a JVM of its"
          + " own. Two rivals read the same records in the same rounds: a Kafka Streams topology"
          + " that does one get and one put per record in the same kind of store, and a plain"
          + " consumer that adds up every byte.",
      "Each has one thread and one partition. Reports the medians of the rounds, and the ratios"
          + " within each round."
    })
public final class TopologyCommand extends PipelineCommand {
  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds that count, after one that does not; default 5.")
  private int rounds = 5;

  @Option(names = "--hosts", paramLabel = "N", description = "Hosts; default 1000.")
  private int hosts = 1_000;

  @Option(
      names = "--functions",
      paramLabel = "N",
      description = "PCI functions of each host, 16 to 8192; default 100.")
  private int functions = 100;

  @Option(
      names = "--sweeps",
      paramLabel = "N",
      description = "Records of each host, at least 3; default 16.")
  private int sweeps = 16;

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      split = ",",
      description = "heartbeat, unchanged, changed, alerting; default all.")
  private SortedSet<Scenario> scenarios = new TreeSet<>(List.of(Scenario.values()));

  @Override
  protected void checkOptions() {
    require(rounds >= 1, "--rounds: expected 1 or more");
    require(hosts >= 1, "--hosts: expected 1 or more");
    require(functions >= 16 && functions <= 8_192, "--functions: expected 16 to 8192");
    require(sweeps >= 3, "--sweeps: expected 3 or more");
  }

  @Override
  protected List<String> measure(Broker broker, Path scratch)
      throws IOException, InterruptedException {
    Project project = new Project(broker, scratch);
    Map<String, Contender> inTurns = new LinkedHashMap<>();
    // The project comes first: what it remembers the store must hold.
    inTurns.put(Project.LABEL, project);
    inTurns.put(StoreApp.LABEL, new StoreApp(broker, project));
    inTurns.put(PlainConsumer.LABEL, new PlainConsumer(broker));
    List<Lane> lanes = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      progress("filling the topic of " + scenario);
      lanes.add(Lane.fill(scenario, broker, hosts, functions, sweeps));
    }
    Map<Lane, Map<String, List<Sample>>> samples = new LinkedHashMap<>();
    for (int round = 0; round <= rounds; round++) {
      for (Lane lane : lanes) {
        for (var contender : inTurns.entrySet()) {
          Sample sample = once(contender.getKey(), contender.getValue(), lane, round, broker);
          if (round > 0) {
            samples
                .computeIfAbsent(lane, ignored -> new LinkedHashMap<>())
                .computeIfAbsent(contender.getKey(), ignored -> new ArrayList<>())
                .add(sample);
          }
        }
        refuseRejects(lane, broker);
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
    return new TopologyReport(samples, stateBytes).text();
  }

  private Sample once(String label, Contender contender, Lane lane, int round, Broker broker)
      throws IOException, InterruptedException {
    String run = "bench-%s-%s-%d".formatted(lane.scenario(), label, round);
    System.gc();
    try (Contender.Running running = contender.start(lane, run)) {
      Sample sample = Sample.of(running, lane, broker);
      progress(
          "round %d%s, %s, %s: %.0f records/s, %.0f functions/s"
              .formatted(
                  round,
                  round == 0 ? " (warm-up)" : "",
                  lane.scenario(),
                  label,
                  sample.recordsPerSecond(),
                  sample.recordsPerSecond() * lane.functions()));
      return sample;
    }
  }

  /** A figure for records that were not judged is worth nothing. */
  private void refuseRejects(Lane lane, Broker broker) throws IOException {
    long rejects = broker.end(lane.topics().rejects());
    if (rejects > 0) {
      throw new IOException("the project refused records of " + lane.scenario());
    }
  }
}
