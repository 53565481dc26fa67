package io.acswatch.benchmarks.chaos;

import io.acswatch.benchmarks.chaos.Fault.Kind;
import io.acswatch.benchmarks.chaos.Property.Violation;
import io.acswatch.benchmarks.chaos.Round.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What the rounds of a run have shown, as the tables of {@code docs/guarantees.md}. */
final class Tally {
  private final Map<Kind, Count> counts = new EnumMap<>(Kind.class);
  private final Map<Property, Integer> checked = new EnumMap<>(Property.class);
  private final Map<Property, Set<String>> found = new EnumMap<>(Property.class);
  private final Map<Long, TreeSet<Integer>> rounds = new LinkedHashMap<>();
  private final Set<String> failed = new LinkedHashSet<>();
  private long mostMebibytes;

  /** Of one kind of fault. */
  private static final class Count {
    private int done;
    private int notDone;
    private int inRounds;
  }

  /** Adds a round that has ended; one that is broken off is not counted. */
  synchronized void add(long seed, int round, Result result) {
    String name = seed + "/" + round;
    rounds.computeIfAbsent(seed, s -> new TreeSet<>()).add(round);
    result.done().stream().map(Fault::kind).forEach(kind -> count(kind).done++);
    result.done().stream().map(Fault::kind).distinct().forEach(kind -> count(kind).inRounds++);
    result.notDone().forEach(fault -> count(fault.kind()).notDone++);
    result.checked().forEach(property -> checked.merge(property, 1, Integer::sum));
    for (Violation violation : result.violations()) {
      failed.add(name);
      found.computeIfAbsent(violation.property(), p -> new LinkedHashSet<>()).add(name);
    }
    mostMebibytes = Math.max(mostMebibytes, result.mebibytes());
  }

  private Count count(Kind kind) {
    return counts.computeIfAbsent(kind, k -> new Count());
  }

  synchronized int failed() {
    return failed.size();
  }

  synchronized int roundsDone() {
    return rounds.values().stream().mapToInt(Set::size).sum();
  }

  private int faultsDone() {
    return counts.values().stream().mapToInt(count -> count.done).sum();
  }

  synchronized String summary() {
    return "%d rounds, %d failed%s; %d faults done; %d MiB at most"
        .formatted(
            roundsDone(),
            failed.size(),
            failed.isEmpty() ? "" : " (" + String.join(", ", failed) + ")",
            faultsDone(),
            mostMebibytes);
  }

  /** Both tables, in Markdown. */
  synchronized List<String> tables() {
    List<String> lines = new ArrayList<>();
    lines.add("Rounds: " + seeds() + ".");
    lines.add("");
    lines.add("| Property | Faults injected | Rounds | Violated, as seed/round | Left |");
    lines.add("| --- | --- | --- | --- | --- |");
    for (Property property : Property.values()) {
      Set<String> where = found.getOrDefault(property, Set.of());
      lines.add(
          "| %s | %d | %d | %s | %d |"
              .formatted(
                  property,
                  faultsDone(),
                  checked.getOrDefault(property, 0),
                  where.isEmpty() ? "nothing" : String.join(", ", where),
                  where.size()));
    }
    lines.add("");
    lines.add("| Fault | Done | In rounds | Drawn, and not done or without effect |");
    lines.add("| --- | --- | --- | --- |");
    counts.entrySet().stream()
        .sorted(Comparator.comparing(one -> -one.getValue().done))
        .forEach(
            one ->
                lines.add(
                    "| `%s` | %d | %d | %d |"
                        .formatted(
                            one.getKey(),
                            one.getValue().done,
                            one.getValue().inRounds,
                            one.getValue().notDone)));
    return lines;
  }

  private String seeds() {
    return rounds.entrySet().stream()
        .map(
            one ->
                one.getValue().size() == one.getValue().last() - one.getValue().first() + 1
                    ? "seed %d (%d to %d)"
                        .formatted(one.getKey(), one.getValue().first(), one.getValue().last())
                    : "seed %d (%s)".formatted(one.getKey(), one.getValue()))
        .collect(Collectors.joining(", "));
  }
}
