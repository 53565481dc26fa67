package io.acswatch.pci.explain;

import io.acswatch.pci.explain.Explanation.Kind;
import io.acswatch.pci.groups.FollowedRules;
import io.acswatch.pci.groups.GroupsAgreement;
import io.acswatch.pci.groups.GroupsCheck;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.groups.Ungrouped;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.Joined;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.iommu.AcsVerdict;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.GroupingSteps;
import io.acswatch.pci.iommu.KernelGrouping;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Tells in words why the functions of a snapshot are grouped as they are. */
public final class Explainer {
  private static final int SHOWN_UNREAD = 6;

  private final BooleanSupplier over;
  private final HostView view;
  private final KernelGrouping grouping;
  private final GroupPartition derived;
  private final GroupsCheck check;
  private final IsolationReasons reasons;
  private final Map<Integer, List<Explanation.Step>> steps = new HashMap<>();

  /**
   * Explains a snapshot.
   *
   * @param asked overrules the model of its kernel; null for that model
   * @param before the last snapshot of the boot before, of which the words may count; null if
   *     unknown
   */
  public Explainer(Snapshot snapshot, @Nullable GroupingModel asked, @Nullable Snapshot before) {
    this(snapshot, asked, before, () -> false);
  }

  /**
   * Explains a snapshot for as long as there is time.
   *
   * @param over whether the time is over, asked again and again: then what looks for weak points
   *     throws CancellationException
   */
  public Explainer(
      Snapshot snapshot,
      @Nullable GroupingModel asked,
      @Nullable Snapshot before,
      BooleanSupplier over) {
    this.over = over;
    view = new HostView(snapshot);
    check = FollowedRules.of(snapshot, asked, before).check();
    grouping = check.grouping();
    reasons = new IsolationReasons(view, grouping, before != null);
    derived = grouping.derive(new Recorder());
  }

  /** The model that is explained, and why that one. */
  public ModelChoice choice() {
    return grouping.choice();
  }

  /** Index of the function at an address; empty if there is none. */
  public OptionalInt indexOf(PciAddress address) {
    return IntStream.range(0, view.size())
        .filter(i -> view.function(i).address().equals(address))
        .findFirst();
  }

  public Explanation explain(int index) {
    GroupPartition shown = check.derived();
    GroupPartition reported = view.groups();
    List<PciAddress> group = new ArrayList<>();
    boolean agrees = true;
    for (int i = 0; i < view.size(); i++) {
      if (shown.together(index, i)) {
        group.add(view.function(i).address());
      }
      agrees &= reported == null || reported.together(index, i) == shown.together(index, i);
    }
    group.sort(null);
    PciAddress address = view.function(index).address();
    boolean open = check.open().contains(address);
    if (hangsOnUnread(index)) {
      String why = unread(index);
      Explanation.Step step =
          step(
              Kind.UNREAD,
              index,
              reported == null
                  ? Character.toUpperCase(why.charAt(0)) + why.substring(1)
                  : "The kernel reports this group; why it formed it is not known: " + why);
      return new Explanation(
          address, reported == null ? List.of() : group, true, List.of(step), "");
    }
    return new Explanation(
        address, group, agrees, told(index), agrees && !open ? "" : check.reason());
  }

  /** True if its group hangs on bytes that were not read. */
  public boolean hangsOnUnread(int index) {
    return check.unread().contains(view.function(index).address());
  }

  /** What was not read that decides the group of a function. */
  private String unread(int index) {
    Set<PciAddress> unread = new TreeSet<>();
    boolean isPlaced = true;
    for (int i = 0; i < view.size(); i++) {
      if (check.derived().together(index, i) || view.hierarchy().areInSameSlot(index, i)) {
        isPlaced &= !view.function(i).path().isUnknown();
        view.hierarchy()
            .upwards(i)
            .filter(above -> grouping.verdict(above) == AcsVerdict.UNKNOWN)
            .forEach(above -> unread.add(view.function(above).address()));
      }
    }
    String registers =
        unread.isEmpty()
            ? ""
            : "registers that decide were not read of " + Joined.some(unread, SHOWN_UNREAD);
    return registers
        + (isPlaced
            ? ""
            : (registers.isEmpty() ? "" : ", and ") + "the bridges above are not known")
        + ".";
  }

  private String whyNone(int index) {
    String reason = Ungrouped.reason(view, index);
    return reason.isEmpty()
        ? "No IOMMU serves it: the kernel gave it no group."
        : "The kernel gave it no group: " + reason + ".";
  }

  private List<Explanation.Step> told(int index) {
    if (check.derived().groupOf(index) == GroupPartition.NO_GROUP) {
      return List.of(step(Kind.NOT_SERVED, index, whyNone(index)));
    }
    if (check.agreement() == GroupsAgreement.OTHER_RULES) {
      String text = check.reason() + " This is the group that the kernel reports.";
      return List.of(step(Kind.OTHER_RULES, index, text));
    }
    List<Explanation.Step> told = new ArrayList<>(steps.getOrDefault(index, List.of()));
    if (grouping.choice().model() == GroupingModel.BUS_ISOLATION_V3) {
      told.add(byHardware(index));
    } else {
      addWhatIsolates(index, told);
    }
    return told;
  }

  public Explanation.Pair explain(int first, int second) {
    boolean together = check.derived().together(first, second);
    if (view.groups() == null && (hangsOnUnread(first) || hangsOnUnread(second))) {
      return new Explanation.Pair(explain(first), explain(second), false, List.of());
    }
    return new Explanation.Pair(
        explain(first),
        explain(second),
        together,
        together || !grouping.choice().isComputable()
            ? List.of()
            : new WeakPoints(view, grouping, over).between(first, second));
  }

  /** Functions whose loss of a bit would put two owners together; those that hit most first. */
  public List<Explanation.WeakPoint> weakPoints() {
    return grouping.choice().isComputable()
        ? new WeakPoints(view, grouping, over).all()
        : List.of();
  }

  /** The strict model takes no steps: it asks of each bus and device what its members can reach. */
  private Explanation.Step byHardware(int index) {
    List<String> open = new ArrayList<>();
    boolean alone = true;
    for (int i = 0; i < view.size(); i++) {
      if (derived.together(index, i)) {
        alone &= i == index;
        String way = reasons.wayPast(i);
        if (!grouping.verdict(i).isEnforced() || !way.isEmpty()) {
          open.add(reasons.name(i) + " (" + reasons.reason(i) + way + ")");
        }
      }
    }
    if (alone) {
      return step(Kind.HARDWARE, index, "The hardware keeps it apart from all others.");
    }
    int bridge = view.hierarchy().bridgeAbove(index);
    String by =
        !open.isEmpty()
            ? "by what does not isolate among them: " + String.join("; ", open)
            : bridge != HostHierarchy.NONE
                ? "on the bus below " + named(bridge)
                : "by an id that they share";
    return step(
        Kind.HARDWARE,
        index,
        "The hardware lets it reach the others of its group past the IOMMU, " + by + ".");
  }

  private String named(int index) {
    return reasons.name(index) + " (" + reasons.reason(index) + ")";
  }

  /** The port that ends the climb is not among the steps, for nothing happens there. */
  private void addWhatIsolates(int index, List<Explanation.Step> told) {
    if (told.stream().anyMatch(s -> s.kind() == Kind.CLIMB || s.kind() == Kind.ALIAS)) {
      return;
    }
    int nearest = view.hierarchy().bridgeAbove(index);
    List<String> ports = view.hierarchy().upwards(nearest).mapToObj(this::named).toList();
    if (!ports.isEmpty()) {
      told.add(
          0,
          step(
              Kind.ISOLATED_BY,
              nearest,
              "Every port above it isolates: " + String.join("; ", ports) + ".",
              reasons.registersWhen(nearest, index)));
    }
  }

  private Explanation.Step step(Kind kind, int subject, String text) {
    return step(kind, subject, text, null);
  }

  private Explanation.Step step(
      Kind kind, int subject, String text, Explanation.@Nullable Registers acs) {
    return new Explanation.Step(kind, view.function(subject).address(), text, acs);
  }

  private final class Recorder implements GroupingSteps {
    private void add(int function, Kind kind, int subject, String text) {
      add(function, kind, subject, text, null);
    }

    private void add(
        int function, Kind kind, int subject, String text, Explanation.@Nullable Registers acs) {
      steps
          .computeIfAbsent(function, unused -> new ArrayList<>())
          .add(step(kind, subject, text, acs));
    }

    @Override
    public void isCarriedBy(int function, int carrier) {
      String text = "Its requests leave under the id of " + reasons.name(carrier) + ".";
      add(function, Kind.ALIAS, carrier, text);
    }

    @Override
    public void climbs(int function, int bridge, int failing) {
      String name = reasons.name(bridge);
      String helpless = bridge == failing ? "" : " does not help, for " + reasons.name(failing);
      add(
          function,
          Kind.CLIMB,
          failing,
          "%c%s%s above it does not isolate: %s."
              .formatted(
                  Character.toUpperCase(name.charAt(0)),
                  name.substring(1),
                  helpless,
                  reasons.reasonWhen(failing, function)),
          reasons.registersWhen(failing, function));
    }

    @Override
    public void sharesId(int function, int index, int mate) {
      add(
          function,
          Kind.SHARED_ID,
          mate,
          "%s and %s use each other's requester id."
              .formatted(view.function(index).address(), view.function(mate).address()));
    }

    @Override
    public void sharesSlot(int function, int index, int mate) {
      add(
          function,
          Kind.SHARED_SLOT,
          mate,
          "%s and %s are functions of one device and neither isolates: %s; %s."
              .formatted(
                  view.function(index).address(),
                  view.function(mate).address(),
                  reasons.reasonWhen(index, function),
                  reasons.reasonWhen(mate, function)),
          reasons.registersWhen(mate, function));
    }

    @Override
    public void joins(int function, int member) {
      String whose =
          member == function ? "its own group" : "the group of " + view.function(member).address();
      add(function, Kind.JOIN, member, "It joins " + whose + ".");
    }

    @Override
    public void founds(int function) {
      add(function, Kind.FOUND, function, "There is nothing to join: it founds a group.");
    }
  }
}
