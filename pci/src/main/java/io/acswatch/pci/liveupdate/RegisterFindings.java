package io.acswatch.pci.liveupdate;

import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.PciFunction;
import io.acswatch.pci.iommu.AcsVerdict;
import java.util.ArrayList;
import java.util.List;

/** Finds ACS Control bits that came or went, and ACS capabilities that are gone. */
final class RegisterFindings {
  private static final int WEAKENING =
      AcsCapability.EGRESS_CONTROL | AcsCapability.DIRECT_TRANSLATED;

  private final Comparison comparison;
  private final CauseFinder causes;
  private final List<IsolationAlert> alerts = new ArrayList<>();

  private RegisterFindings(Comparison comparison) {
    this.comparison = comparison;
    causes = new CauseFinder(comparison);
  }

  static List<IsolationAlert> of(Comparison comparison) {
    RegisterFindings findings = new RegisterFindings(comparison);
    for (int i = 0; i < comparison.after().size(); i++) {
      if (comparison.isInBoth(i)) {
        findings.judge(i);
      }
    }
    return findings.alerts;
  }

  private void judge(int index) {
    if (comparison.boundary() == Boundary.REGROUPING) {
      runtimeLoss(index);
    }
    ConfigFacts then = comparison.before().function(comparison.beforeOf(index)).config();
    ConfigFacts now = comparison.after().function(index).config();
    AcsRegisters acsThen = then.acs();
    AcsRegisters acsNow = now.acs();
    if (acsThen == null) {
      return;
    }
    if (acsNow == null) {
      // A short read shows no capability either: only two whole reads prove that it is gone.
      if (then.status() == ReadStatus.COMPLETE && now.status() == ReadStatus.COMPLETE) {
        raise(
            AlertCode.ACS_CAP_DROPPED,
            Severity.HIGH,
            index,
            "%s has no ACS capability any more %s");
      }
      return;
    }
    int cleared = acsThen.control() & ~acsNow.control() & acsNow.capability();
    int set = acsNow.control() & ~acsThen.control();
    if (cleared != 0) {
      boolean required = (cleared & AcsCapability.REQUIRED) != 0;
      raise(
          AlertCode.ACS_BIT_CLEARED,
          required ? Severity.WARNING : Severity.INFO,
          index,
          "%s lost ACS Control " + names(cleared) + " %s");
    }
    if (set != 0) {
      boolean weakens = (set & WEAKENING) != 0;
      raise(
          AlertCode.ACS_BIT_SET,
          weakens ? Severity.WARNING : Severity.INFO,
          index,
          "%s gained ACS Control " + names(set) + " %s");
    }
  }

  /** The kernel's groups stay as they are, but what they promise is gone. */
  private void runtimeLoss(int index) {
    boolean turned =
        comparison.before().verdict(comparison.beforeOf(index)).isEnforced()
            && comparison.after().verdict(index) == AcsVerdict.NOT_ENFORCED;
    if (turned && !comparison.vmsAtOrBelow(index).isEmpty()) {
      raise(
          AlertCode.RUNTIME_ISOLATION_LOSS,
          Severity.HIGH,
          index,
          "%s ceased to isolate what lies at or below it, in the running kernel");
    }
  }

  private static String names(int word) {
    return String.join(", ", AcsRegisters.flagNames(word));
  }

  private void raise(AlertCode code, Severity severity, int index, String headline) {
    PciFunction function = comparison.after().function(index);
    RegisterChange change = causes.registerChange(index);
    Cause.Kind kind =
        code == AlertCode.ACS_CAP_DROPPED
            ? Cause.Kind.ACS_CAPABILITY_GONE
            : Cause.Kind.ACS_CONTROL_CHANGED;
    String sentence =
        headline.formatted(function.address(), Headlines.after(comparison.boundary()));
    alerts.add(
        comparison.alert(
            code,
            severity,
            function.path().text(),
            List.of(comparison.device(index)),
            comparison.vmsAtOrBelow(index),
            new Cause(kind, change, List.of(), sentence + "."),
            sentence));
  }
}
