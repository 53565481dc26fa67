package io.acswatch.pci.liveupdate;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.GroupingSteps;
import io.acswatch.pci.iommu.KernelGrouping;
import io.acswatch.pci.iommu.ModelChoice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Tells in words why the functions of a snapshot are grouped as they are. */
public final class Explainer {
  private final HostView view;
  private final KernelGrouping grouping;
  private final GroupPartition derived;
  private final GroupsCheck check;
  private final boolean hasBefore;
  private final Map<Integer, List<Explanation.Step>> steps = new HashMap<>();

  /** Explains a snapshot by the rules of its kernel, or of the model that is asked for. */
  public Explainer(Snapshot snapshot, @Nullable GroupingModel asked) {
    this(snapshot, asked, null);
  }

  /**
   * Explains a snapshot.
   *
   * @param asked overrules the model of its kernel; null for that model
   * @param before the last snapshot of the boot before, of which the words may count; null if
   *     unknown
   */
  public Explainer(Snapshot snapshot, @Nullable GroupingModel asked, @Nullable Snapshot before) {
    view = new HostView(snapshot);
    ModelChoice choice = ModelChoice.of(snapshot.boot(), asked);
    hasBefore = before != null;
    check =
        GroupsCheck.of(snapshot, SnapshotGroups.grouping(snapshot, choice, before), view.groups());
    grouping = check.grouping();
    derived = grouping.derive(new Recorder());
  }

  /** The model that is explained, and why that one. */
  public ModelChoice choice() {
    return grouping.choice();
  }

  /** Index of the function at an address; empty if there is none. */
  public OptionalInt indexOf(PciAddress address) {
    for (int i = 0; i < view.size(); i++) {
      if (view.function(i).address().equals(address)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /** Explains one function. */
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
    return new Explanation(
        address, group, agrees, told(index), agrees && !open ? "" : check.reason());
  }

  private List<Explanation.Step> told(int index) {
    if (check.derived().groupOf(index) == GroupPartition.NO_GROUP) {
      return List.of(
          step(
              Explanation.Kind.NOT_SERVED,
              index,
              "No IOMMU serves it: the kernel gave it no group."));
    }
    if (check.agreement() == GroupsAgreement.OTHER_RULES) {
      String text = check.reason() + " This is the group that the kernel reports.";
      return List.of(step(Explanation.Kind.OTHER_RULES, index, text));
    }
    List<Explanation.Step> told = new ArrayList<>(steps.getOrDefault(index, List.of()));
    if (grouping.choice().model() == GroupingModel.BUS_ISOLATION_V3) {
      told.add(byHardware(index));
    } else {
      addWhatIsolates(index, told);
    }
    return told;
  }

  /** Explains two functions together. */
  public Explanation.Pair explain(int first, int second) {
    boolean together = check.derived().together(first, second);
    return new Explanation.Pair(
        explain(first),
        explain(second),
        together,
        together || !grouping.choice().isComputable()
            ? List.of()
            : new WeakPoints(view, grouping).between(first, second));
  }

  /** Functions whose loss of a bit would put two owners together; those that hit most first. */
  public List<Explanation.WeakPoint> weakPoints() {
    return grouping.choice().isComputable() ? new WeakPoints(view, grouping).all() : List.of();
  }

  /** The strict model takes no steps: it asks of each bus and device what its members can reach. */
  private Explanation.Step byHardware(int index) {
    List<String> open = new ArrayList<>();
    boolean alone = true;
    for (int i = 0; i < view.size(); i++) {
      if (derived.together(index, i)) {
        alone &= i == index;
        if (!grouping.verdict(i).isEnforced() || view.function(i).config().egressOpen()) {
          open.add(name(i) + " (" + reason(i) + ")");
        }
      }
    }
    return step(
        Explanation.Kind.HARDWARE,
        index,
        alone
            ? "The hardware keeps it apart from all others."
            : "The hardware lets it reach the others of its group past the IOMMU, by what does not"
                + " isolate among them: "
                + String.join("; ", open)
                + ".");
  }

  /** The port that ends the climb is not among the steps, for nothing happens there. */
  private void addWhatIsolates(int index, List<Explanation.Step> told) {
    for (Explanation.Step step : told) {
      if (step.kind() == Explanation.Kind.CLIMB || step.kind() == Explanation.Kind.ALIAS) {
        return;
      }
    }
    int bridge = view.hierarchy().bridgeAbove(index);
    List<String> ports = new ArrayList<>();
    int nearest = bridge;
    while (bridge != HostHierarchy.NONE) {
      ports.add(name(bridge) + " (" + reason(bridge) + ")");
      bridge = view.hierarchy().bridgeAbove(bridge);
    }
    if (!ports.isEmpty()) {
      told.add(
          0,
          step(
              Explanation.Kind.ISOLATED_BY,
              nearest,
              "Every port above it isolates: " + String.join("; ", ports) + "."));
    }
  }

  /** A function by type and address: {@code root port 0000:00:03.0}. */
  private String name(int index) {
    return view.hierarchy().type(index).label().replace('-', ' ')
        + " "
        + view.function(index).address();
  }

  /** Why a function isolates or does not, with its registers. */
  private String reason(int index) {
    PciFunction function = view.function(index);
    String quirk = grouping.rules().quirk(index);
    if (quirk != null) {
      return "by the kernel's table of devices: " + quirk;
    }
    if (function.isVirtualFunction()) {
      return "a VF is never asked for ACS";
    }
    AcsRegisters acs = function.config().acs();
    return switch (view.hierarchy().type(index)) {
      case CONVENTIONAL -> "conventional PCI, which never isolates";
      case PCIE_TO_PCI_BRIDGE, PCI_TO_PCIE_BRIDGE ->
          "a bridge to or from PCI, which never isolates";
      case ROOT_COMPLEX_EVENT_COLLECTOR -> "an event collector, which never isolates";
      case UNKNOWN -> "its bytes were not read";
      case RESERVED -> "a type the kernel does not ask for ACS";
      case ENDPOINT, LEGACY_ENDPOINT, UPSTREAM_PORT, ROOT_COMPLEX_ENDPOINT ->
          view.hierarchy().isMultifunction(index)
              ? registers(index, acs)
              : "the only function of its device, which is not asked for ACS";
      case ROOT_PORT, DOWNSTREAM_PORT -> registers(index, acs);
    };
  }

  /** Why a function isolated or not when another one was grouped, with the words it had then. */
  private String reasonWhen(int index, int grouped) {
    boolean then = grouping.isolatedAtStart(index);
    if (!grouping.isBeforeSwitchingOn(index, grouped)
        || then == grouping.verdict(index).isEnforced()) {
      return reason(index);
    }
    String when = " when " + view.function(grouped).address() + " was grouped";
    if (grouping.isSupposedOtherwise(index)) {
      return "its ACS must have been " + (then ? "on already" : "off still") + when;
    }
    AcsRegisters found = grouping.foundAtStart(index);
    if (!hasBefore || found == null) {
      return "the kernel had not switched its ACS on yet" + when;
    }
    boolean dwords = grouping.rules().hasDwordRegisters(index);
    return "Control was still %04x, of the boot before,%s"
        .formatted(dwords ? found.secondDword() & 0xFFFF : found.control(), when);
  }

  private String registers(int index, @Nullable AcsRegisters acs) {
    if (acs == null) {
      ReadStatus status = view.function(index).config().status();
      return status.isConclusive() ? "no ACS capability" : "ACS was not read: " + status;
    }
    boolean dwords = grouping.rules().hasDwordRegisters(index);
    boolean noSv = grouping.rules().lacksSourceValidation(index);
    int control = dwords ? acs.secondDword() & 0xFFFF : acs.control();
    int register = dwords ? AcsCapability.EGRESS_VECTOR_OFFSET : AcsCapability.CONTROL_OFFSET;
    int demanded =
        AcsCapability.REQUIRED & acs.capability() & (noSv ? ~AcsCapability.SOURCE_VALIDATION : ~0);
    int missing = demanded & ~control;
    return "Capability %04x at 0x%03x, Control %04x at 0x%03x: %s%s"
        .formatted(
            acs.capability(),
            acs.offset() + AcsCapability.CAPABILITY_OFFSET,
            control,
            acs.offset() + register,
            missing == 0
                ? "SV, RR, CR and UF are on or fixed on"
                : String.join(", ", AcsRegisters.flagNames(missing)) + " off",
            noSv ? "; SV counts as not implemented" : "");
  }

  private Explanation.Step step(Explanation.Kind kind, int subject, String text) {
    return new Explanation.Step(kind, view.function(subject).address(), text);
  }

  private final class Recorder implements GroupingSteps {
    private void add(int function, Explanation.Step step) {
      steps.computeIfAbsent(function, unused -> new ArrayList<>()).add(step);
    }

    @Override
    public void isCarriedBy(int function, int carrier) {
      add(
          function,
          step(
              Explanation.Kind.ALIAS,
              carrier,
              "Its requests leave under the id of " + name(carrier) + "."));
    }

    @Override
    public void climbs(int function, int bridge, int failing) {
      String because =
          bridge == failing
              ? capitalised(name(bridge)) + " above it does not isolate"
              : capitalised(name(bridge))
                  + " does not help, for "
                  + name(failing)
                  + " above it does not isolate";
      add(
          function,
          step(
              Explanation.Kind.CLIMB,
              failing,
              because + ": " + reasonWhen(failing, function) + "."));
    }

    @Override
    public void sharesId(int function, int index, int mate) {
      add(
          function,
          step(
              Explanation.Kind.SHARED_ID,
              mate,
              "%s and %s use each other's requester id."
                  .formatted(view.function(index).address(), view.function(mate).address())));
    }

    @Override
    public void sharesSlot(int function, int index, int mate) {
      add(
          function,
          step(
              Explanation.Kind.SHARED_SLOT,
              mate,
              "%s and %s are functions of one device and neither isolates: %s; %s."
                  .formatted(
                      view.function(index).address(),
                      view.function(mate).address(),
                      reasonWhen(index, function),
                      reasonWhen(mate, function))));
    }

    @Override
    public void joins(int function, int member) {
      String whose =
          member == function ? "its own group" : "the group of " + view.function(member).address();
      add(function, step(Explanation.Kind.JOIN, member, "It joins " + whose + "."));
    }

    @Override
    public void founds(int function) {
      add(
          function,
          step(Explanation.Kind.FOUND, function, "There is nothing to join: it founds a group."));
    }

    private String capitalised(String text) {
      return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
  }
}
