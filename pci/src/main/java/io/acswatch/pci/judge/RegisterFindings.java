package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AcsBit;
import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.RegisterChange;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.iommu.AcsVerdict;
import java.util.List;

/** Finds ACS Control bits that were set or cleared, and lost ACS capabilities. */
final class RegisterFindings extends Findings {
  private static final int WEAKENING =
      AcsCapability.EGRESS_CONTROL | AcsCapability.DIRECT_TRANSLATED;

  private final RegisterChanges changes;

  private RegisterFindings(Comparison comparison) {
    super(comparison);
    changes = new RegisterChanges(comparison);
  }

  static List<IsolationAlert> of(Comparison comparison) {
    RegisterFindings findings = new RegisterFindings(comparison);
    comparison.changed().forEach(findings::judge);
    return findings.alerts;
  }

  /** Functions that stopped isolating since the previous snapshot, in one boot. */
  static List<IsolationAlert> runtimeLosses(Comparison latest) {
    RegisterFindings findings = new RegisterFindings(latest);
    if (!latest.boundary().isBoot()) {
      findings.inBoth().forEach(findings::runtimeLoss);
    }
    return findings.alerts;
  }

  private void judge(int index) {
    ConfigFacts then = then(index).config();
    ConfigFacts now = after.function(index).config();
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
            "%s has no ACS capability any more %s",
            "");
      }
      return;
    }
    if (acsThen.capability() != acsNow.capability() || acsThen.offset() != acsNow.offset()) {
      capabilityChanged(index, acsThen, acsNow);
    }
    int cleared = acsThen.control() & ~acsNow.control() & acsNow.existingControls();
    int set = acsNow.control() & ~acsThen.control();
    if (cleared != 0) {
      boolean required = (cleared & AcsCapability.REQUIRED) != 0;
      raise(
          AlertCode.ACS_BIT_CLEARED,
          required ? Severity.WARNING : Severity.INFO,
          index,
          "%s lost ACS Control " + AcsBit.names(cleared) + " %s",
          AcsBit.whatClearedAllows(cleared));
    }
    if (set != 0) {
      boolean weakens = (set & WEAKENING) != 0;
      raise(
          AlertCode.ACS_BIT_SET,
          weakens ? Severity.WARNING : Severity.INFO,
          index,
          "%s gained ACS Control " + AcsBit.names(set) + " %s",
          "");
    }
  }

  /** The kernel's groups stay as they are, but their promise no longer holds. */
  private void runtimeLoss(int index) {
    boolean turned =
        after.verdict(index) == AcsVerdict.NOT_ENFORCED
            && before.verdict(comparison.beforeOf(index)).isEnforced();
    if (turned && !comparison.vmsAtOrBelow(index).isEmpty()) {
      raise(
          AlertCode.RUNTIME_ISOLATION_LOSS,
          Severity.HIGH,
          index,
          "%s ceased to isolate what lies at or below it, in the running kernel",
          "");
    }
  }

  private void capabilityChanged(int index, AcsRegisters then, AcsRegisters now) {
    String headline =
        "%s has another ACS Capability %s: %04x at 0x%03x instead of %04x at 0x%03x"
            .formatted(
                after.function(index).address(),
                comparison.boundary().when(),
                now.capability(),
                now.offset(),
                then.capability(),
                then.offset());
    RegisterChange change =
        changes.of(
            index,
            now.offset() + AcsCapability.CAPABILITY_OFFSET,
            then.capability(),
            now.capability());
    add(
        AlertCode.ACS_CAP_CHANGED,
        Severity.WARNING,
        index,
        headline,
        new Cause(Cause.Kind.ACS_CAPABILITY_CHANGED, change, List.of(), headline + "."));
  }

  private void raise(
      AlertCode code, Severity severity, int index, String headline, String consequence) {
    RegisterChange change = changes.of(index);
    Cause.Kind kind =
        code == AlertCode.ACS_CAP_DROPPED
            ? Cause.Kind.ACS_CAPABILITY_GONE
            : Cause.Kind.ACS_CONTROL_CHANGED;
    String sentence =
        headline.formatted(after.function(index).address(), comparison.boundary().when());
    Cause cause = new Cause(kind, change, List.of(), sentence + "." + consequence);
    add(code, severity, index, sentence, cause);
  }

  private void add(AlertCode code, Severity severity, int index, String headline, Cause cause) {
    IsolationAlert alert =
        comparison.alert(code, severity, index, comparison.vmsAtOrBelow(index), cause, headline);
    alerts.add(alert.with(comparison.registersOnTheWay(List.of(index)), List.of()));
  }
}
