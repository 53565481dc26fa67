package io.acswatch.benchmarks.topology;

import io.acswatch.benchmarks.rig.Answer;
import io.acswatch.benchmarks.rig.Lane;
import io.acswatch.benchmarks.rig.Spread;
import io.acswatch.benchmarks.topology.TopologyBench.Entry;
import io.acswatch.benchmarks.topology.TopologyResult.Ratio;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** A {@link TopologyResult} as text and as JSON. */
final class TopologyReport {
  private final TopologyResult result;

  TopologyReport(TopologyResult result) {
    this.result = result;
  }

  /** Tables for people. */
  List<String> text() {
    List<String> lines = new ArrayList<>();
    Lane before = null;
    for (Map.Entry<Entry, List<Sample>> entry : result.samples().entrySet()) {
      Lane lane = entry.getKey().lane();
      if (!lane.equals(before)) {
        before = lane;
        lines.add("");
        lines.add(heading(lane));
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
      }
      lines.add(line(entry.getKey(), entry.getValue()));
    }
    lines.add("");
    lines.add("Functions/s of the project in those of a rival, round by round:");
    for (Ratio ratio : result.ratios()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-45s %7.2f [%.2f - %.2f]%s",
              ratio.name(),
              ratio.times().median(),
              ratio.times().least(),
              ratio.times().most(),
              ratio
                  .goal()
                  .map(goal -> " goal %.1f: %s".formatted(goal, ratio.isMet() ? "met" : "MISSED"))
                  .orElse("")));
    }
    return lines;
  }

  private String heading(Lane lane) {
    Double state = result.stateBytes().get(lane.scenario());
    return String.format(
        Locale.ROOT,
        "%s: %s; %d records of %.1f functions, %.0f bytes, %.0f on the wire%s",
        lane.scenario(),
        lane.scenario().description(),
        lane.records(),
        lane.functions(),
        lane.rawBytes(),
        lane.wireBytes(),
        state == null || state.isNaN() ? "" : "; state of a host %.0f bytes".formatted(state));
  }

  private static String line(Entry entry, List<Sample> samples) {
    Lane lane = entry.lane();
    Spread rate = spread(samples, Sample::recordsPerSecond);
    return String.format(
        Locale.ROOT,
        "  %-13s %10.0f %21s %12.0f %10.1f %15.3f %15.3f",
        entry.contender(),
        rate.median(),
        "[%.0f - %.0f]".formatted(rate.least(), rate.most()),
        rate.median() * lane.functions(),
        rate.median() * lane.wireBytes() / 1e6,
        spread(samples, Sample::clientMicros).median() / lane.functions(),
        spread(samples, Sample::brokerMicros).median() / lane.functions());
  }

  private static Spread spread(List<Sample> samples, ToDoubleFunction<Sample> figure) {
    return Spread.of(samples.stream().map(figure::applyAsDouble).toList());
  }

  /** One object for each contender, then one for each ratio. */
  List<String> json() {
    List<String> lines = new ArrayList<>();
    result.samples().forEach((entry, samples) -> lines.add(Answer.json(fields(entry, samples))));
    for (Ratio ratio : result.ratios()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("ratio", ratio.name());
      fields.put("rounds", result.rounds());
      put(fields, "times", ratio.times());
      ratio.goal().ifPresent(goal -> fields.put("goal", goal));
      fields.put("met", ratio.isMet());
      lines.add(Answer.json(fields));
    }
    return lines;
  }

  private Map<String, Object> fields(Entry entry, List<Sample> samples) {
    Lane lane = entry.lane();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("scenario", lane.scenario().toString());
    fields.put("contender", entry.contender());
    fields.put("rounds", samples.size());
    fields.put("records", lane.records());
    fields.put("functions_per_record", lane.functions());
    fields.put("bytes_per_record", lane.rawBytes());
    fields.put("wire_bytes_per_record", lane.wireBytes());
    if (entry.contender().equals(Contenders.PROJECT)) {
      fields.put(
          "state_bytes_per_host", result.stateBytes().getOrDefault(lane.scenario(), Double.NaN));
    }
    Spread rate = spread(samples, Sample::recordsPerSecond);
    put(fields, "records_per_second", rate);
    fields.put("functions_per_second", rate.median() * lane.functions());
    fields.put("wire_bytes_per_second", rate.median() * lane.wireBytes());
    fields.put(
        "client_cpu_us_per_function",
        spread(samples, Sample::clientMicros).median() / lane.functions());
    fields.put(
        "broker_cpu_us_per_function",
        spread(samples, Sample::brokerMicros).median() / lane.functions());
    return fields;
  }

  private static void put(Map<String, Object> fields, String name, Spread spread) {
    fields.put(name, spread.median());
    fields.put(name + "_least", spread.least());
    fields.put(name + "_most", spread.most());
  }
}
