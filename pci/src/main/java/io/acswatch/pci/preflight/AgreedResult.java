package io.acswatch.pci.preflight;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.hierarchy.Joined;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.ModelChoice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One answer where several things may be so: which rules the kernel to come follows, whether ports
 * take what it writes. It is theirs if all come to the same, else unknown.
 */
final class AgreedResult {
  /**
   * One thing that may be so.
   *
   * @param blamed functions that do not isolate, at or above the devices of merges foretold
   * @param weak functions that do not isolate, at or above any device
   */
  record Case(
      String rules,
      String supposition,
      Preflight.Result result,
      SortedSet<PciAddress> blamed,
      SortedSet<PciAddress> weak) {
    private String text() {
      return supposition.isEmpty() ? "under " + rules : "under " + rules + ", " + supposition;
    }
  }

  private AgreedResult() {}

  /** The answer; {@code settles} says what would tell which rule set it is. */
  static Preflight.Result of(List<Case> cases, String release, String settles) {
    Preflight.Result first = cases.get(0).result();
    if (cases.size() == 1) {
      return first;
    }
    List<String> sets = cases.stream().map(Case::rules).distinct().toList();
    boolean agreed = cases.stream().allMatch(c -> c.result().outcome() == first.outcome());
    ModelChoice model =
        sets.size() == 1
            ? first.model()
            : first
                .model()
                .withReason("one of " + sets.size() + " rule sets that " + release + " may follow");
    boolean alike =
        cases.stream().allMatch(c -> serious(c.result()).equals(serious(first)))
            && agreed
            && first.outcome() != Preflight.Outcome.UNKNOWN;
    List<String> reasons = new ArrayList<>();
    if (agreed && sets.size() > 1) {
      reasons.add(
          "The same under each of %d rule sets that %s may follow: %s."
              .formatted(sets.size(), release, String.join(", ", sets)));
    }
    if (alike) {
      reasons.addAll(0, first.reasons());
      return new Preflight.Result(first.outcome(), reasons, findings(cases), model);
    }
    if (!agreed && sets.size() > 1) {
      reasons.add(
          "It depends on which of %d rule sets %s follows, which its release does not say. %s"
              .formatted(sets.size(), release, settles));
    }
    byAnswer(cases).forEach((answer, of) -> reasons.add(sentence(of, cases, answer)));
    return new Preflight.Result(
        agreed ? first.outcome() : Preflight.Outcome.UNKNOWN, reasons, findings(cases), model);
  }

  private static Map<String, List<Case>> byAnswer(List<Case> cases) {
    return cases.stream()
        .collect(
            Collectors.groupingBy(
                c -> c.result().outcome().label() + ": " + String.join(" ", c.result().reasons()),
                LinkedHashMap::new,
                Collectors.toList()));
  }

  private static String sentence(List<Case> of, List<Case> all, String answer) {
    String under = of.stream().map(Case::text).collect(Collectors.joining("; "));
    SortedSet<PciAddress> ports = new TreeSet<>();
    for (Case one : of) {
      for (Case other : all) {
        if (!of.contains(other)) {
          one.blamed().stream().filter(port -> !other.weak().contains(port)).forEach(ports::add);
        }
      }
    }
    String difference =
        ports.isEmpty()
            ? ""
            : " The difference is made by " + Joined.all(ports) + ", which would not isolate then.";
    return Character.toUpperCase(under.charAt(0)) + under.substring(1) + ": " + answer + difference;
  }

  /** What decides, by finding and the devices it is about. */
  private static Map<String, List<String>> serious(Preflight.Result result) {
    return result.findings().stream()
        .filter(alert -> alert.severity().isAtLeast(Severity.HIGH))
        .collect(Collectors.toMap(AgreedResult::key, IsolationAlert::vms, (one, other) -> one));
  }

  private static String key(IsolationAlert alert) {
    return alert.fingerprint() + alert.devices().stream().map(d -> d.path().text()).toList();
  }

  /**
   * All findings; one that only some of the kernels would raise is a question. That the model would
   * change is no finding where it is not known which one comes.
   */
  private static List<IsolationAlert> findings(List<Case> cases) {
    Map<String, IsolationAlert> findings = new LinkedHashMap<>();
    cases.forEach(c -> c.result().findings().forEach(a -> findings.putIfAbsent(key(a), a)));
    if (cases.stream().map(Case::rules).distinct().count() > 1) {
      findings.values().removeIf(alert -> alert.code() == AlertCode.MODEL_CHANGED);
    }
    findings.replaceAll(
        (key, alert) ->
            alert.severity().isAtLeast(Severity.HIGH)
                    && cases.stream().anyMatch(c -> !serious(c.result()).containsKey(key))
                ? alert.withSeverity(Severity.WARNING)
                : alert);
    return List.copyOf(findings.values());
  }
}
