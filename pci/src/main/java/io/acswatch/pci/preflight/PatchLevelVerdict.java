package io.acswatch.pci.preflight;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One answer for a kernel whose patch level is not known: that of all its possible patch levels if
 * they agree, else unknown.
 */
final class PatchLevelVerdict {
  private PatchLevelVerdict() {}

  /** The answer; {@code results} are those of the patch levels, in ascending order. */
  static Preflight.Result of(List<Preflight.Result> results) {
    Preflight.Result first = results.get(0);
    if (results.stream().allMatch(other -> says(other).equals(says(first)))) {
      return results.size() == 1
          ? first
          : new Preflight.Result(
              first.outcome(),
              first.reasons(),
              first.findings(),
              first
                  .model()
                  .withReason(
                      first.model().kernel() + " or any later patch level, which all do the same"));
    }
    boolean sameOutcome = results.stream().allMatch(r -> r.outcome() == first.outcome());
    List<String> reasons = new ArrayList<>();
    reasons.add(
        "The release does not say the patch level, and it depends on that (uname -v of Debian's"
            + " kernels says it):");
    for (Preflight.Result result : results) {
      reasons.add(
          "%s, %s: %s: %s"
              .formatted(
                  result.model().reason(),
                  result.model().model().label(),
                  result.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                  String.join(" ", result.reasons())));
    }
    return new Preflight.Result(
        sameOutcome ? first.outcome() : Preflight.Outcome.UNKNOWN,
        reasons,
        sameOutcome ? union(results) : withoutCertainty(results),
        first.model());
  }

  /** What is compared: the answer and the findings with their severity. */
  private static List<Object> says(Preflight.Result result) {
    Map<String, Severity> findings = new HashMap<>();
    result.findings().forEach(alert -> findings.put(alert.fingerprint(), alert.severity()));
    return List.of(result.outcome(), findings);
  }

  private static List<IsolationAlert> union(List<Preflight.Result> results) {
    Map<String, IsolationAlert> findings = new LinkedHashMap<>();
    for (Preflight.Result result : results) {
      result.findings().forEach(alert -> findings.putIfAbsent(alert.fingerprint(), alert));
    }
    return List.copyOf(findings.values());
  }

  /** A finding that only some of the kernels would raise is a question. */
  private static List<IsolationAlert> withoutCertainty(List<Preflight.Result> results) {
    return union(results).stream()
        .map(
            alert ->
                alert.severity().isAtLeast(Severity.HIGH)
                    ? alert.withSeverity(Severity.WARNING)
                    : alert)
        .toList();
  }
}
