package io.acswatch.collector.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.explain.Explainer;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.preflight.Preflight;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.GroupsJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares what {@code preflight} foretells, and what {@code explain} tells, with what the kernels
 * of the corpus did. {@link #main} prints the figures.
 */
final class ForecastCheck {
  private static final String BEFORE = "before";
  private static final String AFTER = "after";

  /** Kexecs of this part preserve devices, which another test foretells. */
  private static final String LIVE_UPDATES = "liveupdate";

  /**
   * A forecast and what came of it; a merge is the owner of each device by its place.
   *
   * @param from the capture it was made from
   * @param hits merges foretold and made
   * @param missed merges made and not foretold
   * @param falseAlarms merges foretold and not made
   * @param harm what came of it that is of severity high or critical
   */
  record Forecast(
      String from,
      Preflight.Outcome outcome,
      Set<Map<String, String>> hits,
      Set<Map<String, String>> missed,
      Set<Map<String, String>> falseAlarms,
      Set<AlertCode> harm) {
    /** Foretold as it came, or answered "unknown"; never a merge that did not come. */
    boolean isRight() {
      return switch (outcome) {
        case UNKNOWN -> falseAlarms.isEmpty();
        case GO -> missed.isEmpty() && falseAlarms.isEmpty() && harm.isEmpty();
        case NO_GO -> missed.isEmpty() && falseAlarms.isEmpty() && !harm.isEmpty();
      };
    }

    String word() {
      if (!falseAlarms.isEmpty()) {
        return "FALSE ALARM";
      }
      if (outcome == Preflight.Outcome.UNKNOWN) {
        return "unknown";
      }
      if (!missed.isEmpty() || outcome == Preflight.Outcome.GO && !harm.isEmpty()) {
        return "MISS";
      }
      if (outcome == Preflight.Outcome.NO_GO && harm.isEmpty()) {
        return "FALSE ALARM";
      }
      return harm.isEmpty() ? "quiet" : "hit";
    }
  }

  private ForecastCheck() {}

  /** True if the case has an ordinary kexec, and owners to judge it by. */
  static boolean isKexec(CorpusCheck.Case one) {
    return one.captures().containsKey(BEFORE)
        && !one.part().equals(LIVE_UPDATES)
        && one.tenancy().path(AFTER).has(AFTER)
        && LiveUpdateCheck.jumps(one).stream().noneMatch(LiveUpdateCheck.Jump::wasToBeALiveUpdate)
        && !one.captures().get(BEFORE).boot().id().equals(one.captures().get(AFTER).boot().id());
  }

  /** Foretells the kexec of a case from the capture named, as of that moment. */
  static Forecast foretell(CorpusCheck.Case one, String from) {
    return foretell(one, from, AFTER, Preflight.Mode.PLAIN_KEXEC);
  }

  /** Foretells, from one capture, what another one shows. */
  static Forecast foretell(CorpusCheck.Case one, String from, String after, Preflight.Mode mode) {
    Boot target = one.captures().get(after).boot();
    Preflight.Result result =
        Preflight.of(
            Snapshot.of(one.captures().get(from).withOwners(owners(one))),
            mode,
            target.kernelRelease(),
            target.commandLine(),
            null,
            List.of(),
            Preflight.ability(
                Snapshot.of(one.captures().get(from).withOwners(owners(one))),
                target.kernelRelease(),
                null));
    Set<Map<String, String>> foretold = new HashSet<>();
    for (IsolationAlert alert : result.findings()) {
      if (alert.code() == AlertCode.GROUP_MERGED_CROSS_VM
          && alert.severity() == Severity.CRITICAL) {
        Map<String, String> vmOf = new TreeMap<>();
        for (AlertDevice device : alert.devices()) {
          vmOf.put(device.path().text(), device.owner());
        }
        foretold.add(vmOf);
      }
    }
    Set<Map<String, String>> made = made(one, after);
    Set<Map<String, String>> hits = new HashSet<>(made);
    hits.retainAll(foretold);
    made.removeAll(hits);
    foretold.removeAll(hits);
    return new Forecast(from, result.outcome(), hits, made, foretold, harm(one, from, after));
  }

  /** What the kexec did that is of severity high or critical, whether or not it was so before. */
  private static Set<AlertCode> harm(CorpusCheck.Case one, String from, String after) {
    Snapshot before = Snapshot.of(one.captures().get(from).withOwners(owners(one)));
    HostState state = Judgement.apply(HostState.NONE, before).state();
    HostState nothingTold = new HostState(state.baseline(), state.current(), 0, List.of());
    return Judgement.apply(nothingTold, Snapshot.of(one.captures().get(after))).alerts().stream()
        .filter(alert -> alert.severity().isAtLeast(Severity.HIGH))
        .map(IsolationAlert::code)
        .filter(code -> code != AlertCode.MODEL_CHANGED)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<OwnershipClaim> owners(CorpusCheck.Case one) {
    List<OwnershipClaim> owners = new ArrayList<>();
    one.tenancy()
        .path("vm_of")
        .properties()
        .forEach(
            claim ->
                owners.add(
                    new OwnershipClaim(
                        PciAddress.parse(claim.getKey()), claim.getValue().asText(), "meta.json")));
    return owners;
  }

  /** The merges across VMs that the kernel made. */
  private static Set<Map<String, String>> made(CorpusCheck.Case one, String after) {
    Map<String, String> placeOf = new HashMap<>();
    Snapshot.of(one.captures().get(after))
        .functions()
        .forEach(f -> placeOf.put(f.address().toString(), f.path().text()));
    Set<Map<String, String>> made = new HashSet<>();
    for (Map<String, String> group : CorpusCheck.due(one, after)) {
      Map<String, String> vmOf = new TreeMap<>();
      group.forEach((address, vm) -> vmOf.put(placeOf.get(address), vm));
      made.add(vmOf);
    }
    return made;
  }

  /** What is wrong with the forecasts of a case, from the capture before and the last one. */
  static List<String> wrongForecast(CorpusCheck.Case one) {
    return Stream.of(BEFORE, lastOfBoot(one))
        .distinct()
        .map(from -> foretell(one, from))
        .filter(forecast -> !forecast.isRight())
        .map(forecast -> one + ": " + forecast)
        .toList();
  }

  /** The last capture of the boot of the capture before. */
  private static String lastOfBoot(CorpusCheck.Case one) {
    String boot = one.captures().get(BEFORE).boot().id();
    String last = BEFORE;
    for (Map.Entry<String, Capture> entry : one.captures().entrySet()) {
      last = entry.getValue().boot().id().equals(boot) ? entry.getKey() : last;
    }
    return last;
  }

  /** Functions whose explanation fails, says nothing, or has another group than derived. */
  static List<String> wrongExplanations(Capture capture) {
    Snapshot snapshot = Snapshot.of(capture);
    Explainer explainer = new Explainer(snapshot, null, null);
    GroupPartition derived = SnapshotGroups.of(snapshot, null).derived();
    Map<PciAddress, List<PciAddress>> groupOf = new HashMap<>();
    for (List<PciAddress> group : GroupsJson.addresses(snapshot, derived)) {
      group.forEach(member -> groupOf.put(member, group));
    }
    List<String> wrong = new ArrayList<>();
    for (PciFunction function : snapshot.functions()) {
      Explanation told = explainer.explain(explainer.indexOf(function.address()).orElseThrow());
      if (!told.group().equals(groupOf.getOrDefault(function.address(), List.of()))) {
        wrong.add(function.address() + ": explained in " + told.group());
      }
      if (told.steps().isEmpty() || told.steps().stream().anyMatch(step -> step.text().isBlank())) {
        wrong.add(function.address() + ": no step, or an empty one: " + told.steps());
      }
    }
    return wrong;
  }

  /**
   * Pairs of two VMs that a kexec put together, whose explanation does not name a function above
   * them (or themselves) that lost a required control, although there is one.
   */
  static List<String> mergesNotExplained(CorpusCheck.Case one) {
    List<String> wrong = new ArrayList<>();
    for (Map<String, String> group : CorpusCheck.due(one, AFTER)) {
      wrong.addAll(notExplained(one, group));
    }
    return wrong;
  }

  private static List<String> notExplained(CorpusCheck.Case one, Map<String, String> vmOf) {
    Snapshot after = Snapshot.of(one.captures().get(AFTER));
    Explainer explainer = new Explainer(after, null, null);
    Set<PciAddress> lost = lostControls(one);
    List<String> wrong = new ArrayList<>();
    for (String first : vmOf.keySet()) {
      for (String second : vmOf.keySet()) {
        if (first.compareTo(second) >= 0 || vmOf.get(first).equals(vmOf.get(second))) {
          continue;
        }
        PciAddress a = PciAddress.parse(first);
        PciAddress b = PciAddress.parse(second);
        Explanation.Pair pair =
            explainer.explain(
                explainer.indexOf(a).orElseThrow(), explainer.indexOf(b).orElseThrow());
        Set<PciAddress> onTheWay = onTheWay(after, a);
        onTheWay.addAll(onTheWay(after, b));
        onTheWay.retainAll(lost);
        Set<PciAddress> named = new TreeSet<>();
        pair.first().steps().forEach(step -> named.add(step.subject()));
        pair.second().steps().forEach(step -> named.add(step.subject()));
        named.retainAll(onTheWay);
        if (!onTheWay.isEmpty() && named.isEmpty()) {
          wrong.add("%s %s %s: %s lost controls, told %s".formatted(one, a, b, onTheWay, pair));
        }
      }
    }
    return wrong;
  }

  /** The function and all bridges above it. */
  private static Set<PciAddress> onTheWay(Snapshot snapshot, PciAddress address) {
    PciFunction below =
        snapshot.functions().stream()
            .filter(f -> f.address().equals(address))
            .findFirst()
            .orElseThrow();
    Set<PciAddress> way = new TreeSet<>();
    for (PciFunction function : snapshot.functions()) {
      if (function.equals(below) || below.path().isBelow(function.path())) {
        way.add(function.address());
      }
    }
    return way;
  }

  /** Functions that lost a required control over the kexec, by meta.json. */
  static Set<PciAddress> lostControls(CorpusCheck.Case one) {
    Set<PciAddress> lost = new TreeSet<>();
    for (JsonNode fact : one.meta().path("kernel_facts")) {
      if (fact.path("to").asText().equals(AFTER)) {
        fact.path("acs_control_changed")
            .properties()
            .forEach(
                change -> {
                  String[] words = change.getValue().asText().split("->");
                  int was = Integer.parseInt(words[0], 16);
                  int is = Integer.parseInt(words[1], 16);
                  if ((was & ~is & AcsCapability.REQUIRED) != 0) {
                    lost.add(PciAddress.parse(change.getKey()));
                  }
                });
      }
    }
    return lost;
  }

  /** Prints the forecast of each kexec of the corpus that the first argument names, or is found. */
  public static void main(String[] arguments) throws IOException {
    Path corpus =
        arguments.length > 0 ? Path.of(arguments[0]) : TestCaptures.corpus().orElseThrow();
    Map<String, Integer> figures = new TreeMap<>();
    int explained = 0;
    int pairs = 0;
    for (CorpusCheck.Case one : CorpusCheck.cases(corpus)) {
      for (Capture capture : one.captures().values()) {
        explained += capture.functions().size();
        wrongExplanations(capture).forEach(System.out::println);
      }
      if (isKexec(one)) {
        Forecast forecast = foretell(one, BEFORE);
        figures.merge(forecast.word(), 1, Integer::sum);
        String last = lastOfBoot(one);
        String later =
            last.equals(BEFORE) ? "" : ", from " + last + ": " + foretell(one, last).word();
        System.out.println(
            "%-20s %-12s%-8s%s %s"
                .formatted(one, forecast.word(), forecast.outcome(), later, forecast.harm()));
        pairs += lostControls(one).isEmpty() ? 0 : CorpusCheck.due(one, AFTER).size();
        mergesNotExplained(one).forEach(System.out::println);
      }
    }
    System.out.println("forecasts from before: " + figures);
    System.out.println("functions explained: " + explained);
    System.out.println("merged groups with a lost control on record: " + pairs);
  }
}
