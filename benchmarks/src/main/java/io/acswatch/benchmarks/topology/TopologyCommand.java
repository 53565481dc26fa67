package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.BenchOptions;
import io.acswatch.benchmarks.rig.Broker;
import io.acswatch.benchmarks.rig.Fill;
import io.acswatch.benchmarks.rig.Scenario;
import io.acswatch.benchmarks.rig.Scratch;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.ExitCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
public final class TopologyCommand extends CliCommand {
  @Mixin private BenchOptions bench = new BenchOptions();

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
  public Integer call() throws IOException, InterruptedException {
    bench.require(rounds >= 1, "--rounds: expected 1 or more");
    bench.require(hosts >= 1, "--hosts: expected 1 or more");
    bench.require(functions >= 16 && functions <= 8_192, "--functions: expected 16 to 8192");
    bench.require(sweeps >= 3, "--sweeps: expected 3 or more");
    Set<Scenario> chosen = scenarios();
    Fill fill = new Fill(hosts, functions, sweeps, seed);
    TopologyReport report;
    try (Broker broker = Broker.start();
        Scratch scratch = new Scratch()) {
      report =
          new TopologyBench(
                  broker,
                  new Project(broker, scratch.directory(), bench.settings()),
                  bench::progress)
              .run(chosen, fill, rounds);
    }
    bench.print(report.text());
    return ExitCode.OK;
  }

  private Set<Scenario> scenarios() {
    if (scenarios.length == 0) {
      return EnumSet.allOf(Scenario.class);
    }
    List<String> known = Arrays.stream(Scenario.values()).map(Scenario::toString).toList();
    Set<Scenario> chosen = EnumSet.noneOf(Scenario.class);
    for (String name : scenarios) {
      bench.require(
          known.contains(name),
          "--scenario %s: expected some of %s".formatted(name, String.join(", ", known)));
      chosen.add(Scenario.values()[known.indexOf(name)]);
    }
    return chosen;
  }
}
