package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.PciFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

final class ReadFindings extends Findings {
  private final PendingFindings pending;
  private final TimeLimits limits;

  private ReadFindings(Comparison comparison, PendingFindings pending, TimeLimits limits) {
    super(comparison);
    this.pending = pending;
    this.limits = limits;
  }

  static List<IsolationAlert> of(
      Comparison comparison, PendingFindings pending, TimeLimits limits) {
    ReadFindings findings = new ReadFindings(comparison, pending, limits);
    List<Integer> cutShort = new ArrayList<>();
    for (int i = 0; i < findings.after.size(); i++) {
      switch (findings.after.function(i).config().status()) {
        case ALL_ONES, NOT_READY, UNREADABLE -> findings.unreadable(i);
        case TORN_READ -> findings.torn(i);
        case TRUNCATED_UNPRIVILEGED -> cutShort.add(i);
        default -> {}
      }
    }
    if (!cutShort.isEmpty()) {
      findings.truncated(cutShort);
    }
    return findings.alerts;
  }

  private void unreadable(int index) {
    List<String> vms = comparison.allVmsAtOrBelow(index);
    raiseIfLasting(
        AlertCode.CONFIG_UNREADABLE,
        vms.isEmpty() ? Severity.WARNING : Severity.HIGH,
        index,
        vms,
        "%s does not answer: " + words(after.function(index).config().status()),
        limits);
  }

  /** A second torn read is not chance any more: the bytes cannot be relied on. */
  private void torn(int index) {
    List<String> vms = comparison.allVmsAtOrBelow(index);
    raiseIfLasting(
        AlertCode.CONFIG_TORN, Severity.INFO, index, vms, "%s changed while it was read", limits);
    raiseIfLasting(
        AlertCode.INCONSISTENT_CONFIG,
        comparison.anyOwner(index).isEmpty() ? Severity.WARNING : Severity.HIGH,
        index,
        vms,
        "%s changes at every read",
        limits.doubled());
  }

  /**
   * One finding for a host. A warning where a bridge on the way of a VM is among them: its ACS
   * registers lie beyond the bytes that were given, so a lost bit there would not be seen.
   */
  private void truncated(List<Integer> cutShort) {
    Set<String> vms = new TreeSet<>();
    for (int i : cutShort) {
      if (after.function(i).isBridge()) {
        vms.addAll(comparison.allVmsAtOrBelow(i));
      }
    }
    String which = vms.isEmpty() ? "" : ", ports on the way of VMs among them";
    alerts.add(
        comparison
            .alert(
                AlertCode.CONFIG_TRUNCATED,
                vms.isEmpty() ? Severity.INFO : Severity.WARNING,
                "",
                List.of(),
                vms,
                null,
                "The collector may not read all of %d of %d functions%s: their isolation is unknown"
                    .formatted(cutShort.size(), after.size(), which))
            .withFacts(
                List.of(
                    Evidence.Fact.now("functions cut short", Integer.toString(cutShort.size())),
                    Evidence.Fact.now("functions", Integer.toString(after.size())))));
  }

  private static String words(ReadStatus status) {
    return switch (status) {
      case ALL_ONES -> "every byte reads ff";
      case NOT_READY -> "it is not ready after a reset";
      default -> "reading its configuration space fails";
    };
  }

  private void raiseIfLasting(
      AlertCode code,
      Severity severity,
      int index,
      List<String> vms,
      String sentence,
      TimeLimits needed) {
    PciFunction function = after.function(index);
    IsolationAlert alert =
        comparison.alert(code, severity, index, vms, null, sentence.formatted(function.address()));
    List<Evidence.Fact> facts =
        List.of(
            new Evidence.Fact(
                "read status",
                comparison.isInBoth(index)
                    ? status(before.function(comparison.beforeOf(index)))
                    : "",
                status(function)));
    if (pending.isOver(alert, function.path(), needed)) {
      alerts.add(alert.withFacts(facts));
    }
  }

  private static String status(PciFunction function) {
    return function.config().status() + ", " + function.config().lengthBytes() + " bytes";
  }
}
