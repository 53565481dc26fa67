package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Lane;
import io.acswatch.benchmarks.rig.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Tables of what the rounds gave.
 *
 * @param samples of each lane and contender, one for each round
 * @param stateBytes what the project remembers of a host, by scenario
 */
record TopologyReport(
    Map<Lane, Map<String, List<Sample>>> samples, Map<Scenario, Double> stateBytes) {
  List<String> text() {
    List<String> lines = new ArrayList<>();
    samples.forEach(
        (lane, contenders) -> {
          lines.add("");
          lines.add(
              String.format(
                  Locale.ROOT,
                  "%s: %s; %d records of %d functions, %.0f bytes, %.0f on the wire;"
                      + " state of a host %.0f bytes",
                  lane.scenario(),
                  lane.scenario().description(),
                  lane.records(),
                  lane.functions(),
                  lane.rawBytes(),
                  lane.wireBytes(),
                  stateBytes.get(lane.scenario())));
          lines.add(
              "  %-13s %10s %21s %12s %10s %15s %15s"
                  .formatted(
                      "",
                      "records/s",
                      "[least - most]",
                      "functions/s",
                      "MB/s wire",
                      "client us/f",
                      "broker us/f"));
          contenders.forEach((label, rounds) -> lines.add(line(lane, label, rounds)));
        });
    lines.add("");
    lines.add("Functions/s of the project in those of a rival, round by round:");
    samples.forEach(
        (lane, contenders) -> {
          Scenario scenario = lane.scenario();
          // The goal is for what hosts send all day.
          addRatio(lines, scenario, scenario, StoreApp.LABEL, scenario.isSteady() ? 1.0 : 0);
          addRatio(lines, scenario, scenario, PlainConsumer.LABEL, 0);
        });
    addRatio(lines, Scenario.UNCHANGED, Scenario.CHANGED, Project.LABEL, 0);
    return lines;
  }

  private static String line(Lane lane, String label, List<Sample> rounds) {
    Spread rate = spread(rounds, Sample::recordsPerSecond);
    return String.format(
        Locale.ROOT,
        "  %-13s %10.0f %21s %12.0f %10.1f %15.3f %15.3f",
        label,
        rate.median(),
        "[%.0f - %.0f]".formatted(rate.least(), rate.most()),
        rate.median() * lane.functions(),
        rate.median() * lane.wireBytes() / 1e6,
        spread(rounds, Sample::clientMicros).median() / lane.functions(),
        spread(rounds, Sample::brokerMicros).median() / lane.functions());
  }

  private static Spread spread(List<Sample> rounds, ToDoubleFunction<Sample> figure) {
    return Spread.of(rounds.stream().map(figure::applyAsDouble).toList());
  }

  /** Adds a line if both scenarios were run; a goal of 0 is none. */
  private void addRatio(
      List<String> lines, Scenario scenario, Scenario other, String rival, double goal) {
    List<Sample> mine = samples(scenario, Project.LABEL);
    List<Sample> theirs = samples(other, rival);
    if (mine.isEmpty() || theirs.isEmpty()) {
      return;
    }
    List<Double> times = new ArrayList<>();
    for (int round = 0; round < mine.size(); round++) {
      times.add(mine.get(round).recordsPerSecond() / theirs.get(round).recordsPerSecond());
    }
    Spread ratio = Spread.of(times);
    lines.add(
        String.format(
            Locale.ROOT,
            "  %-45s %7.2f [%.2f - %.2f]%s",
            "%s: project / %s%s"
                .formatted(scenario, rival, other == scenario ? "" : " of " + other),
            ratio.median(),
            ratio.least(),
            ratio.most(),
            goal == 0
                ? ""
                : String.format(
                    Locale.ROOT,
                    " goal %.1f: %s",
                    goal,
                    ratio.median() >= goal ? "met" : "MISSED")));
  }

  private List<Sample> samples(Scenario scenario, String label) {
    return samples.entrySet().stream()
        .filter(entry -> entry.getKey().scenario() == scenario)
        .map(entry -> entry.getValue().getOrDefault(label, List.of()))
        .findFirst()
        .orElse(List.of());
  }

  private record Spread(double median, double least, double most) {
    static Spread of(List<Double> values) {
      List<Double> sorted = values.stream().sorted().toList();
      int count = sorted.size();
      double middle = (sorted.get((count - 1) / 2) + sorted.get(count / 2)) / 2;
      return new Spread(middle, sorted.get(0), sorted.get(count - 1));
    }
  }
}
