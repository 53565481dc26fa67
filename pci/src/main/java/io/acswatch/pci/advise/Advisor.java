package io.acswatch.pci.advise;

import static java.util.stream.Collectors.joining;

import io.acswatch.pci.advise.Advice.Means;
import io.acswatch.pci.advise.Advice.Proof;
import io.acswatch.pci.advise.Advice.Way;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.explain.Explainer;
import io.acswatch.pci.explain.Explanation;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.groups.SnapshotGroups;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.PortType;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.GroupingModel;
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
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says how functions that share a group come apart. Each way is tried by the same forecast that
 * preflight uses, so that nothing is named that would not work by the rules.
 */
public final class Advisor {
  /** First release with {@code pci=config_acs=}. */
  private static final String CONFIG_ACS_RELEASE = "6.11";

  private static final int CONFIG_BITS = 7;
  private static final String OVERRIDE = "pcie_acs_override=downstream,multifunction";

  private final Snapshot present;
  private final HostView view;
  private final Explainer explainer;
  private final boolean isReported;
  private final GroupPartition groups;
  private final String commandLine;

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
    commandLine = present.boot().commandLine();
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
    if (areApart(parties, groups::groupOf)) {
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
    List<Way> ways = new Ways(parties).all();
    return new Advice(members, apart, causes(subjects), ways, answer(ways, subjects));
  }

  private PciAddress addressOf(int index) {
    return view.function(index).address();
  }

  private static boolean areApart(List<List<Integer>> parties, IntUnaryOperator groupOf) {
    Map<Integer, Integer> partyOf = new LinkedHashMap<>();
    for (int party = 0; party < parties.size(); party++) {
      for (int index : parties.get(party)) {
        int group = groupOf.applyAsInt(index);
        Integer other = group == GroupPartition.NO_GROUP ? null : partyOf.putIfAbsent(group, party);
        if (other != null && other != party) {
          return false;
        }
      }
    }
    return true;
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

  private String answer(List<Way> ways, List<Integer> subjects) {
    for (Way way : ways) {
      if (way.proof() == Proof.SPLITS && way.means() != Means.SLOT) {
        return "They come apart: " + way.text();
      }
    }
    List<String> unread =
        view.hierarchy().functionsAbove(subjects).stream()
            .filter(i -> !view.function(i).config().capabilitiesKnown())
            .map(i -> addressOf(i).toString())
            .toList();
    if (!unread.isEmpty()) {
      return "Not known: registers of "
          + String.join(", ", unread)
          + " were not read. sudo lspci -xxxx shows them.";
    }
    for (Way way : ways) {
      if (way.proof() == Proof.DEPENDS) {
        return "It may be that they come apart: " + way.text() + " " + way.note();
      }
    }
    String without =
        weak(subjects).stream().map(i -> addressOf(i) + " " + why(i)).collect(joining("; "));
    return "Cannot be split"
        + (without.isEmpty() ? "." : ": " + without + ".")
        + ways.stream()
            .filter(way -> way.means() == Means.SLOT)
            .map(way -> " But: " + way.text())
            .collect(joining())
        + (ways.stream().anyMatch(way -> way.means() == Means.FIRMWARE)
            ? " Only the firmware could change it."
            : "");
  }

  /** Functions at or above these that do not isolate by the next boot of this kernel. */
  private List<Integer> weak(List<Integer> subjects) {
    List<DevicePath> places = subjects.stream().map(i -> view.function(i).path()).toList();
    SortedSet<PciAddress> weak = new TreeSet<>();
    ForetoldGroups.of(present, null, null, null, places).forEach(then -> weak.addAll(then.weak()));
    return weak.stream().map(this::index).toList();
  }

  private String why(int index) {
    PciFunction function = view.function(index);
    PortType type = view.hierarchy().type(index);
    if (type == PortType.CONVENTIONAL
        || type == PortType.PCIE_TO_PCI_BRIDGE
        || type == PortType.PCI_TO_PCIE_BRIDGE) {
      return "is conventional PCI, which never isolates";
    }
    AcsRegisters acs = function.config().acs();
    return acs == null
        ? "has no ACS"
        : "has ACS Control %04x of Capability %04x".formatted(acs.control(), acs.capability());
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
            BootOptions.with(BootOptions.without(commandLine), change),
            null,
            List.of());
    return new Together(ports, change, joined(then), togetherAnswer(ports, then));
  }

  private static String togetherAnswer(List<PciAddress> ports, List<ForetoldGroups> then) {
    return then.isEmpty()
        ? "What becomes of the groups cannot be told of this kernel."
        : "Request and completion redirect must be off at %s; the groups below are the isolation that is lost."
            .formatted(ports.stream().map(PciAddress::toString).collect(joining(", ")));
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

  /** The ways to bring parties apart. */
  private final class Ways {
    private final List<List<Integer>> parties;
    private final List<Integer> subjects;
    private final List<DevicePath> places;
    private final List<Way> ways = new ArrayList<>();

    Ways(List<List<Integer>> parties) {
      this.parties = parties;
      subjects = parties.stream().flatMap(List::stream).toList();
      places = subjects.stream().map(i -> view.function(i).path()).toList();
    }

    List<Way> all() {
      boolean done = add(Means.REBOOT, "Boot again as it is.", "", null, commandLine);
      String bare = BootOptions.without(commandLine);
      if (!done && !bare.equals(commandLine)) {
        String options = BootOptions.ofAcs(commandLine);
        done =
            add(
                Means.COMMAND_LINE,
                "Take %s from the kernel's command line.".formatted(options),
                "-" + options,
                null,
                bare);
      }
      done |= !done && configAcs(bare);
      done |= !done && kernels(bare);
      if (!done) {
        otherSlots();
        firmware();
        override(bare);
      }
      return ways;
    }

    /** Adds a way with its forecast; true if it brings all parties apart. */
    private boolean add(
        Means means, String text, String change, @Nullable String release, String options) {
      return add(means, text, change, ForetoldGroups.of(present, release, options, null, places));
    }

    private boolean add(Means means, String text, String change, List<ForetoldGroups> forecasts) {
      long splits = forecasts.stream().filter(this::splits).count();
      Proof proof =
          forecasts.isEmpty()
              ? Proof.UNPROVED
              : splits == forecasts.size()
                  ? Proof.SPLITS
                  : splits == 0 ? Proof.KEEPS : Proof.DEPENDS;
      ways.add(new Way(means, text, change, proof, note(forecasts, proof), then(forecasts)));
      return proof == Proof.SPLITS;
    }

    private boolean splits(ForetoldGroups then) {
      return areApart(parties, i -> groupOf(then, i));
    }

    private int groupOf(ForetoldGroups then, int index) {
      return then.groupOf().getOrDefault(view.function(index).path(), GroupPartition.NO_GROUP);
    }

    private String note(List<ForetoldGroups> forecasts, Proof proof) {
      if (forecasts.isEmpty()) {
        return "The groups of that kernel cannot be told.";
      }
      return proof != Proof.DEPENDS
          ? ""
          : forecasts.stream()
              .filter(this::splits)
              .map(then -> (then.model().reason() + " " + then.supposition()).strip())
              .distinct()
              .collect(joining("; ", "Only by: ", "."));
    }

    private List<List<PciAddress>> then(List<ForetoldGroups> forecasts) {
      if (forecasts.isEmpty()) {
        return List.of();
      }
      Map<Integer, List<PciAddress>> then = new LinkedHashMap<>();
      for (int i : subjects) {
        int group = groupOf(forecasts.get(0), i);
        then.computeIfAbsent(group, unused -> new ArrayList<>()).add(addressOf(i));
      }
      then.remove(GroupPartition.NO_GROUP);
      return List.copyOf(then.values());
    }

    /** Functions that have the required bits and leave some off. */
    private boolean configAcs(String bare) {
      List<String> orders = new ArrayList<>();
      for (int i : weak(subjects)) {
        AcsRegisters acs = view.function(i).config().acs();
        int demanded = acs == null ? 0 : acs.capability() & AcsCapability.REQUIRED;
        if (demanded != 0 && !view.hasDwordRegisters(i)) {
          orders.add(bits(demanded) + "@" + addressOf(i));
        }
      }
      if (orders.isEmpty()) {
        return false;
      }
      String change = "pci=config_acs=" + String.join(";", orders);
      boolean knows = view.kernel().isAtLeast(6, 11, 0);
      return add(
          Means.COMMAND_LINE,
          "Add %s to the kernel's command line%s."
              .formatted(change, knows ? "" : ", with Linux 6.11 or later"),
          change,
          knows ? null : CONFIG_ACS_RELEASE,
          BootOptions.with(bare, change));
    }

    /** The rightmost character is bit 0; x keeps what the boot found. */
    private static String bits(int set) {
      StringBuilder text = new StringBuilder();
      for (int bit = CONFIG_BITS - 1; bit >= 0; bit--) {
        text.append((set >>> bit & 1) != 0 ? '1' : 'x');
      }
      return text.toString();
    }

    private boolean kernels(String bare) {
      Set<String> releases = new LinkedHashSet<>();
      for (int i : weak(subjects)) {
        releases.addAll(AcsRules.releasesThatIsolate(view.function(i).ids(), view.kernel()));
      }
      boolean splits = false;
      for (String release : releases) {
        splits |=
            add(
                Means.KERNEL,
                "Run Linux %s or later, whose table of devices knows the port.".formatted(release),
                release,
                release,
                bare);
      }
      return splits;
    }

    /** Ports below which one party would be alone. */
    private void otherSlots() {
      Set<Integer> used = new LinkedHashSet<>();
      subjects.forEach(i -> used.add(view.hierarchy().bridgeAbove(i)));
      List<Integer> movable =
          subjects.stream()
              .filter(i -> view.hierarchy().bridgeAbove(i) != HostHierarchy.NONE)
              .filter(i -> !view.function(i).isVirtualFunction())
              .filter(i -> view.hierarchy().type(i).isPcie())
              .toList();
      if (movable.isEmpty()) {
        return;
      }
      int subject = movable.get(movable.size() - 1);
      List<String> free = new ArrayList<>();
      List<String> taken = new ArrayList<>();
      for (int port = 0; port < view.size(); port++) {
        if (view.hierarchy().type(port).isDownstreamFacing()
            && !used.contains(port)
            && isolatesBelow(port, subject)) {
          boolean empty = view.atOrBelow(view.function(port).path()).count() == 1;
          (empty ? free : taken).add(addressOf(port).toString());
        }
      }
      if (!free.isEmpty() || !taken.isEmpty()) {
        String ports =
            free.isEmpty()
                ? "one in use, below " + String.join(" or ", taken)
                : "a free one, below " + String.join(" or ", free);
        ways.add(
            new Way(
                Means.SLOT,
                "Put %s into another slot: %s.".formatted(addressOf(subject), ports),
                String.join(" ", free.isEmpty() ? taken : free),
                Proof.SPLITS,
                "Whether the port leads to a slot is told by the board's manual.",
                List.of()));
      }
    }

    /** True if a device there would share its group with nothing that is elsewhere. */
    private boolean isolatesBelow(int port, int subject) {
      PciFunction moved = view.function(subject);
      PciFunction bridge = view.function(port);
      DevicePath place = new DevicePath(bridge.path().text() + "/00.0");
      if (bridge.config().secondaryBus() == 0) {
        return false;
      }
      PciAddress at =
          PciAddress.of(bridge.address().domain(), bridge.config().secondaryBus(), 0, 0);
      List<PciFunction> functions = new ArrayList<>();
      for (int i = 0; i < view.size(); i++) {
        PciFunction function = view.function(i);
        boolean below = i != port && function.path().isBelow(bridge.path());
        if (i != subject && !below) {
          functions.add(function);
        }
      }
      functions.add(new PciFunction(at, place, moved.ids(), moved.config(), moved.kernel()));
      functions.sort((one, other) -> one.address().compareTo(other.address()));
      List<ForetoldGroups> forecasts =
          ForetoldGroups.of(present.withFunctions(functions), null, null, null, List.of(place));
      return !forecasts.isEmpty()
          && forecasts.stream()
              .allMatch(
                  then -> {
                    Integer group = then.groupOf().get(place);
                    return group != null
                        && then.groupOf().values().stream().filter(group::equals).count() == 1;
                  });
    }

    private void firmware() {
      List<String> ports =
          weak(subjects).stream()
              .filter(i -> view.function(i).config().acs() == null)
              .filter(i -> view.function(i).config().capabilitiesKnown())
              .filter(i -> view.hierarchy().type(i) == PortType.ROOT_PORT)
              .map(i -> addressOf(i).toString())
              .toList();
      if (!ports.isEmpty()) {
        ways.add(
            new Way(
                Means.FIRMWARE,
                "Look in the firmware's setup for ACS (on AMD also for AER and ARI): some boards hide"
                    + " the capability of "
                    + String.join(", ", ports)
                    + " until it is enabled.",
                "",
                Proof.UNPROVED,
                "No register tells whether this board has the setting.",
                List.of()));
      }
    }

    private void override(String bare) {
      List<ForetoldGroups> forecasts =
          ForetoldGroups.of(
              present, null, BootOptions.with(bare, OVERRIDE), GroupingModel.ACS_OVERRIDE, places);
      if (!forecasts.isEmpty() && forecasts.stream().allMatch(this::splits)) {
        ways.add(
            new Way(
                Means.OVERRIDE,
                OVERRIDE
                    + " on a patched kernel only hides it: the groups split, and the devices reach"
                    + " each other as before.",
                OVERRIDE,
                Proof.HIDES,
                "",
                then(forecasts)));
      }
    }
  }
}
