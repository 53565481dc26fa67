package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Fault.Kind;
import io.acswatch.benchmarks.chaos.Round.Result;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Nothing lost, nothing twice: shown on real processes under faults that a seed draws. */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs three brokers and two to three instances of the streams application, sends them a"
          + " simulated fleet, and does faults to them that follow from the seed. Each round ends"
          + " with a check of what is on the topics. Needs root for faults of network and disk.",
      "A round that fails is written to a file for --replay, and is shrunk: faults are taken away"
          + " while it still fails."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:no violation; with --mutant: the mutant was caught",
      "1:a violation; with --mutant: it was not caught",
      "2:wrong usage",
      "3:something that cannot be started, read or written"
    })
final class ChaosMain extends CliCommand {
  private static final int MUTANT_ROUNDS = 3;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of the rounds; default 1.")
  private long seed = 1;

  @Option(names = "--rounds", paramLabel = "R", description = "Rounds; default 1.")
  private int rounds = 1;

  @Option(
      names = "--faults",
      paramLabel = "LIST",
      split = ",",
      description = "Only these faults, separated by commas; 'none' for none. Default: all.")
  private List<String> faults = List.of();

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "Minutes that are simulated in a round; default 60.")
  private int minutes = 60;

  @Option(
      names = "--replay",
      paramLabel = "FILE",
      description = "Run the round of this file, which a failed round has written.")
  private Path replay;

  @Option(
      names = "--mutant",
      paramLabel = "NAME",
      description =
          "Run a mutant of the application, until the check catches it: commit-before-write,"
              + " no-boot-order, no-dedupe, no-size-check, trust-standby, always-ready.")
  private String mutant = "";

  @Option(
      names = "--figures",
      paramLabel = "LIST",
      split = ",",
      description =
          "Measure instead, on an idle machine: failover (with and without standby), rebuild,"
              + " restore, backlog, flood.")
  private List<String> figures = List.of();

  @Option(
      names = "--hosts",
      paramLabel = "N",
      description = "Hosts of state for --figures; default 10000.")
  private int hosts = 10_000;

  @Option(
      names = "--shrink",
      paramLabel = "N",
      description = "Most rounds to shrink one that fails; default 12, 0 for none.")
  private int shrink = 12;

  @Option(
      names = "--stop",
      description = "End at the first round that fails; otherwise all rounds are run.")
  private boolean stop;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where rounds that fail are written; default is .acswatch/chaos.")
  private Path output;

  private final Map<Kind, Integer> injected = new EnumMap<>(Kind.class);
  private final String commit = System.getProperty("chaos.commit", "unknown");
  private Cluster cluster;
  private Admin admin;
  private int topicsOfRounds;
  private int failed;

  public static void main(String[] arguments) {
    System.exit(Program.commandLine(new ChaosMain()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Set<Kind> kinds = kinds();
    Path directory = Files.createTempDirectory("acswatch-chaos-");
    Network network =
        new Network(System.getProperty("chaos.no-network", "not started by acswatch"));
    if (!network.isReal()) {
      kinds.removeIf(
          kind ->
              kind.isOfNetwork() || kind == Kind.FULL_DISK_APP || kind == Kind.FULL_DISK_BROKER);
    }
    int code = ExitCode.FINDING;
    try {
      String launcher = System.getProperty("acswatch.launcher");
      cluster =
          new Cluster(directory, network, launcher, mutant, figures.isEmpty() ? "1536m" : "5g");
      tell("commit " + commit + "; what this machine lacks: " + lacks(network));
      for (Cluster.Broker broker : cluster.brokers().values()) {
        cluster.start(broker);
      }
      admin =
          Admin.create(
              Map.of(
                  AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                  cluster.bootstrapServers(),
                  AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                  1_000));
      if (!figures.isEmpty()) {
        new Figures(cluster, admin, hosts, this::tell).run(figures);
        code = ExitCode.OK;
      } else {
        code = replay == null ? runRounds(kinds, directory) : replay(directory);
      }
      return code;
    } finally {
      if (admin != null) {
        admin.close(Duration.ofSeconds(2));
      }
      if (cluster != null) {
        cluster.end();
        if (code == ExitCode.OK) {
          cluster.delete();
        } else {
          tell("what the processes said is in " + directory);
        }
      }
    }
  }

  private static String lacks(Network network) {
    String clocks = "steps of a clock are those of the frames' own times, not of a process";
    return network.lacks().isEmpty() ? clocks : network.lacks() + "; " + clocks;
  }

  private Set<Kind> kinds() {
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    try {
      if (!faults.isEmpty()) {
        faults.stream().filter(name -> !name.equals("none")).map(Kind::parse).forEach(kinds::add);
      } else if (mutant.isEmpty()) {
        kinds.addAll(Arrays.asList(Kind.values()));
      } else {
        kinds.addAll(bearingOn(mutant));
      }
    } catch (IllegalArgumentException refused) {
      throw wrongUsage(refused.getMessage());
    }
    return kinds;
  }

  /** Faults by which a mutant can be seen at all. */
  private static Set<Kind> bearingOn(String mutant) {
    return switch (mutant) {
      case "commit-before-write" -> EnumSet.of(Kind.KILL_APP);
      case "no-boot-order" -> EnumSet.of(Kind.OLD_FRAMES);
      case "no-dedupe" -> EnumSet.of(Kind.DUPLICATES, Kind.KILL_SENDER);
      case "no-size-check" -> EnumSet.of(Kind.OVERSIZED);
      case "trust-standby" -> EnumSet.of(Kind.KILL_APP, Kind.WIPED_STATE);
      case "always-ready" -> EnumSet.of(Kind.OUTAGE);
      default -> throw new IllegalArgumentException("no such mutant: " + mutant);
    };
  }

  private int runRounds(Set<Kind> kinds, Path directory) throws Exception {
    int most = mutant.isEmpty() ? rounds : MUTANT_ROUNDS;
    int done = 0;
    while (done < most && (failed == 0 || !stop && mutant.isEmpty())) {
      done++;
      Plan plan = Plan.of(seed, done, minutes, kinds);
      Result result = run(plan, "seed %d round %d".formatted(seed, done));
      if (!mutant.isEmpty() && !cluster.ranMutant()) {
        throw new CommandFailure("mutant " + mutant + " was not made: the code has changed");
      }
      if (!result.violations().isEmpty()) {
        failed++;
        if (mutant.isEmpty()) {
          failed(plan, result, done, directory);
        }
      }
    }
    tell(
        "faults: "
            + injected.entrySet().stream()
                .map(one -> one.getValue() + " " + one.getKey())
                .collect(Collectors.joining(", ")));
    if (!mutant.isEmpty()) {
      tell(
          failed > 0
              ? "mutant %s is caught after %d rounds".formatted(mutant, done)
              : "mutant %s is NOT caught in %d rounds".formatted(mutant, done));
      return failed > 0 ? ExitCode.OK : ExitCode.FINDING;
    }
    tell("%d rounds, %d failed".formatted(done, failed));
    return failed == 0 ? ExitCode.OK : ExitCode.FINDING;
  }

  private int replay(Path directory) throws Exception {
    Plan plan;
    try {
      plan = Plan.read(replay);
    } catch (IllegalArgumentException refused) {
      throw wrongUsage(replay + ": " + refused.getMessage());
    }
    Result result = run(plan, "replay of " + replay);
    return result.violations().isEmpty() ? ExitCode.OK : ExitCode.FINDING;
  }

  private Result run(Plan plan, String name) throws Exception {
    tell("%s: %d instances; %s".formatted(name, plan.apps(), plan.faults()));
    plan.faults().forEach(fault -> injected.merge(fault.kind(), 1, Integer::sum));
    Result result =
        new Round(plan, cluster, admin, "r" + ++topicsOfRounds + "-" + plan.seed()).run();
    result.notes().forEach(note -> tell("  note: " + note));
    result.violations().forEach(violation -> tell("  VIOLATION: " + violation));
    tell(
        "%s: %s (%s)"
            .formatted(
                name, result.violations().isEmpty() ? "passed" : "FAILED", result.figures()));
    return result;
  }

  private void failed(Plan plan, Result result, int round, Path directory) throws Exception {
    Path file = file("seed-%d-round-%d".formatted(seed, round));
    plan.write(file, commit, result.violations());
    keepLogs(directory, file);
    tell(
        "seed %d round %d of commit %s; ./acswatch chaos --replay %s"
            .formatted(seed, round, commit, file));
    Plan least = plan;
    int left = shrink;
    for (Fault fault : plan.faults()) {
      if (left-- <= 0) {
        break;
      }
      List<Fault> fewer = new ArrayList<>(least.faults());
      fewer.remove(fault);
      Result again = run(least.with(fewer), "shrinking");
      if (!again.violations().isEmpty()) {
        least = least.with(fewer);
      }
    }
    if (shrink > 0) {
      Path smaller = file("seed-%d-round-%d-shrunk".formatted(seed, round));
      least.write(smaller, commit, result.violations());
      tell("shrunk to " + least.faults() + ": " + smaller);
    }
  }

  private Path file(String name) throws IOException {
    Path directory =
        output != null
            ? output
            : Path.of(System.getProperty("acswatch.launcher")).resolveSibling(".acswatch/chaos");
    return Files.createDirectories(directory).toAbsolutePath().resolve(name + ".chaos");
  }

  /** What the processes said, beside the file. */
  private static void keepLogs(Path directory, Path file) throws IOException {
    Path kept = Files.createDirectories(file.resolveSibling(file.getFileName() + ".logs"));
    try (var logs = Files.newDirectoryStream(directory, "*.log")) {
      for (Path log : logs) {
        Files.write(kept.resolve(log.getFileName()), Files.readAllBytes(log));
      }
    }
  }

  private void tell(String line) {
    String time = java.time.LocalTime.now().toString().substring(0, 8);
    out()
        .println(
            time + " " + new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    flush();
  }
}
