package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Fault.Kind;
import io.acswatch.benchmarks.chaos.Property.Violation;
import io.acswatch.benchmarks.chaos.Round.Result;
import io.acswatch.cli.CliCommand;
import io.acswatch.cli.CommandFailure;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.Program;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.jspecify.annotations.Nullable;
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
          + " with a check of what is on the topics. Faults of network, disk and clocks take root,"
          + " or user namespaces; those of clocks take libfaketime too.",
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
          "Run a mutant of the application, until the check catches it by what it breaks:"
              + " commit-before-write, no-boot-order, no-dedupe, no-size-check, trust-standby,"
              + " always-ready.")
  private String mutantName = "";

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

  private final Tally tally = new Tally();
  private final String commit = System.getProperty("chaos.commit", "unknown");
  private @Nullable Mutant mutant;
  private @Nullable RunDirectory directory;
  private @Nullable Cluster cluster;
  private @Nullable Admin admin;
  private volatile boolean keepsLogs;
  private volatile boolean isOver;
  private int topicsOfRounds;

  public static void main(String[] arguments) {
    System.exit(Program.commandLine(new ChaosMain()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Set<Kind> kinds = kinds();
    Plan replayed = replay == null ? null : planToReplay();
    Network network =
        new Network(System.getProperty("chaos.no-network", "not started by acswatch"));
    leaveOut(kinds, network);
    Path kept = file("last").getParent();
    if (!Files.isWritable(kept)) { // told before a round is lost for it
      throw new CommandFailure(kept + " is not writable; --output names another directory");
    }
    Thread atEnd = new Thread(this::end, "end");
    Runtime.getRuntime().addShutdownHook(atEnd);
    try {
      directory = RunDirectory.create(Path.of(System.getProperty("java.io.tmpdir")));
      start(network);
      int code = ExitCode.OK;
      if (!figures.isEmpty()) {
        new Figures(cluster, admin, hosts, this::tell).run(figures);
      } else if (replayed != null) {
        Result result = run(replayed, "replay of " + replay);
        code = result.violations().isEmpty() ? ExitCode.OK : ExitCode.FINDING;
      } else {
        code = mutant == null ? runRounds(kinds) : runMutant(kinds, mutant);
      }
      keepsLogs = code != ExitCode.OK;
      return code;
    } catch (Exception failed) {
      keepsLogs = !isOver;
      throw failed;
    } finally {
      end();
    }
  }

  private void start(Network network) throws Exception {
    Path below = directory.path();
    String launcher = System.getProperty("acswatch.launcher");
    String mutantOrNone = mutant == null ? "" : mutant.toString();
    cluster =
        new Cluster(
            below,
            network,
            new Clocks(below),
            launcher,
            mutantOrNone,
            figures.isEmpty() ? "1536m" : "5g");
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
  }

  /** At the end, and at a signal: says what was shown until then, and leaves nothing behind. */
  private synchronized void end() {
    if (isOver) {
      return;
    }
    isOver = true;
    try {
      if (tally.roundsDone() > 0) {
        tally.tables().forEach(line -> out().println(line));
        out().println(tally.summary());
      }
      if (cluster != null) {
        cluster.end();
      }
      if (directory != null) {
        if (keepsLogs) {
          out().println("what the processes said is in " + keepLogs(file("last")));
        }
        directory.close();
      }
      if (admin != null) {
        admin.close(Duration.ZERO);
      }
    } catch (IOException failed) {
      err().println("acswatch: not all is taken away: " + Program.describe(failed));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      out().flush();
      err().flush();
    }
  }

  private static String lacks(Network network) {
    String lacks =
        Stream.of(network.lacks(), Clocks.lacks())
            .filter(lack -> !lack.isEmpty())
            .collect(Collectors.joining("; "));
    return lacks.isEmpty() ? "nothing" : lacks;
  }

  /** The faults to draw from; refuses what cannot be meant. */
  private Set<Kind> kinds() {
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    require("--rounds", rounds, 1);
    require("--minutes", minutes, 1);
    require("--hosts", hosts, 2);
    require("--shrink", shrink, 0);
    try {
      for (String figure : figures) {
        if (!Figures.NAMES.contains(figure)) {
          throw new IllegalArgumentException(figure + " is no figure; they are " + Figures.NAMES);
        }
      }
      mutant = mutantName.isEmpty() ? null : Mutant.parse(mutantName);
      if (!faults.isEmpty()) {
        faults.stream().filter(name -> !name.equals("none")).map(Kind::parse).forEach(kinds::add);
      } else if (mutant == null) {
        kinds.addAll(Arrays.asList(Kind.values()));
      } else {
        kinds.addAll(mutant.shownBy);
      }
    } catch (IllegalArgumentException refused) {
      throw wrongUsage(refused.getMessage());
    }
    return kinds;
  }

  private void require(String option, int value, int least) {
    if (value < least) {
      throw wrongUsage("%s: %d, expected at least %d".formatted(option, value, least));
    }
  }

  private Plan planToReplay() {
    try {
      Plan plan = Plan.read(replay);
      String written = Plan.commit(replay);
      if (!written.equals(commit)) {
        tell("written by commit %s; this is %s".formatted(written, commit));
      }
      return plan;
    } catch (IllegalArgumentException refused) {
      throw new CommandFailure(replay + ": " + refused.getMessage());
    } catch (CharacterCodingException bytes) {
      throw new CommandFailure(replay + ": no file that a failed round has written", bytes);
    } catch (IOException unreadable) {
      throw new CommandFailure(replay + ": " + Program.reason(unreadable), unreadable);
    }
  }

  private void leaveOut(Set<Kind> kinds, Network network) {
    boolean hadSome = !kinds.isEmpty();
    if (!network.isReal()) {
      kinds.removeIf(Kind::takesNamespaces);
    }
    if (!Clocks.lacks().isEmpty()) {
      kinds.removeIf(Kind::stepsProcess);
    }
    if (hadSome && kinds.isEmpty()) {
      throw new CommandFailure("none of these faults can be had here: " + lacks(network));
    }
  }

  private int runRounds(Set<Kind> kinds) throws Exception {
    for (int round = 1; round <= rounds && (tally.failed() == 0 || !stop); round++) {
      Plan plan = Plan.of(seed, round, minutes, kinds);
      Result result = run(plan, "seed %d round %d".formatted(seed, round));
      tally.add(seed, round, result);
      if (!result.violations().isEmpty()) {
        failed(plan, result, round);
      }
    }
    return tally.failed() == 0 ? ExitCode.OK : ExitCode.FINDING;
  }

  private int runMutant(Set<Kind> kinds, Mutant broken) throws Exception {
    for (int round = 1; round <= MUTANT_ROUNDS; round++) {
      Result result =
          run(Plan.of(seed, round, minutes, kinds), "seed %d round %d".formatted(seed, round));
      if (!cluster.ranMutant()) {
        throw new CommandFailure("mutant " + broken + " was not made: the code has changed");
      }
      if (result.violates(broken.breaks)) {
        tell(
            "mutant %s is caught in round %d: not true that %s"
                .formatted(broken, round, broken.breaks));
        return ExitCode.OK;
      }
    }
    tell("mutant %s is NOT caught in %d rounds".formatted(broken, MUTANT_ROUNDS));
    return ExitCode.FINDING;
  }

  private Result run(Plan plan, String name) throws Exception {
    tell("%s: %d instances; %s".formatted(name, plan.apps(), plan.faults()));
    Result result;
    try {
      result = new Round(plan, cluster, admin, "r" + ++topicsOfRounds + "-" + plan.seed()).run();
    } catch (ExecutionException | TimeoutException | RuntimeException failed) {
      Violation broken = new Violation(Property.PROGRESS, "the round broke off: " + failed);
      result =
          new Result(
              List.of(broken), Set.of(Property.PROGRESS), List.of(), List.of(), 0, "-", List.of());
    }
    result.notes().forEach(note -> tell("  " + note));
    result.violations().forEach(violation -> tell("  VIOLATION: " + violation));
    tell(
        "%s: %s (%s)"
            .formatted(
                name, result.violations().isEmpty() ? "passed" : "FAILED", result.figures()));
    return result;
  }

  private void failed(Plan plan, Result result, int round) throws Exception {
    Path file = file("seed-%d-round-%d".formatted(seed, round));
    plan.write(file, commit, result.violations());
    keepLogs(file);
    tell(
        "seed %d round %d of commit %s; ./acswatch chaos --replay %s"
            .formatted(seed, round, commit, file));
    if (shrink == 0) {
      return;
    }
    Plan least = plan;
    Result ofLeast = result;
    int left = shrink;
    for (Fault fault : plan.faults()) {
      if (left-- <= 0) {
        break;
      }
      List<Fault> fewer = new ArrayList<>(least.faults());
      fewer.remove(fault);
      Result again = run(least.with(fewer), "shrinking");
      // Another fault may show another weakness: what is left has to show this one.
      if (result.violations().stream().anyMatch(first -> again.violates(first.property()))) {
        least = least.with(fewer);
        ofLeast = again;
      }
    }
    Path smaller = file("seed-%d-round-%d-shrunk".formatted(seed, round));
    least.write(smaller, commit, ofLeast.violations());
    tell("shrunk to " + least.faults() + ": " + smaller);
  }

  private Path file(String name) throws IOException {
    Path directory =
        output != null
            ? output
            : Path.of(System.getProperty("acswatch.launcher")).resolveSibling(".acswatch/chaos");
    return Files.createDirectories(directory).toAbsolutePath().resolve(name + ".chaos");
  }

  /** What the processes said, beside the file; returns where. */
  private Path keepLogs(Path file) throws IOException {
    Path kept = Files.createDirectories(file.resolveSibling(file.getFileName() + ".logs"));
    try (var logs = Files.newDirectoryStream(directory.path(), "*.log")) {
      for (Path log : logs) {
        Files.copy(log, kept.resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return kept;
  }

  private synchronized void tell(String line) {
    if (!isOver) {
      say(LocalTime.now().toString().substring(0, 8) + " " + line);
    }
  }
}
