package io.acswatch.pci.groups;

import io.acswatch.pci.iommu.RuleSet;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the hosts that run one kernel tell of the rules it follows: each by its groups.
 *
 * @param release {@code uname -r}
 * @param version {@code uname -v}; empty if unknown
 * @param unexplained how many of them report groups that no rules explain; they count for no set
 * @param ruleSets what the others tell of each
 * @param firstSeenMillis when the first host was seen that runs it, milliseconds since 1970
 */
public record KernelKnowledge(
    String release,
    String version,
    int hosts,
    int unexplained,
    List<Told> ruleSets,
    long firstSeenMillis,
    long lastSeenMillis) {
  /** What hosts tell of one set of rules. */
  public record Told(RuleSet rules, int explained, int contradicted, int open) {
    private Told plus(Told other, int sign) {
      return new Told(
          rules,
          explained + sign * other.explained,
          contradicted + sign * other.contradicted,
          open + sign * other.open);
    }

    /** In one word: {@code explains}, {@code contradicted} or {@code open}. */
    public String answer() {
      return contradicted > 0 ? "contradicted" : explained > 0 ? "explains" : "open";
    }

    private static Told of(RuleSet rules, FollowedRules.Answer answer) {
      return new Told(
          rules,
          answer == FollowedRules.Answer.EXPLAINS ? 1 : 0,
          answer == FollowedRules.Answer.CONTRADICTS ? 1 : 0,
          answer == FollowedRules.Answer.OPEN ? 1 : 0);
    }
  }

  public KernelKnowledge {
    ruleSets = List.copyOf(ruleSets);
  }

  public static KernelKnowledge none(String release, String version) {
    return new KernelKnowledge(release, version, 0, 0, List.of(), 0, 0);
  }

  /** What one host tells, best by the first of a boot; {@code before} is null if unknown. */
  public static KernelKnowledge of(Snapshot snapshot, @Nullable Snapshot before) {
    Map<RuleSet, FollowedRules.Answer> answers = FollowedRules.of(snapshot, null, before).answers();
    boolean unexplained =
        !answers.isEmpty()
            && answers.values().stream().allMatch(a -> a == FollowedRules.Answer.CONTRADICTS);
    List<Told> told = new ArrayList<>();
    if (!unexplained) {
      answers.forEach((set, answer) -> told.add(Told.of(set, answer)));
    }
    return new KernelKnowledge(
        snapshot.boot().kernelRelease(),
        snapshot.boot().kernelVersion(),
        answers.isEmpty() ? 0 : 1,
        unexplained ? 1 : 0,
        told,
        snapshot.takenAtMillis(),
        snapshot.takenAtMillis());
  }

  public KernelKnowledge with(KernelKnowledge host) {
    long first =
        firstSeenMillis == 0
            ? host.firstSeenMillis
            : Math.min(firstSeenMillis, host.firstSeenMillis);
    return changed(host, 1, first, Math.max(lastSeenMillis, host.lastSeenMillis));
  }

  /** The same without what a host told that runs it no more. */
  public KernelKnowledge without(KernelKnowledge host) {
    return changed(host, -1, firstSeenMillis, lastSeenMillis);
  }

  private KernelKnowledge changed(KernelKnowledge host, int sign, long first, long last) {
    Map<RuleSet, Told> sums = new LinkedHashMap<>();
    ruleSets.forEach(told -> sums.put(told.rules(), told));
    for (Told told : host.ruleSets) {
      Told zero = new Told(told.rules(), 0, 0, 0);
      sums.put(told.rules(), sums.getOrDefault(told.rules(), zero).plus(told, sign));
    }
    sums.values().removeIf(told -> told.explained + told.contradicted + told.open == 0);
    return new KernelKnowledge(
        release,
        version,
        hosts + sign * host.hosts,
        unexplained + sign * host.unexplained,
        List.copyOf(sums.values()),
        first,
        last);
  }

  /** The rule sets that explain hosts and contradict none; several cannot be told apart. */
  public List<RuleSet> explaining() {
    return ruleSets.stream()
        .filter(told -> told.explained() > 0 && told.contradicted() == 0)
        .map(Told::rules)
        .toList();
  }

  /**
   * Those of {@code mayFollow} that no host contradicts; if all are, those that explain hosts all
   * the same. Empty if none does, so that the rules of this kernel are not known.
   */
  public List<RuleSet> narrowed(List<RuleSet> mayFollow) {
    if (hosts > 0 && unexplained == hosts) {
      return List.of();
    }
    List<RuleSet> left = new ArrayList<>(mayFollow);
    ruleSets.stream().filter(told -> told.contradicted() > 0).forEach(t -> left.remove(t.rules()));
    return left.isEmpty() ? explaining() : left;
  }
}
