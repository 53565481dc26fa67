package io.acswatch.pci.preflight;

import io.acswatch.pci.alert.AcsBit;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertDevice;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.groups.AcsOptions;
import io.acswatch.pci.groups.FollowedRules;
import io.acswatch.pci.groups.GroupsCheck;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.groups.KernelKnowledge;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.hierarchy.Joined;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.iommu.GroupingModel;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.judge.HostState;
import io.acswatch.pci.judge.Judgement;
import io.acswatch.pci.snapshot.LiveUpdateAbility;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes what a kexec now would show; {@link Judgement} compares it with the present snapshot. */
public final class Preflight {
  public enum Mode {
    /** Devices of VMs are preserved with their registers. */
    LIVE_UPDATE,
    PLAIN_KEXEC
  }

  public enum Outcome {
    /** Nothing of severity high or critical was found. */
    GO,
    /** Something of severity high or critical was found. */
    NO_GO,
    /** It depends on what is not known. */
    UNKNOWN;

    /** The word for people and JSON, for example {@code no-go}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What was foretold. */
  public record Result(
      Outcome outcome, List<String> reasons, List<IsolationAlert> findings, ModelChoice model) {
    public Result {
      reasons = List.copyOf(reasons);
      findings = List.copyOf(findings);
    }

    Result with(String reason) {
      List<String> more = new ArrayList<>(reasons);
      more.add(reason);
      return new Result(outcome, more, findings, model);
    }
  }

  private final Snapshot present;
  private final KexecTarget target;
  private final KexecForecast forecast;
  private final PreflightQuestions questions;

  private Preflight(Snapshot present, KexecTarget target, KexecForecast forecast, GroupsCheck now) {
    this.present = present;
    this.target = target;
    this.forecast = forecast;
    questions = new PreflightQuestions(present, target, forecast, now);
  }

  /** Of the present kernel as it shows; of a model that does preserve, as it says; else unknown. */
  public static LiveUpdateAbility ability(
      Snapshot present, @Nullable String targetRelease, @Nullable GroupingModel asked) {
    if (asked == GroupingModel.LEGACY_LIVEUPDATE) {
      return new LiveUpdateAbility(LiveUpdateAbility.Answer.CAN, "model " + asked.label());
    }
    boolean same = targetRelease == null || targetRelease.equals(present.boot().kernelRelease());
    return same ? LiveUpdateAbility.of(present) : LiveUpdateAbility.UNKNOWN;
  }

  /** A go rests on a kernel that can; what else may keep it from it stands among the reasons. */
  private static Result ofAbility(Result agreed, LiveUpdateAbility ability, AcsOptions options) {
    boolean open = ability.answer() == LiveUpdateAbility.Answer.UNKNOWN;
    List<String> reasons = new ArrayList<>(agreed.reasons());
    boolean off = PreservedDevices.areSwitchedOff(options);
    if (open) {
      reasons.add(
          agreed.outcome() == Outcome.GO ? 0 : reasons.size(),
          off
              ? "The command line to come lacks liveupdate=on: nothing would be carried."
              : "Nothing shows whether the kernel to come can preserve PCI devices: its configuration has"
                  + " CONFIG_PCI_LIVEUPDATE and CONFIG_VFIO_PCI_LIVEUPDATE then. --target-config FILE"
                  + " settles it.");
    }
    if (!off
        && ability.answer() != LiveUpdateAbility.Answer.CANNOT
        && !options.switchesHandoverOn()) {
      reasons.add(
          "The command line to come lacks kho=on, without which a kernel takes over nothing, unless"
              + " it was built to be on.");
    }
    Outcome outcome = open && agreed.outcome() == Outcome.GO ? Outcome.UNKNOWN : agreed.outcome();
    return new Result(outcome, reasons, agreed.findings(), agreed.model());
  }

  /**
   * Foretells a kexec.
   *
   * @param present the host now, with the owners of its devices
   * @param targetRelease {@code uname -r} of the kernel to come, better {@code uname -rv}; null for
   *     the present one. Where it hides the patch level, the answer is one that holds for all of
   *     its line
   * @param targetCommandLine its command line, null for the present one
   * @param asked overrules the model of that kernel; null for that model
   * @param kernels what hosts tell of kernels: those that run the kernel to come show which rules
   *     it follows
   * @param ability whether the kernel to come can preserve PCI devices
   */
  public static Result of(
      Snapshot present,
      Mode mode,
      @Nullable String targetRelease,
      @Nullable String targetCommandLine,
      @Nullable GroupingModel asked,
      List<KernelKnowledge> kernels,
      LiveUpdateAbility ability) {
    HostView view = new HostView(present);
    GroupsCheck now = FollowedRules.of(present, null, null).check();
    TakenBits taken = new TakenBits(view, now.grouping().choice());
    List<KexecTarget> targets =
        KexecTarget.of(
            present.boot(),
            present.functions(),
            targetRelease,
            targetCommandLine,
            asked,
            withThisHost(kernels, present));
    List<AgreedResult.Case> cases = new ArrayList<>();
    LiveUpdateAbility can = mode == Mode.LIVE_UPDATE ? ability : null;
    for (KexecTarget target : targets) {
      AgreedResult.Case likely = foretell(present, can, target, now, taken, true);
      cases.add(likely);
      if (!likely.supposition().isEmpty()) {
        cases.add(foretell(present, can, target, now, taken, false));
      }
    }
    Result agreed =
        AgreedResult.of(
            cases,
            targets.get(0).boot().kernelRelease(),
            "What settles it: a host that runs this kernel (acswatch kernels, preflight --kernels), or"
                + " uname -rv where a Debian kernel says its patch level in it.");
    Result known = targets.get(0).hosts() == 0 ? agreed : agreed.with(fleetTells(targets));
    return can == null
        ? known
        : ofAbility(known, can, AcsOptions.of(targets.get(0).boot().commandLine()));
  }

  /** What this host tells of its own kernel counts too. */
  private static List<KernelKnowledge> withThisHost(
      List<KernelKnowledge> kernels, Snapshot present) {
    KernelKnowledge own = KernelKnowledge.of(present, null);
    List<KernelKnowledge> all = new ArrayList<>(kernels);
    all.removeIf(
        kernel -> kernel.release().equals(own.release()) && kernel.version().equals(own.version()));
    KernelKnowledge others =
        kernels.stream()
            .filter(kernel -> !all.contains(kernel))
            .findFirst()
            .orElse(KernelKnowledge.none(own.release(), own.version()));
    all.add(others.with(own));
    return all;
  }

  private static String fleetTells(List<KexecTarget> targets) {
    KexecTarget first = targets.get(0);
    String hosts = first.hosts() == 1 ? "One host runs" : first.hosts() + " hosts run";
    return first.contradicted()
        ? hosts + " this kernel, and no rules that are known explain their groups."
        : hosts
            + " this kernel; by their groups it follows "
            + String.join(
                " or ", targets.stream().map(KexecTarget::model).map(ModelChoice::reason).toList())
            + ".";
  }

  private static AgreedResult.Case foretell(
      Snapshot present,
      @Nullable LiveUpdateAbility ability,
      KexecTarget target,
      GroupsCheck now,
      TakenBits taken,
      boolean takesWhatNobodySaw) {
    KexecForecast forecast =
        new KexecForecast(
            present, ability, target.boot(), target.model(), taken, takesWhatNobodySaw);
    return new Preflight(present, target, forecast, now).result(takesWhatNobodySaw);
  }

  private AgreedResult.Case result(boolean takesWhatNobodySaw) {
    HostState state = Judgement.apply(HostState.NONE, present).state();
    List<IsolationAlert> findings = new ArrayList<>();
    PreservedDevices preserved = forecast.preserved;
    List<IsolationAlert> raised =
        target.model().isComputable() ? raised(state, forecast.foretoldAfter(present)) : List.of();
    if (preserved == null) {
      findings.addAll(PreservedDevices.leftBehind(forecast.view));
    } else {
      findings.addAll(preserved.refusals());
      state.open().stream()
          .filter(alert -> alert.code() == AlertCode.PENDING_MERGE)
          .filter(alert -> raised.stream().anyMatch(merge -> tellsOf(merge, alert)))
          .forEach(findings::add);
    }
    Set<String> told = new HashSet<>();
    findings.forEach(alert -> told.add(alert.fingerprint()));
    raised.stream().filter(alert -> told.add(alert.fingerprint())).forEach(findings::add);
    findings.sort(
        Comparator.comparing(IsolationAlert::severity)
            .reversed()
            .thenComparing(IsolationAlert::code));
    Set<DevicePath> hangingOnOrder = forecast.hangingOnOrder();
    List<IsolationAlert> byOrder =
        findings.stream()
            .filter(alert -> alert.code().isMerge())
            .filter(a -> a.devices().stream().anyMatch(d -> hangingOnOrder.contains(d.path())))
            .toList();
    findings.replaceAll(this::asAnAnswer);
    findings.replaceAll(
        alert -> byOrder.contains(alert) ? alert.withSeverity(Severity.WARNING) : alert);
    SortedSet<PciAddress> blamed = new TreeSet<>(blamed(findings));
    SortedSet<PciAddress> weak =
        forecast.weakAbove(present.functions().stream().map(PciFunction::path).toList());
    List<String> reasons = new ArrayList<>(reasonsOf(findings));
    Outcome outcome = Outcome.NO_GO;
    if (reasons.isEmpty()) {
      reasons.addAll(questions.open());
      reasons.addAll(dependsOnTheOrder(byOrder));
      List<IsolationAlert> ifCleared = mergesIfCleared(state);
      if (!ifCleared.isEmpty()) {
        reasons.add(dependsOnTheWords(ifCleared));
        blamed.addAll(blamed(ifCleared));
      }
      outcome = reasons.isEmpty() ? Outcome.GO : Outcome.UNKNOWN;
    }
    if (reasons.isEmpty()) {
      reasons.add("Nothing of severity high or critical would come of it.");
    }
    if (!forecast.restored().isEmpty()) {
      reasons.add(
          "The ACS words of "
              + Joined.all(forecast.restored())
              + " are not what the kernel left. They are taken as restored: vfio-pci resets a"
              + " device as the old kernel goes down, and restores what it saved (by its series of"
              + " July 2026).");
    }
    return new AgreedResult.Case(
        target.model().reason(),
        supposition(takesWhatNobodySaw),
        new Result(outcome, reasons, findings, target.model()),
        blamed,
        weak);
  }

  private static List<String> dependsOnTheOrder(List<IsolationAlert> byOrder) {
    List<String> merges = reasonsOf(byOrder);
    return merges.isEmpty()
        ? List.of()
        : List.of(
            "It depends on the order in which drivers are bound, for this kernel groups a function"
                + " then. Were bridges bound first: "
                + String.join(" ", merges));
  }

  private String supposition(boolean takesWhatNobodySaw) {
    if (forecast.unseen.isEmpty()) {
      return "";
    }
    List<String> bits = new ArrayList<>();
    forecast.unseen.forEach((port, word) -> bits.add(port + " (" + AcsBit.names(word) + ")"));
    return "if %s %s, which nobody has seen"
        .formatted(
            String.join(", ", bits),
            takesWhatNobodySaw ? "takes what it writes" : "does not take what it writes");
  }

  private Set<PciAddress> blamed(List<IsolationAlert> findings) {
    return forecast.weakAbove(
        findings.stream()
            .filter(alert -> alert.severity().isAtLeast(Severity.HIGH))
            .flatMap(alert -> alert.devices().stream())
            .map(AlertDevice::path)
            .toList());
  }

  /** A merge by bytes that nobody read is a question; another model alone does no harm. */
  private IsolationAlert asAnAnswer(IsolationAlert alert) {
    boolean lowered =
        questions.liesUnder(alert)
            || alert.code() == AlertCode.MODEL_CHANGED && alert.severity().isAtLeast(Severity.HIGH);
    return lowered ? alert.withSeverity(Severity.WARNING) : alert;
  }

  /** True if a merge is foretold of devices of which one is pending. */
  private static boolean tellsOf(IsolationAlert merge, IsolationAlert pending) {
    return merge.code().isMerge()
        && merge.devices().stream()
                .map(AlertDevice::path)
                .filter(p -> pending.devices().stream().anyMatch(d -> d.path().equals(p)))
                .count()
            > 1;
  }

  private static List<IsolationAlert> raised(HostState state, Snapshot foretold) {
    // What is wrong already and stays so is an answer too.
    Snapshot current = Objects.requireNonNull(state.current());
    // What becomes of the requests is foretold by themselves: the update has not been yet.
    Snapshot present =
        current.withFunctions(
            current.functions().stream().map(f -> f.withPreservation(Preservation.NONE)).toList());
    HostState nothingTold = new HostState(present, present, 0, List.of());
    return Judgement.apply(nothingTold, foretold).alerts();
  }

  private static List<String> reasonsOf(List<IsolationAlert> findings) {
    return findings.stream()
        .filter(alert -> alert.severity().isAtLeast(Severity.HIGH))
        .map(alert -> alert.code() + ": " + alert.headline() + ".")
        .toList();
  }

  /**
   * Where the kernel to come forms groups before it has switched ACS on everywhere, or is told to
   * keep what it finds, the registers at the moment of the kexec decide, not those of now: what
   * would come of clearing them is asked. A kernel that switches ACS on first heals them, and a
   * live update inherits them in any case.
   */
  private List<IsolationAlert> mergesIfCleared(HostState state) {
    if (forecast.preserved != null
        || !target.model().isComputable()
        || !target.model().dependsOnRegistersAtStart() && !forecast.keepsWhatItFinds()) {
      return List.of();
    }
    List<IsolationAlert> more = new ArrayList<>(raised(state, forecast.foretoldIfCleared()));
    more.removeIf(
        alert ->
            !alert.code().isMerge()
                || !alert.severity().isAtLeast(Severity.HIGH)
                || questions.liesUnder(alert));
    return more;
  }

  private String dependsOnTheWords(List<IsolationAlert> ifCleared) {
    return "It depends on the ACS Control words at the moment of the kexec: "
        + (target.model().dependsOnRegistersAtStart()
            ? "this kernel forms groups before it has switched ACS on everywhere."
            : forecast.neverSwitchesOn()
                ? "with a device tree this kernel leaves ACS as it finds it."
                : "pci=config_acs= leaves controls as this kernel finds them.")
        + " Were they cleared by then: "
        + String.join(" ", reasonsOf(ifCleared));
  }
}
