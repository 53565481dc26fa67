package io.acswatch.pci.advise;

import static java.util.stream.Collectors.joining;

import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.explain.Explainer;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.groups.CommandLine;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.Joined;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.preflight.ForetoldGroups;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says how functions that share a group come apart. Each way is tried by the same forecast that
 * preflight uses, so that nothing is named that would not work by the rules.
 */
public final class Advisor {
  private final Snapshot present;
  private final HostView view;
  private final Explainer explainer;
  private final boolean isReported;
  private final GroupPartition groups;

  /**
   * Advises on a host. Where the kernel's groups are not known those that its rules give count.
   *
   * @param before the last snapshot of the boot before; null if unknown
   */
  public Advisor(Snapshot host, @Nullable Snapshot before) {
    explainer = new Explainer(host, null, before);
    isReported = host.hasReportedGroups();
    present = isReported ? host : withGroups(host, before);
    view = new HostView(present);
    groups = Objects.requireNonNull(view.groups(), "made above where there are none");
  }

  private static Snapshot withGroups(Snapshot host, @Nullable Snapshot before) {
    GroupPartition derived = SnapshotGroups.of(host, null, before).derived();
    List<PciFunction> grouped = new ArrayList<>();
    for (int i = 0; i < host.functions().size(); i++) {
      PciFunction function = host.functions().get(i);
      grouped.add(function.withKernel(function.kernel().withGroup(derived.groupOf(i))));
    }
    return host.withFunctions(grouped);
  }

  /** True if there is such a function. */
  public boolean has(PciAddress address) {
    return explainer.indexOf(address).isPresent();
  }

  private boolean isUnread(int index) {
    return explainer.hangsOnUnread(index);
  }

  /** True if the kernel's groups are not known, and those of some functions do not follow. */
  public boolean lacksGroups() {
    return !isReported && IntStream.range(0, view.size()).anyMatch(this::isUnread);
  }

  /** Advice for each group that holds devices of several VMs, or several devices. */
  public List<Advice> all() {
    List<Advice> all = new ArrayList<>();
    for (List<Integer> members : groups.members()) {
      List<List<Integer>> parties = parties(members.stream().filter(view::isEndpoint).toList());
      if (parties.size() > 1 && (isReported || members.stream().noneMatch(this::isUnread))) {
        all.add(advise(parties));
      }
    }
    return all;
  }

  /**
   * Advice for functions that are to come apart: from each other, or a single one from all others
   * of its group.
   */
  public Advice apart(List<PciAddress> addresses) {
    List<Integer> indices = addresses.stream().map(this::index).toList();
    if (indices.size() > 1) {
      return advise(indices.stream().map(List::of).toList());
    }
    int only = indices.get(0);
    List<List<Integer>> parties = new ArrayList<>();
    parties.add(List.of(only));
    parties(
            IntStream.range(0, view.size())
                .filter(i -> i != only && groups.together(i, only) && view.isEndpoint(i))
                .boxed()
                .toList())
        .forEach(parties::add);
    return advise(parties);
  }

  private int index(PciAddress address) {
    return explainer.indexOf(address).orElseThrow();
  }

  /** Functions by their owner; those of nobody by their device. */
  private List<List<Integer>> parties(List<Integer> functions) {
    Map<Object, List<Integer>> parties = new LinkedHashMap<>();
    for (int i : functions) {
      PciAddress at = view.function(i).address();
      Object party =
          view.isOwned(i) ? view.owner(i) : new PciAddress(at.domain(), at.requesterId() & ~7);
      parties.computeIfAbsent(party, unused -> new ArrayList<>()).add(i);
    }
    return List.copyOf(parties.values());
  }

  private Advice advise(List<List<Integer>> parties) {
    List<Integer> subjects = parties.stream().flatMap(List::stream).toList();
    SortedSet<PciAddress> group = new TreeSet<>();
    for (int i = 0; i < view.size(); i++) {
      for (int subject : subjects) {
        if (i == subject || groups.together(i, subject)) {
          group.add(view.function(i).address());
        }
      }
    }
    List<List<PciAddress>> apart =
        parties.stream().map(party -> party.stream().map(this::addressOf).toList()).toList();
    boolean isUnread = subjects.stream().anyMatch(this::isUnread);
    if (isUnread && !isReported) {
      List<PciAddress> asked = subjects.stream().map(this::addressOf).sorted().toList();
      String open =
          "Not known: neither the kernel's groups nor the registers that decide are there.";
      return new Advice(asked, apart, causes(subjects), List.of(), open);
    }
    List<PciAddress> members = List.copyOf(group);
    if (Ways.areApart(parties, groups::groupOf)) {
      String done = "They are in different groups already.";
      return new Advice(members, apart, List.of(), List.of(), done);
    }
    if (isUnread) {
      // A forecast from registers that were not read would prove nothing.
      String open =
          "Not known: the registers that decide were not read. sudo lspci -nnvvv shows most of"
              + " them, sudo lspci -xxxx all. (A kernel with the patch for pcie_acs_override= would"
              + " show other groups, and the devices would reach each other as before.)";
      return new Advice(members, apart, causes(subjects), List.of(), open);
    }
    Ways ways = new Ways(present, view, parties);
    return new Advice(members, apart, causes(subjects), ways.all(), ways.answer());
  }

  private PciAddress addressOf(int index) {
    return view.function(index).address();
  }

  private List<String> causes(List<Integer> subjects) {
    Set<String> causes = new LinkedHashSet<>();
    for (int subject : subjects) {
      Explanation explanation = explainer.explain(subject);
      for (Explanation.Step step : explanation.steps()) {
        switch (step.kind()) {
          case ALIAS, CLIMB, SHARED_ID, SHARED_SLOT, HARDWARE, OTHER_RULES, UNREAD ->
              causes.add(step.text());
          default -> {
            // The rest tells what followed.
          }
        }
      }
      if (!explanation.note().isEmpty()) {
        causes.add(explanation.note());
      }
    }
    return List.copyOf(causes);
  }

  /** Says what it takes for two functions to exchange data directly. */
  public Together together(PciAddress first, PciAddress second) {
    HostHierarchy hierarchy = view.hierarchy();
    List<Integer> above = hierarchy.upwards(hierarchy.bridgeAbove(index(first))).boxed().toList();
    List<Integer> other = hierarchy.upwards(hierarchy.bridgeAbove(index(second))).boxed().toList();
    List<Integer> common = new ArrayList<>(above);
    common.retainAll(other);
    if (common.isEmpty()) {
      return new Together(
          List.of(),
          "",
          List.of(),
          "They are below different root ports: whether requests pass between those is decided by"
              + " the root complex and shown by no register.");
    }
    int meeting = common.get(0);
    List<Integer> redirecting =
        Stream.concat(above.stream(), other.stream())
            .filter(i -> !common.contains(i) && redirects(i))
            .distinct()
            .toList();
    if (redirecting.isEmpty()) {
      return new Together(
          List.of(),
          "",
          List.of(),
          "Nothing below %s redirects: they reach each other directly."
              .formatted(addressOf(meeting)));
    }
    List<PciAddress> ports = redirecting.stream().map(this::addressOf).toList();
    String change =
        "pci=disable_acs_redir=" + ports.stream().map(PciAddress::toString).collect(joining(";"));
    List<ForetoldGroups> then =
        ForetoldGroups.of(
            present,
            null,
            CommandLine.withoutAcs(present.boot().commandLine(), change),
            null,
            List.of());
    return new Together(ports, change, joined(then), togetherAnswer(ports, then));
  }

  private static String togetherAnswer(List<PciAddress> ports, List<ForetoldGroups> then) {
    return then.isEmpty()
        ? "What becomes of the groups cannot be told of this kernel."
        : "Request and completion redirect must be off at %s; the groups below are the isolation that is lost."
            .formatted(Joined.all(ports));
  }

  private boolean redirects(int index) {
    AcsRegisters acs = view.function(index).config().acs();
    int redirect = AcsCapability.REQUEST_REDIRECT | AcsCapability.COMPLETION_REDIRECT;
    return acs != null
        && view.hierarchy().type(index) == PortType.DOWNSTREAM_PORT
        && (acs.control() & redirect) != 0;
  }

  /** Groups of now that share one by some forecast. */
  private List<List<PciAddress>> joined(List<ForetoldGroups> forecasts) {
    Set<List<PciAddress>> joined = new LinkedHashSet<>();
    for (ForetoldGroups then : forecasts) {
      Map<Integer, List<Integer>> members = new LinkedHashMap<>();
      for (int i = 0; i < view.size(); i++) {
        Integer group = then.groupOf().get(view.function(i).path());
        if (group != null) {
          members.computeIfAbsent(group, unused -> new ArrayList<>()).add(i);
        }
      }
      for (List<Integer> group : members.values()) {
        if (group.stream().map(groups::groupOf).distinct().count() > 1) {
          joined.add(group.stream().map(this::addressOf).sorted().toList());
        }
      }
    }
    return List.copyOf(joined);
  }
}
