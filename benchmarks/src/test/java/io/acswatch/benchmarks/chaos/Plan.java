package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Fault.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All of a round that is drawn: what is sent follows from the seed, what is done is listed.
 *
 * @param seed of this round
 * @param apps instances of the streams application
 * @param minutes simulated
 */
record Plan(long seed, int apps, int minutes, List<Fault> faults) {
  static final List<String> BROKERS = List.of("b1", "b2", "b3");

  /** The load takes so long, in real time, and faults begin meanwhile. */
  static final long LOAD_MILLIS = 12_000;

  /** Beside a fault that takes longer; it must meet frames to its end. */
  private static final long LONG_LOAD_MILLIS = 36_000;

  private static final long GOLDEN_GAMMA = 0x9E37_79B9_7F4A_7C15L;

  /** The plan of a round: three to five faults of these kinds. */
  static Plan of(long seed, int round, int minutes, Set<Kind> kinds) {
    long own = Math.abs(mix(seed * 1_000_003 + round * GOLDEN_GAMMA)) % 1_000_000_000L;
    Random random = new Random(own);
    int apps = random.nextInt(3) == 0 ? 3 : 2;
    int count = 3 + random.nextInt(3);
    List<Fault> faults = new ArrayList<>();
    Map<Kind, Integer> used = new HashMap<>();
    while (faults.size() < count && used.size() < kinds.size()) {
      Kind kind = draw(random, kinds);
      if (used.merge(kind, 1, Integer::sum) > 2) {
        continue;
      }
      faults.add(draw(random, kind, apps));
    }
    faults.sort(Comparator.comparingLong(Fault::atMillis));
    return new Plan(own, apps, minutes, faults);
  }

  private static long mix(long bits) {
    long mixed = (bits ^ bits >>> 30) * 0xBF58_476D_1CE4_E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
    return mixed ^ mixed >>> 31;
  }

  private static Kind draw(Random random, Set<Kind> kinds) {
    int at = random.nextInt(kinds.stream().mapToInt(kind -> kind.weight).sum());
    for (Kind kind : Kind.values()) {
      if (kinds.contains(kind)) {
        at -= kind.weight;
        if (at < 0) {
          return kind;
        }
      }
    }
    throw new IllegalStateException("no fault to draw");
  }

  private static Fault draw(Random random, Kind kind, int apps) {
    String app = "s" + (1 + random.nextInt(apps));
    String broker = BROKERS.get(random.nextInt(BROKERS.size()));
    long at = 1_500 + random.nextInt((int) LOAD_MILLIS - 3_000);
    return switch (kind) {
      case KILL_APP, TERM_APP, WIPED_STATE, DAMAGED_STATE, LOST_OFFSETS ->
          new Fault(kind, app, at, 200 + random.nextInt(4_000));
      case STOP_APP -> new Fault(kind, app, at, 300 + random.nextInt(2_500));
      case LONG_STOP_APP -> new Fault(kind, app, at, 7_500 + random.nextInt(3_000));
      case FULL_DISK_APP -> new Fault(kind, app, at, 3_000 + random.nextInt(4_000));
      case FULL_DISK_BROKER -> new Fault(kind, broker, at, 3_000 + random.nextInt(3_000));
      case KILL_BROKER -> new Fault(kind, broker, at, 500 + random.nextInt(5_000));
      case STOP_BROKER -> new Fault(kind, broker, at, 1_000 + random.nextInt(5_000));
      case LONG_STOP_BROKER -> new Fault(kind, broker, at, 20_000);
      case OUTAGE -> new Fault(kind, broker, at, 50_000);
      case CUT, CUT_ONE_WAY ->
          new Fault(kind, pair(random, apps), at, 1_000 + random.nextInt(9_000));
      case CLOCK_STEP_APP -> new Fault(kind, app, at, 3_000 + random.nextInt(12_000));
      case CLOCK_STEP_BROKER -> new Fault(kind, broker, at, 3_000 + random.nextInt(12_000));
      case DELAY ->
          new Fault(kind, random.nextBoolean() ? app : broker, at, 2_000 + random.nextInt(6_000));
      case LOST_FRAMES -> new Fault(kind, "all", at, 1_000 + random.nextInt(4_000));
      case KILL_SENDER -> new Fault(kind, "c" + random.nextInt(Traffic.SENDERS), at, 0);
      case DUPLICATES, REORDERED, OLD_FRAMES, POISON, OVERSIZED, CLOCK_STEP ->
          new Fault(kind, "h" + random.nextInt(Traffic.HOSTS), at, random.nextInt(1_000_000));
      case CLEAN_RESTARTS,
          ROLL_APPS,
          OTHER_BUILD,
          ROLL_BROKERS,
          MOVED_PARTITIONS,
          TRUNCATED_TOPICS ->
          new Fault(kind, "all", at, 0);
    };
  }

  /** Any two nodes, in any order. */
  private static String pair(Random random, int apps) {
    List<String> nodes = new ArrayList<>(BROKERS);
    for (int i = 1; i <= apps; i++) {
      nodes.add("s" + i);
    }
    nodes.add(Network.HERE);
    return nodes.remove(random.nextInt(nodes.size()))
        + "-"
        + nodes.remove(random.nextInt(nodes.size()));
  }

  /** The nodes whose clocks are stepped. */
  Set<String> stepped() {
    return faults.stream()
        .filter(fault -> fault.kind().stepsProcess())
        .map(Fault::target)
        .collect(Collectors.toSet());
  }

  long loadMillis() {
    return faults.stream()
            .map(Fault::kind)
            .anyMatch(kind -> kind == Kind.OTHER_BUILD || kind.stepsProcess())
        ? LONG_LOAD_MILLIS
        : LOAD_MILLIS;
  }

  Plan with(List<Fault> fewer) {
    return new Plan(seed, apps, minutes, List.copyOf(fewer));
  }

  void write(Path file, String commit, List<?> violations) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("# ./acswatch chaos --replay " + file);
    lines.add("commit " + commit);
    lines.add("seed " + seed);
    lines.add("apps " + apps);
    lines.add("minutes " + minutes);
    faults.forEach(fault -> lines.add("fault " + fault));
    violations.forEach(
        violation -> lines.add("# " + violation.toString().lines().findFirst().orElse("")));
    Files.write(file, lines);
  }

  /**
   * Reads what {@link #write} has written; IllegalArgumentException if a line is not understood.
   */
  static Plan read(Path file) throws IOException {
    long seed = 1;
    int apps = 2;
    int minutes = 60;
    List<Fault> faults = new ArrayList<>();
    Set<String> said = new HashSet<>();
    for (String line : Files.readAllLines(file)) {
      String[] word = line.split(" ", 2);
      if (word.length == 1 && !line.isBlank()) {
        throw new IllegalArgumentException("not understood: " + line);
      }
      said.add(word[0]);
      try {
        switch (word[0]) {
          case "seed" -> seed = Long.parseLong(word[1]);
          case "apps" -> apps = Integer.parseInt(word[1]);
          case "minutes" -> minutes = Integer.parseInt(word[1]);
          case "fault" -> faults.add(Fault.parse(word[1]));
          case "commit", "#", "" -> {}
          default -> throw new IllegalArgumentException("not understood: " + line);
        }
      } catch (NumberFormatException noNumber) {
        throw new IllegalArgumentException("not understood: " + line, noNumber);
      }
    }
    if (!said.containsAll(List.of("seed", "apps", "minutes"))) {
      throw new IllegalArgumentException("expected lines that begin with seed, apps and minutes");
    }
    if (apps < 1 || apps > 3 || minutes < 1) {
      throw new IllegalArgumentException("expected 1 to 3 apps and at least one minute");
    }
    return new Plan(seed, apps, minutes, faults);
  }

  /** The commit whose round was written; empty if it is not said. */
  static String commit(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith("commit "))
        .map(line -> line.substring("commit ".length()))
        .findFirst()
        .orElse("");
  }
}
