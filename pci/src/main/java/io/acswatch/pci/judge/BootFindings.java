package io.acswatch.pci.judge;

import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.hierarchy.DevicePath;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Findings of a snapshot that is not the first of its boot. What differs from the last snapshot of
 * the boot before is told as made by the boot only if it was open already or has not come about
 * just now; what the snapshot just before does not show yet came about in the running kernel, and
 * is named so.
 */
final class BootFindings {
  private final Comparison comparison;
  private final Comparison latest;
  private final AlertLife life;
  private final Map<String, IsolationAlert> now = new HashMap<>();
  private final Map<Boundary, Map<String, IsolationAlert>> named = new EnumMap<>(Boundary.class);

  private BootFindings(Comparison comparison, Comparison latest, AlertLife life) {
    this.comparison = comparison;
    this.latest = latest;
    this.life = life;
  }

  static List<IsolationAlert> of(Comparison comparison, Comparison latest, AlertLife life) {
    BootFindings findings = new BootFindings(comparison, latest, life);
    List<IsolationAlert> all = new ArrayList<>();
    if (comparison == latest) {
      all.addAll(Judgement.changes(comparison));
    } else {
      all.addAll(findings.merged());
    }
    all.addAll(RegisterFindings.runtimeLosses(latest));
    all.addAll(IdentityFindings.spoofs(latest));
    all.addAll(UpdateFindings.aborted(latest));
    return all;
  }

  private List<IsolationAlert> merged() {
    List<IsolationAlert> justNow = Judgement.changes(latest);
    justNow.forEach(finding -> now.put(finding.fingerprint(), finding));
    List<IsolationAlert> result = new ArrayList<>();
    Set<String> told = new HashSet<>();
    for (IsolationAlert finding : Judgement.changes(comparison)) {
      IsolationAlert chosen = choose(finding);
      if (chosen != null) {
        told.add(chosen.fingerprint());
        result.add(chosen);
      }
    }
    justNow.stream().filter(finding -> told.add(finding.fingerprint())).forEach(result::add);
    return result;
  }

  /** How a difference to the boot before is told; null if another finding tells it better. */
  private @Nullable IsolationAlert choose(IsolationAlert finding) {
    IsolationAlert open = life.openFor(finding);
    if (open != null) {
      // By the words it was raised with: what happens later elsewhere is no news of it.
      return cameAboutHere(open) ? asNamed(finding, open.interval().boundary()) : finding;
    }
    if (now.containsKey(finding.fingerprint())) {
      // The snapshot just before may show the lost bit already; only this one knows the cause.
      return asNamed(finding, latest.boundary());
    }
    return finding.code().isMerge() && isToldOtherwise(finding) ? null : finding;
  }

  /**
   * Findings about the later snapshot by itself: what was not open, and did not wait for a second
   * look since the boot began, came about in the running kernel.
   */
  static List<IsolationAlert> standing(
      List<IsolationAlert> findings,
      Comparison comparison,
      Comparison latest,
      AlertLife life,
      PendingFindings pending) {
    BootFindings known = new BootFindings(comparison, latest, life);
    return findings.stream()
        .map(
            finding -> {
              IsolationAlert open = life.openFor(finding);
              if (open != null) {
                return known.cameAboutHere(open)
                    ? finding.with(open.interval().boundary())
                    : finding;
              }
              return pending.waitsSinceBoot(finding) ? finding : finding.with(latest.boundary());
            })
        .toList();
  }

  private boolean cameAboutHere(IsolationAlert open) {
    return !open.interval().boundary().isBoot()
        && open.interval().after().boot().id().equals(comparison.after().snapshot().boot().id());
  }

  /** The same difference, told as what came about in the running kernel. */
  private IsolationAlert asNamed(IsolationAlert finding, Boundary boundary) {
    return named.computeIfAbsent(boundary, this::told).getOrDefault(finding.fingerprint(), finding);
  }

  private Map<String, IsolationAlert> told(Boundary boundary) {
    return Judgement.changes(comparison.within(boundary)).stream()
        .collect(
            Collectors.toMap(IsolationAlert::fingerprint, alert -> alert, (one, last) -> last));
  }

  /** The owners of now, not of the boot before, decide what a regrouping in this boot is. */
  private boolean isToldOtherwise(IsolationAlert merge) {
    Set<DevicePath> places = new HashSet<>();
    merge.devices().forEach(device -> places.add(device.path()));
    return now.values().stream().anyMatch(other -> tellsTheSameMerge(other, places))
        || life.open().stream()
            .anyMatch(open -> cameAboutHere(open) && tellsTheSameMerge(open, places));
  }

  /** One of the same code goes on as the same finding, and was looked for before. */
  private static boolean tellsTheSameMerge(IsolationAlert other, Set<DevicePath> places) {
    return other.code().isMerge()
        && other.devices().stream().filter(d -> places.contains(d.path())).count() > 1;
  }
}
