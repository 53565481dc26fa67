package io.acswatch.pci.liveupdate;

import io.acswatch.pci.capture.Boot;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.hierarchy.KernelView;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.iommu.AcsVerdict;
import io.acswatch.pci.iommu.GroupPartition;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.KernelGrouping;
import io.acswatch.pci.iommu.ModelChoice;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Foretells what a kexec now would do: makes the snapshot that the new kernel would show, and lets
 * {@link Judgement} compare it with the present one.
 *
 * <p>An ordinary kexec: the new kernel switches ACS on again, then applies its command line; no VFs
 * exist. A live update: what is preserved, that is the VMs' devices and the bridges above them,
 * keeps its words, and the command line's ACS options pass it by.
 */
public final class Preflight {
  /** Kind of kexec. */
  public enum Mode {
    /** Devices of VMs are preserved with their registers. */
    LIVE_UPDATE,
    /** Nothing is preserved. */
    PLAIN_KEXEC
  }

  /** Answer. */
  public enum Outcome {
    /** Nothing of severity high or critical was found. */
    GO,
    /** Something of severity high or critical was found. */
    NO_GO,
    /** It depends on what is not known. */
    UNKNOWN
  }

  /**
   * What was foretold.
   *
   * @param outcome the answer
   * @param reasons why, one sentence each
   * @param findings alerts that the kexec would raise
   * @param model rules of the target kernel
   */
  public record Result(
      Outcome outcome, List<String> reasons, List<IsolationAlert> findings, ModelChoice model) {
    /** Copies the lists. */
    public Result {
      reasons = List.copyOf(reasons);
      findings = List.copyOf(findings);
    }
  }

  private static final String NEXT_BOOT = "(after the kexec)";

  private final Snapshot present;
  private final Mode mode;
  private final Boot target;
  private final ModelChoice model;
  private final HostHierarchy hierarchy;
  private final HostView view;
  private final AcsRules targetRules;
  private final AcsOptions options;

  private Preflight(
      Snapshot present,
      Mode mode,
      @Nullable String targetRelease,
      @Nullable String targetCommandLine,
      @Nullable GroupingModel asked) {
    this.present = present;
    this.mode = mode;
    Boot boot = present.boot();
    boolean sameKernel = targetRelease == null || targetRelease.equals(boot.kernelRelease());
    target =
        new Boot(
            NEXT_BOOT,
            sameKernel ? boot.kernelRelease() : targetRelease,
            sameKernel ? boot.kernelVersion() : "",
            targetCommandLine == null ? boot.commandLine() : targetCommandLine,
            Boot.KEXEC_LOADER,
            boot.bootloaderVersion());
    model = ModelChoice.of(target, asked);
    view = new HostView(present);
    hierarchy = view.hierarchy();
    targetRules = new AcsRules(hierarchy, model);
    options = AcsOptions.of(target.commandLine());
  }

  /**
   * Foretells a kexec.
   *
   * @param present the host now, with the owners of its devices
   * @param targetRelease {@code uname -r} of the kernel to come, null for the present one
   * @param targetCommandLine its command line, null for the present one
   * @param asked overrules the model of that kernel; null for that model
   */
  public static Result of(
      Snapshot present,
      Mode mode,
      @Nullable String targetRelease,
      @Nullable String targetCommandLine,
      @Nullable GroupingModel asked) {
    return new Preflight(present, mode, targetRelease, targetCommandLine, asked).result();
  }

  private Result result() {
    List<String> reasons = new ArrayList<>();
    HostState state = Judgement.apply(HostState.NONE, present).state();
    List<IsolationAlert> findings = new ArrayList<>(refusals());
    state.open().stream()
        .filter(alert -> mode == Mode.LIVE_UPDATE && alert.code() == AlertCode.PENDING_MERGE)
        .forEach(findings::add);
    // What is wrong already and stays so is an answer too.
    HostState nothingTold = new HostState(state.baseline(), state.current(), 0, List.of());
    findings.addAll(Judgement.apply(nothingTold, foretold()).alerts());
    findings.sort(
        Comparator.comparing(IsolationAlert::severity)
            .reversed()
            .thenComparing(IsolationAlert::code));
    // A merge that rests on bytes nobody read is a question, not an answer.
    findings.replaceAll(
        alert -> restsOnUnknown(alert) ? alert.withSeverity(Severity.WARNING) : alert);
    findings.stream()
        .filter(alert -> alert.severity().isAtLeast(Severity.HIGH))
        .forEach(alert -> reasons.add(alert.code() + ": " + alert.headline() + "."));
    if (!reasons.isEmpty()) {
      return new Result(Outcome.NO_GO, reasons, findings, model);
    }
    addOpenQuestions(reasons);
    if (!reasons.isEmpty()) {
      return new Result(Outcome.UNKNOWN, reasons, findings, model);
    }
    reasons.add("Nothing of severity high or critical would come of it.");
    return new Result(Outcome.GO, reasons, findings, model);
  }

  /** True if a finding about groups hangs on a function whose isolation cannot be told. */
  private boolean restsOnUnknown(IsolationAlert alert) {
    boolean aboutGroups =
        alert.code().isMerge()
            || alert.code() == AlertCode.PENDING_MERGE
            || alert.code() == AlertCode.SILENT_ISOLATION_LOSS;
    if (!aboutGroups || !model.isComputable()) {
      return aboutGroups;
    }
    for (AlertDevice device : alert.devices()) {
      for (int i = hierarchy.indexOf(device.path());
          i != HostHierarchy.NONE;
          i = hierarchy.bridgeAbove(i)) {
        if (isOpenQuestion(i)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isOpenQuestion(int index) {
    AcsVerdict verdict = targetRules.verdict(index);
    return verdict == AcsVerdict.UNKNOWN || verdict == AcsVerdict.NOT_COMPUTABLE;
  }

  private void addOpenQuestions(List<String> reasons) {
    if (!model.isComputable()) {
      reasons.add("The IOMMU drivers of this architecture group by rules that are not known here.");
    }
    if (!present.hasReportedGroups() && !options.switchesIommuOff()) {
      reasons.add(
          options.switchesIommuOn()
              ? "The kernel reports no groups now, so it is not known which devices the IOMMU serves."
              : "The kernel reports no IOMMU groups, and the command line to come does not switch the"
                  + " IOMMU on.");
    }
    TreeSet<String> unknown = new TreeSet<>();
    for (int i = 0; i < hierarchy.size(); i++) {
      if (isOpenQuestion(i) && matters(i)) {
        unknown.add(hierarchy.function(i).address() + " " + targetRules.verdict(i));
      }
    }
    if (!unknown.isEmpty()) {
      reasons.add("Isolation cannot be told of " + String.join(", ", unknown) + ".");
    }
    if (target.commandLine().contains("assign-busses")
        && !present.boot().commandLine().contains("assign-busses")
        && !CommandLine.isolationOptions(target.commandLine()).stream()
            .noneMatch(option -> option.contains("acs"))) {
      reasons.add(
          "pci=assign-busses gives new addresses, so it is not known which devices the ACS options"
              + " name.");
    }
  }

  /** True if the function is or is above an endpoint; without owners every endpoint counts. */
  private boolean matters(int index) {
    for (int i = 0; i < hierarchy.size(); i++) {
      boolean below =
          i == index || hierarchy.function(i).path().isBelow(hierarchy.function(index).path());
      if (below && view.isEndpoint(i) && (!view.hasOwners() || view.isOwned(i))) {
        return true;
      }
    }
    return false;
  }

  /** The kernel's own reasons not to preserve a VM's device. */
  private List<IsolationAlert> refusals() {
    List<IsolationAlert> refusals = new ArrayList<>();
    if (mode != Mode.LIVE_UPDATE) {
      return refusals;
    }
    Comparison comparison = new Comparison(present, present);
    for (int i = 0; i < hierarchy.size(); i++) {
      if (!view.isOwned(i)) {
        continue;
      }
      String reason = refusal(i);
      if (reason != null) {
        Cause cause = new Cause(Cause.Kind.PRESERVATION_REFUSED, null, List.of(), reason + ".");
        refusals.add(
            comparison.alert(
                AlertCode.PRESERVATION_REFUSED,
                Severity.HIGH,
                hierarchy.function(i).path().text(),
                List.of(comparison.device(i)),
                List.of(view.owner(i)),
                cause,
                "A live update would refuse to preserve %s: %s"
                    .formatted(hierarchy.function(i).address(), reason)));
      }
    }
    return refusals;
  }

  private @Nullable String refusal(int index) {
    if (hierarchy.function(index).isVirtualFunction()) {
      return "virtual functions cannot be preserved";
    }
    for (int i = index; i != HostHierarchy.NONE; i = hierarchy.bridgeAbove(i)) {
      if (targetRules.needsEnablingQuirk(i)) {
        return hierarchy.function(i).address() + " relies on ACS quirks";
      }
    }
    return null;
  }

  /** The snapshot the new kernel would show. */
  private Snapshot foretold() {
    BitSet preserved = preserved();
    boolean groupsExist = present.hasReportedGroups() || options.switchesIommuOn();
    boolean iommuOn = groupsExist && !options.switchesIommuOff();
    List<PciFunction> functions = new ArrayList<>();
    for (int i = 0; i < hierarchy.size(); i++) {
      PciFunction function = hierarchy.function(i);
      // VFs come into being when somebody enables them, which no kexec does.
      if (!function.isVirtualFunction()) {
        functions.add(preserved.get(i) ? function : withWordsOfBoot(i, iommuOn));
      }
    }
    Snapshot bare = snapshotOf(functions, null, iommuOn);
    if (!iommuOn) {
      return bare;
    }
    KernelGrouping grouping = SnapshotGroups.grouping(bare, model, present);
    return snapshotOf(functions, grouping.derive(), true);
  }

  private BitSet preserved() {
    BitSet preserved = new BitSet();
    if (mode == Mode.LIVE_UPDATE) {
      for (int i = 0; i < hierarchy.size(); i++) {
        if (view.isOwned(i) && refusal(i) == null) {
          for (int above = i; above != HostHierarchy.NONE; above = hierarchy.bridgeAbove(above)) {
            preserved.set(above);
          }
        }
      }
    }
    return preserved;
  }

  private Snapshot snapshotOf(
      List<PciFunction> functions, @Nullable GroupPartition groups, boolean iommuOn) {
    List<PciFunction> grouped = new ArrayList<>(functions.size());
    for (int i = 0; i < functions.size(); i++) {
      PciFunction function = functions.get(i);
      KernelView kernel = function.kernel();
      int group = groups == null ? kernel.group() : groups.groupOf(i);
      KernelView seen =
          new KernelView(
              iommuOn ? group : KernelView.NO_GROUP,
              iommuOn ? kernel.groupType() : "",
              kernel.driver(),
              null,
              0,
              kernel.totalVfs(),
              kernel.ariEnabled(),
              kernel.removable());
      grouped.add(
          new PciFunction(
              function.address(), function.path(), function.ids(), function.config(), seen));
    }
    return new Snapshot(
        present.host(),
        target,
        mode == Mode.LIVE_UPDATE ? BootClass.LIVE_UPDATE : BootClass.KEXEC_PLAIN,
        present.takenAtMillis(),
        0,
        false,
        present.orderKnown(),
        grouped,
        present.owners());
  }

  private PciFunction withWordsOfBoot(int index, boolean iommuOn) {
    PciFunction function = hierarchy.function(index);
    AcsRegisters acs = function.config().acs();
    if (acs == null) {
      return function;
    }
    boolean dwords = targetRules.hasDwordRegisters(index);
    int found = dwords ? acs.secondDword() : acs.control();
    int control = found;
    if (iommuOn) {
      int capability =
          targetRules.lacksSourceValidation(index)
              ? acs.capability() & ~AcsCapability.SOURCE_VALIDATION
              : acs.capability();
      int wanted =
          AcsCapability.REQUIRED | (options.noAts() ? AcsCapability.TRANSLATION_BLOCKING : 0);
      control |= capability & wanted;
    }
    boolean clearsOnly = !model.kernel().isAtLeast(6, 11, 0);
    control = options.apply(hierarchy, index, found, control, clearsOnly);
    AcsRegisters then =
        dwords
            ? new AcsRegisters(acs.offset(), acs.capability(), acs.control(), control)
            : new AcsRegisters(acs.offset(), acs.capability(), control, acs.secondDword());
    return new PciFunction(
        function.address(),
        function.path(),
        function.ids(),
        function.config().withAcs(then),
        function.kernel());
  }
}
