package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Fill;
import io.acswatch.benchmarks.rig.PipelineCommand;
import io.acswatch.benchmarks.rig.Scenario;
import io.acswatch.benchmarks.rig.Scratch;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench topology}: throughput against rivals. */
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
      description = "Snapshots of each host, at least 3; default 16.")
  private int sweeps = 16;

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      split = ",",
      description = "unchanged, changed, alerting; default all.")
  private String[] scenarios = {};

  @Option(names = "--seed", paramLabel = "S", description = "Decides the hosts; default 1.")
  private long seed = 1;

  @Override
  protected void checkOptions() {
    require(rounds >= 1, "--rounds: expected 1 or more");
    require(hosts >= 1, "--hosts: expected 1 or more");
    require(functions >= 16 && functions <= 8_192, "--functions: expected 16 to 8192");
    require(sweeps >= 3, "--sweeps: expected 3 or more");
    scenarios();
  }

  @Override
  protected List<String> measure(Broker broker, Scratch scratch)
      throws IOException, InterruptedException {
    Project project = new Project(broker, scratch, settings());
    Fill fill = new Fill(hosts, functions, sweeps, seed);
    return new TopologyBench(broker, project, this::progress).run(scenarios(), fill, rounds).text();
  }

  private Set<Scenario> scenarios() {
    if (scenarios.length == 0) {
      return EnumSet.allOf(Scenario.class);
    }
    List<String> known = Arrays.stream(Scenario.values()).map(Scenario::toString).toList();
    Set<Scenario> chosen = EnumSet.noneOf(Scenario.class);
    for (String name : scenarios) {
      require(
          known.contains(name),
          "--scenario %s: expected some of %s".formatted(name, String.join(", ", known)));
      chosen.add(Scenario.values()[known.indexOf(name)]);
    }
    return chosen;
  }
}
