package io.acswatch.pci.preflight;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.AcsOptions;
import io.acswatch.pci.groups.CommandLine;
import io.acswatch.pci.groups.GroupsAgreement;
import io.acswatch.pci.groups.GroupsCheck;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.hierarchy.HostHierarchy;
import io.acswatch.pci.iommu.AcsRules;
import io.acswatch.pci.iommu.Boot;
import io.acswatch.pci.iommu.KernelVersion;
import io.acswatch.pci.iommu.Machine;
import io.acswatch.pci.iommu.ModelChoice;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What a forecast hangs on and nobody knows. */
final class PreflightQuestions {
  private final Snapshot present;
  private final KexecTarget target;
  private final HostView view;
  private final HostHierarchy hierarchy;
  private final AcsRules rules;
  private final AcsOptions options;
  private final GroupsCheck now;
  private final boolean keepsBusNumbers;

  /** Asks; {@code now} compares the groups of now with those that rules make. */
  PreflightQuestions(
      Snapshot present, KexecTarget target, KexecForecast forecast, GroupsCheck now) {
    this.now = now;
    this.present = present;
    this.target = target;
    view = forecast.view;
    hierarchy = view.hierarchy();
    rules = forecast.targetRules;
    options = forecast.options;
    keepsBusNumbers = forecast.preserved != null && !forecast.preserved.functions.isEmpty();
  }

  List<String> open() {
    List<String> reasons = new ArrayList<>();
    ModelChoice model = target.model();
    Boot boot = target.boot();
    if (!model.isComputable()) {
      reasons.add("It cannot be computed: " + model.machine().otherRules() + ".");
    }
    if (!model.isAskedFor() && model.kernel().equals(KernelVersion.UNKNOWN)) {
      reasons.add(
          "The release \""
              + boot.kernelRelease()
              + "\" names no version, so its rules are unknown.");
    }
    if (!model.isKnown() && !model.kernel().equals(KernelVersion.UNKNOWN)) {
      reasons.add("The rules of kernel " + model.kernel() + " are not known.");
    }
    if (!present.hasReportedGroups() && !options.switchesIommuOff()) {
      reasons.add(
          options.switchesIommuOn()
              ? "The kernel reports no groups now, so it is not known which devices the IOMMU serves."
              : "The kernel reports no IOMMU groups, and the command line to come does not switch the"
                  + " IOMMU on.");
    }
    if (target.contradicted()) {
      reasons.add(
          "No rules that are known explain the groups of hosts that run this kernel. Rules for it have"
              + " to be added, see docs/models.md.");
    }
    if (now.agreement() == GroupsAgreement.UNEXPLAINED) {
      reasons.add(
          "No rules that are known explain the groups of this host, so those that the kernel to come"
              + " would form are not known either. groups shows where they differ; a capture sent to"
              + " the project can mend the rules.");
    }
    TreeSet<String> unknown = new TreeSet<>();
    for (int i = 0; i < hierarchy.size(); i++) {
      if (isOpen(i) && matters(i)) {
        unknown.add(hierarchy.function(i).address() + " " + rules.verdict(i));
      }
    }
    if (!unknown.isEmpty()) {
      reasons.add("Isolation cannot be told of " + String.join(", ", unknown) + ".");
    }
    if (model.mayMisreadAcsOptions() && namesDevicesInAcsOptions(boot.commandLine())) {
      reasons.add(
          "Kernels 6.11 to 6.14 set other controls than pci=config_acs= and pci=disable_acs_redir="
              + " ask for; in which patch level that was mended is not known here.");
    }
    if (renumbersWhatItsOptionsName()) {
      reasons.add(
          "pci=assign-busses gives new addresses, so it is not known which devices the ACS options"
              + " name.");
    }
    return reasons;
  }

  private boolean renumbersWhatItsOptionsName() {
    String commandLine = target.boot().commandLine();
    // What is preserved makes a kernel keep all bus numbers, for as long as it runs.
    return !keepsBusNumbers
        && commandLine.contains("assign-busses")
        && !present.boot().commandLine().contains("assign-busses")
        && namesDevicesInAcsOptions(commandLine);
  }

  private static boolean namesDevicesInAcsOptions(String commandLine) {
    return CommandLine.isolationOptions(commandLine, Machine.UNKNOWN).stream()
        .anyMatch(option -> option.contains("_acs") && option.startsWith("pci="));
  }

  /** True if a finding about groups hangs on a function whose isolation cannot be told. */
  boolean liesUnder(IsolationAlert alert) {
    boolean aboutGroups =
        alert.code().isMerge()
            || alert.code() == AlertCode.PENDING_MERGE
            || alert.code() == AlertCode.SILENT_ISOLATION_LOSS;
    if (!aboutGroups || !target.model().isComputable()) {
      return aboutGroups;
    }
    return alert.devices().stream()
        .flatMapToInt(device -> hierarchy.upwards(hierarchy.indexOf(device.path())))
        .anyMatch(this::isOpen);
  }

  private boolean isOpen(int index) {
    return rules.verdict(index).isOpen();
  }

  /** True if the function is or is above an endpoint; without owners every endpoint counts. */
  private boolean matters(int index) {
    return view.atOrBelow(hierarchy.function(index).path())
        .anyMatch(i -> view.isEndpoint(i) && (!view.hasOwners() || view.isOwned(i)));
  }
}
