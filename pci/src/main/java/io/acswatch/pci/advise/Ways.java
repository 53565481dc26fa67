package io.acswatch.pci.advise;

import static java.util.stream.Collectors.joining;

import io.acswatch.pci.advise.Advice.Means;
import io.acswatch.pci.advise.Advice.Proof;
import io.acswatch.pci.advise.Advice.Way;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.CommandLine;
import io.acswatch.pci.groups.HostView;
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
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The ways to bring parties apart, each tried by a forecast, and what comes of them. */
final class Ways {
  /** First release with {@code pci=config_acs=}. */
  private static final String CONFIG_ACS_RELEASE = "6.11";

  private static final int CONFIG_BITS = 7;
  private static final String OVERRIDE = "pcie_acs_override=downstream,multifunction";

  private final Snapshot present;
  private final HostView view;
  private final List<List<Integer>> parties;
  private final List<Integer> subjects;
  private final List<DevicePath> places;
  private final List<Way> ways = new ArrayList<>();

  Ways(Snapshot present, HostView view, List<List<Integer>> parties) {
    this.present = present;
    this.view = view;
    this.parties = parties;
    subjects = parties.stream().flatMap(List::stream).toList();
    places = subjects.stream().map(i -> view.function(i).path()).toList();
  }

  List<Way> all() {
    String commandLine = present.boot().commandLine();
    boolean done = add(Means.REBOOT, "Boot again as it is.", "", null, commandLine);
    String options = CommandLine.ofAcs(commandLine);
    if (!done && !options.isEmpty()) {
      done =
          add(
              Means.COMMAND_LINE,
              "Take %s from the kernel's command line.".formatted(options),
              "-" + options,
              null,
              withOption(""));
    }
    done |= !done && configAcs();
    done |= !done && kernels();
    if (!done) {
      otherSlots();
      firmware();
      override();
    }
    return ways;
  }

  /** The present command line with this option instead of those that order ACS Control. */
  private String withOption(String option) {
    return CommandLine.withoutAcs(present.boot().commandLine(), option);
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
            : splits == forecasts.size() ? Proof.SPLITS : splits == 0 ? Proof.KEEPS : Proof.DEPENDS;
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
  private boolean configAcs() {
    List<String> orders = new ArrayList<>();
    for (int i : weak()) {
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
        withOption(change));
  }

  /** The rightmost character is bit 0; x keeps what the boot found. */
  private static String bits(int set) {
    StringBuilder text = new StringBuilder();
    for (int bit = CONFIG_BITS - 1; bit >= 0; bit--) {
      text.append((set >>> bit & 1) != 0 ? '1' : 'x');
    }
    return text.toString();
  }

  private boolean kernels() {
    Set<String> releases = new LinkedHashSet<>();
    for (int i : weak()) {
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
              withOption(""));
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
    PciAddress at = PciAddress.of(bridge.address().domain(), bridge.config().secondaryBus(), 0, 0);
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
        weak().stream()
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

  private void override() {
    List<ForetoldGroups> forecasts =
        ForetoldGroups.of(present, null, withOption(OVERRIDE), GroupingModel.ACS_OVERRIDE, places);
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

  /** The outcome of {@link #all} in one sentence. */
  String answer() {
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
    String without = weak().stream().map(i -> addressOf(i) + " " + why(i)).collect(joining("; "));
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

  /** Functions at or above these that do not isolate by the next boot of this kernel. */
  private List<Integer> weak() {
    SortedSet<PciAddress> weak = new TreeSet<>();
    ForetoldGroups.of(present, null, null, null, places).forEach(then -> weak.addAll(then.weak()));
    return IntStream.range(0, view.size())
        .boxed()
        .filter(i -> weak.contains(addressOf(i)))
        .sorted(Comparator.comparing(this::addressOf))
        .toList();
  }

  private PciAddress addressOf(int index) {
    return view.function(index).address();
  }

  /** True if no group holds functions of two parties. */
  static boolean areApart(List<List<Integer>> parties, IntUnaryOperator groupOf) {
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
}
