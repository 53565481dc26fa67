package io.acswatch.collector.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.acswatch.collector.TestCaptures;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.GroupsAgreement;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.Capture;
import io.acswatch.pci.snapshot.OwnershipClaim;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.json.GroupsJson;
import io.acswatch.wire.text.CaptureReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares what we make of the corpus with what the kernels made of it. Each check gives a list of
 * differences, empty if there is none. {@link #main} prints all of them, and totals.
 */
final class CorpusCheck {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One case: a directory with captures, in the order of time. */
  record Case(Path directory, JsonNode meta, Map<String, Capture> captures) {
    /** Owners by address; {@code after} by name of capture: the groups that mix them. */
    JsonNode tenancy() {
      return meta.path("tenancy");
    }

    /** The kernel was one whose rules no release has, so that the answer is to be that. */
    boolean followsUnknownRules() {
      return meta.path("expected").asText().startsWith("no released kernel does this");
    }

    String part() {
      return String.valueOf(directory.getParent().getFileName());
    }

    @Override
    public String toString() {
      return part() + "/" + directory.getFileName();
    }
  }

  private CorpusCheck() {}

  /** All cases below the corpus directory. */
  static List<Case> cases(Path corpus) throws IOException {
    List<Path> directories;
    try (Stream<Path> walk = Files.walk(corpus)) {
      directories = walk.filter(Files::isDirectory).sorted().toList();
    }
    List<Case> cases = new ArrayList<>();
    for (Path directory : directories) {
      Path meta = directory.resolve("meta.json");
      JsonNode facts = Files.exists(meta) ? JSON.readTree(meta.toFile()) : JSON.createObjectNode();
      List<String> names = new ArrayList<>();
      if (facts.has("captures")) {
        facts.get("captures").forEach(name -> names.add(name.asText() + ".cap"));
      } else {
        try (Stream<Path> files = Files.list(directory)) {
          files.map(file -> String.valueOf(file.getFileName())).sorted().forEach(names::add);
        }
      }
      Map<String, Capture> captures = new LinkedHashMap<>();
      for (String name : names) {
        if (name.endsWith(".cap")) {
          captures.put(
              name.substring(0, name.length() - 4), CaptureReader.read(directory.resolve(name)));
        }
      }
      if (!captures.isEmpty()) {
        cases.add(new Case(directory, facts, captures));
      }
    }
    return cases;
  }

  /**
   * Captures of a case whose registers still are what the groups were made from: all but those
   * after a setpci, or after a driver was bound anew, in the same boot.
   */
  static List<String> untouched(Case one) {
    List<String> names = new ArrayList<>();
    Set<String> touchedBoots = new HashSet<>();
    one.captures()
        .forEach(
            (name, capture) -> {
              String boot = capture.boot().id();
              if (capture.notes().stream().anyMatch(CorpusCheck::changesRegisters)) {
                touchedBoots.add(boot);
              }
              if (!touchedBoots.contains(boot)) {
                names.add(name);
              }
            });
    return names;
  }

  private static boolean changesRegisters(String note) {
    return note.startsWith("setpci ") || note.contains("ACS control now");
  }

  /** The last capture of the boot before, or null. */
  static @Nullable Capture lastOfBootBefore(Case one, String name) {
    Capture wanted = one.captures().get(name);
    Capture before = null;
    for (Capture capture : one.captures().values()) {
      if (capture.boot().id().equals(wanted.boot().id())) {
        return before;
      }
      before = capture;
    }
    return before;
  }

  /** What is said of a capture with the boot before. */
  static SnapshotGroups groups(Case one, String name) {
    Capture before = lastOfBootBefore(one, name);
    return SnapshotGroups.of(
        Snapshot.of(one.captures().get(name)), null, before == null ? null : Snapshot.of(before));
  }

  /** How derived groups differ from those reported; empty if they do not, or it is said why not. */
  static List<String> derivedAgainstKernel(Case one, String name) {
    Snapshot snapshot = Snapshot.of(one.captures().get(name));
    SnapshotGroups groups = groups(one, name);
    if (groups.kernel() == null || isHonest(one, groups.agreement(), true)) {
      return List.of();
    }
    Set<List<PciAddress>> kernel = new HashSet<>(GroupsJson.addresses(snapshot, groups.kernel()));
    Set<List<PciAddress>> derived = new HashSet<>(GroupsJson.addresses(snapshot, groups.derived()));
    Set<List<PciAddress>> both = new HashSet<>(kernel);
    both.retainAll(derived);
    kernel.removeAll(both);
    derived.removeAll(both);
    return List.of(
        "%s/%s (%s, %s): %s: kernel %s, derived %s"
            .formatted(
                one,
                name,
                groups.model().label(),
                groups.modelReason(),
                groups.agreement(),
                kernel,
                derived));
  }

  /** What is said of a capture when nothing else is known of the host. */
  static GroupsAgreement alone(Capture capture) {
    return SnapshotGroups.of(Snapshot.of(capture), null).agreement();
  }

  /**
   * True if it is no wrong answer. Where registers were changed by hand the groups are older than
   * they are, which is to be said; where they were not, it would be a false excuse.
   */
  static boolean isHonest(Case one, GroupsAgreement agreement, boolean untouched) {
    return switch (agreement) {
      case SAME, NOT_REPORTED, NOT_COMPUTABLE, UNREAD -> true;
      case REGISTERS_CHANGED -> !untouched;
      case OTHER_RULES -> one.part().equals("ppc64");
      case UNEXPLAINED -> one.followsUnknownRules();
    };
  }

  /** Findings about a capture as the first that is seen of its host, none of which may be there. */
  static List<String> wrongFindingsAlone(Capture capture) {
    return Judgement.apply(HostState.NONE, Snapshot.of(capture)).alerts().stream()
        .filter(alert -> alert.code() == AlertCode.KERNEL_GROUP_MISMATCH)
        .map(alert -> alert.code() + ": " + alert.headline())
        .toList();
  }

  /** Alerts of a pair of captures, with the case's owners in the first. */
  static List<IsolationAlert> alerts(Case one, String before, String after) {
    List<OwnershipClaim> owners = new ArrayList<>();
    one.tenancy()
        .path("vm_of")
        .properties()
        .forEach(
            entry ->
                owners.add(
                    new OwnershipClaim(
                        PciAddress.parse(entry.getKey()), entry.getValue().asText(), "meta.json")));
    return DiffCommand.alerts(
        Snapshot.of(one.captures().get(before).withOwners(owners)),
        Snapshot.of(one.captures().get(after)));
  }

  /** What tenancy and the kernel's groups demand: owner by address, for each mixed group. */
  static Set<Map<String, String>> due(Case one, String after) {
    Set<Map<String, String>> due = new HashSet<>();
    for (JsonNode group : one.tenancy().path("after").path(after)) {
      Map<String, String> vmOf = new TreeMap<>();
      group
          .get("devices")
          .properties()
          .forEach(entry -> vmOf.put(entry.getKey(), entry.getValue().asText()));
      due.add(vmOf);
    }
    return due;
  }

  /** The critical cross-VM alerts among {@code alerts}: owner by address, for each. */
  static Set<Map<String, String>> crossVm(List<IsolationAlert> alerts) {
    return alerts.stream()
        .filter(alert -> alert.code() == AlertCode.GROUP_MERGED_CROSS_VM)
        .filter(alert -> alert.severity() == Severity.CRITICAL)
        .filter(alert -> alert.status() != AlertStatus.RESOLVED)
        .map(
            alert -> {
              Map<String, String> vmOf = new TreeMap<>();
              alert.devices().forEach(d -> vmOf.put(d.address().toString(), d.owner()));
              return vmOf;
            })
        .collect(Collectors.toSet());
  }

  /** Differences between alerts due and alerts raised, and what is wrong with their causes. */
  static List<String> alertsAgainstTenancy(Case one) {
    List<String> differences = new ArrayList<>();
    String assigned = one.tenancy().path("assigned_in").asText("");
    List<String> afters = new ArrayList<>();
    one.tenancy().path("after").properties().forEach(entry -> afters.add(entry.getKey()));
    for (String after : afters) {
      String label = one + " " + assigned + " -> " + after;
      List<IsolationAlert> alerts = alerts(one, assigned, after);
      Set<Map<String, String>> due = due(one, after);
      Set<Map<String, String>> raised = crossVm(alerts);
      if (!due.equals(raised)) {
        differences.add(label + ": due " + due + ", raised " + raised);
      }
      Snapshot then = Snapshot.of(one.captures().get(assigned));
      Snapshot now = Snapshot.of(one.captures().get(after));
      alerts.stream()
          .filter(alert -> alert.code().isMerge())
          .flatMap(alert -> wrongWithCause(alert, byPlace(then), byPlace(now)).stream())
          .forEach(wrong -> differences.add(label + ": " + wrong));
    }
    return differences;
  }

  private static Map<DevicePath, PciFunction> byPlace(Snapshot snapshot) {
    Map<DevicePath, PciFunction> functions = new HashMap<>();
    snapshot.functions().forEach(function -> functions.put(function.path(), function));
    return functions;
  }

  /** What is wrong with the cause of a merge: none, or a register that did not change so. */
  private static List<String> wrongWithCause(
      IsolationAlert alert, Map<DevicePath, PciFunction> then, Map<DevicePath, PciFunction> now) {
    Cause cause = alert.cause();
    if (cause == null || cause.kind() == Cause.Kind.UNEXPLAINED) {
      return List.of(alert.code() + ": no cause");
    }
    List<String> wrong = new ArrayList<>();
    if (cause.kind() == Cause.Kind.ACS_CONTROL_CHANGED) {
      RegisterChange register = cause.register();
      if (register == null || !isReal(register, then, now)) {
        wrong.add(alert.code() + ": no such change: " + register);
      }
    } else if (alert.devices().stream().anyMatch(d -> lostControlAbove(d, then, now))) {
      wrong.add(alert.code() + ": a required control was lost above, cause " + cause);
    }
    return wrong;
  }

  private static boolean isReal(
      RegisterChange change, Map<DevicePath, PciFunction> then, Map<DevicePath, PciFunction> now) {
    AcsRegisters before = acs(then, change.path());
    AcsRegisters after = acs(now, change.path());
    return before != null
        && after != null
        && change.before() != change.after()
        && before.control() == change.before()
        && after.control() == change.after()
        && after.offset() + AcsCapability.CONTROL_OFFSET == change.registerOffset()
        && now.get(change.path()).address().equals(change.port());
  }

  /** True if the device or a port above it lost one of the controls that isolation requires. */
  private static boolean lostControlAbove(
      AlertDevice device, Map<DevicePath, PciFunction> then, Map<DevicePath, PciFunction> now) {
    for (DevicePath path = device.path(); path != null; path = path.bridge()) {
      AcsRegisters before = acs(then, path);
      AcsRegisters after = acs(now, path);
      if (before != null
          && after != null
          && (before.control() & ~after.control() & AcsCapability.REQUIRED) != 0) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable AcsRegisters acs(
      Map<DevicePath, PciFunction> functions, DevicePath path) {
    PciFunction function = functions.get(path);
    return function == null ? null : function.config().acs();
  }

  private static boolean isOpen(GroupsAgreement agreement) {
    return switch (agreement) {
      case NOT_COMPUTABLE, UNREAD, OTHER_RULES -> true;
      case SAME, NOT_REPORTED, REGISTERS_CHANGED, UNEXPLAINED -> false;
    };
  }

  /** What came out of one part of the corpus. */
  static final class Score {
    private int captures;
    private int compared;
    private int same;
    private int open;
    private int wrong;
    private int sameAlone;
    private int openAlone;
    private int changedAlone;
    private int judged;
    private int judgedAsDue;
    private int withAlert;

    @Override
    public String toString() {
      return ("%d captures; %d compared: %d the same, %d open, %d wrong; alone %d the same, %d open,"
              + " %d changed since; %d judged, %d as due, %d with an alert")
          .formatted(
              captures,
              compared,
              same,
              open,
              wrong,
              sameAlone,
              openAlone,
              changedAlone,
              judged,
              judgedAsDue,
              withAlert);
    }
  }

  /** The scores by part; what is wrong is added to {@code differences}. */
  static Map<String, Score> scores(Path corpus, List<String> differences) throws IOException {
    Map<String, Score> parts = new TreeMap<>();
    for (Case one : cases(corpus)) {
      count(one, parts.computeIfAbsent(one.part(), unused -> new Score()), differences);
    }
    return parts;
  }

  /**
   * Prints scores and differences of the corpus that the first argument names, or that is found.
   */
  public static void main(String[] arguments) throws IOException {
    Path corpus =
        arguments.length > 0 ? Path.of(arguments[0]) : TestCaptures.corpus().orElseThrow();
    List<String> differences = new ArrayList<>();
    scores(corpus, differences).forEach((part, score) -> System.out.println(part + ": " + score));
    differences.forEach(System.out::println);
  }

  private static void count(Case one, Score score, List<String> differences) {
    score.captures += one.captures().size();
    for (String name : untouched(one)) {
      GroupsAgreement agreement = groups(one, name).agreement();
      if (agreement != GroupsAgreement.NOT_REPORTED) {
        List<String> found = derivedAgainstKernel(one, name);
        differences.addAll(found);
        score.compared++;
        score.same += agreement == GroupsAgreement.SAME ? 1 : 0;
        score.open += agreement != GroupsAgreement.SAME && found.isEmpty() ? 1 : 0;
        score.wrong += found.size();
      }
    }
    one.captures()
        .forEach(
            (name, capture) -> {
              GroupsAgreement agreement = alone(capture);
              score.sameAlone += agreement == GroupsAgreement.SAME ? 1 : 0;
              score.openAlone += isOpen(agreement) ? 1 : 0;
              score.changedAlone += agreement == GroupsAgreement.REGISTERS_CHANGED ? 1 : 0;
              if (!isHonest(one, agreement, untouched(one).contains(name))) {
                differences.add(one + "/" + name + " alone: " + agreement);
              }
              if (!one.followsUnknownRules()) {
                wrongFindingsAlone(capture)
                    .forEach(wrong -> differences.add(one + "/" + name + ": " + wrong));
              }
            });
    List<String> found = alertsAgainstTenancy(one);
    differences.addAll(found);
    for (JsonNode after : one.tenancy().path("after")) {
      score.judged++;
      score.withAlert += after.isEmpty() ? 0 : 1;
    }
    score.judgedAsDue += one.tenancy().path("after").size() - found.size();
  }
}
