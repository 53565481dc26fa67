package io.acswatch.pci.judge;

import static io.acswatch.pci.alert.AlertCode.PRESERVATION_REFUSED;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Cause;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.NextSteps;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.groups.AcsOptions;
import io.acswatch.pci.hierarchy.PciAddress;
import io.acswatch.pci.hierarchy.Preservation;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.Unchanged;
import java.util.ArrayList;
import java.util.List;

/** Finds what a boot, or one that did not happen, left to be known: gaps, refusals, adoptions. */
final class UpdateFindings extends Findings {
  private static final String MISSED = "snapshot missed";

  private UpdateFindings(Comparison comparison) {
    super(comparison);
  }

  /** Findings about the boot between the two snapshots; those about the log, in any boot. */
  static List<IsolationAlert> of(Comparison comparison) {
    UpdateFindings findings = new UpdateFindings(comparison);
    for (int i = 0; i < findings.after.size(); i++) {
      findings.refused(i);
    }
    if (comparison.boundary() == Boundary.LIVE_UPDATE) {
      findings.keptRegisters();
    }
    if (comparison.isStale()) {
      findings.stale();
    }
    return findings.alerts;
  }

  /** A kernel that another one started, of a host of which nothing was known. */
  static List<IsolationAlert> ofFirst(Comparison comparison) {
    Snapshot first = comparison.after().snapshot();
    if (!first.bootClass().isKexec()) {
      return List.of();
    }
    IsolationAlert gap =
        comparison.alert(
            AlertCode.SNAPSHOT_GAP,
            Severity.WARNING,
            "No snapshot of the kernel before the kexec is known: nothing can be compared",
            List.of(Evidence.Fact.now("boot class", first.bootClass().name())));
    return List.of(gap);
  }

  /** The host is as a snapshot says that is not known here. */
  static IsolationAlert missed(Comparison comparison, Unchanged unchanged) {
    String which = "number %d of boot %s".formatted(unchanged.stateSequence(), unchanged.bootId());
    return comparison
        .alert(
            AlertCode.SNAPSHOT_GAP,
            Severity.WARNING,
            MISSED,
            List.of(),
            List.of(),
            null,
            "A snapshot is missing: what is known of the host is old until its next whole snapshot")
        .withFacts(List.of(Evidence.Fact.now(MISSED, which)));
  }

  /** True of the alert that {@link #missed} makes: any whole snapshot ends it. */
  static boolean isMissed(IsolationAlert alert) {
    Evidence evidence = alert.evidence();
    return alert.code() == AlertCode.SNAPSHOT_GAP
        && evidence != null
        && evidence.facts().stream().anyMatch(fact -> fact.name().equals(MISSED));
  }

  /** An image that was loaded in the snapshot just before and is not any more, in one boot. */
  static List<IsolationAlert> aborted(Comparison latest) {
    Snapshot then = latest.before().snapshot();
    Snapshot now = latest.after().snapshot();
    if (latest.boundary().isBoot() || !then.kexecLoaded() || now.kexecLoaded()) {
      return List.of();
    }
    return List.of(
        latest.alert(
            AlertCode.LIVE_UPDATE_ABORTED,
            Severity.INFO,
            "A kexec image was loaded and is gone, and the kernel runs on: the update was given up",
            List.of(new Evidence.Fact("kexec image", "loaded", "not loaded"))));
  }

  private void refused(int index) {
    Preservation now = after.function(index).kernel().preservation();
    Preservation then =
        comparison.isInBoth(index) ? then(index).kernel().preservation() : Preservation.NONE;
    PciAddress address = after.function(index).address();
    if (now.isRefusal()) {
      String headline = "The kernel does not preserve " + address + ": " + words(now);
      raise(index, Severity.WARNING, then, now, headline, NextSteps.of(PRESERVATION_REFUSED));
    } else if (comparison.boundary().isBoot()
        && then.isAsked()
        && !now.wasAdopted()
        && after.isEndpoint(index)) {
      // One alert a device: the ports above it were asked for on its account.
      String headline =
          "%s was to pass through a live update, and the kernel did not adopt it %s"
              .formatted(address, comparison.boundary().when());
      raise(index, Severity.HIGH, then, now, headline, NextSteps.AFTER_LOST_DEVICE);
    }
  }

  private static String words(Preservation refusal) {
    return switch (refusal) {
      case REFUSED_QUIRKS -> "it relies on ACS quirks";
      case REFUSED_VIRTUAL_FUNCTION -> "virtual functions cannot be preserved";
      default -> "the new kernel needs a quirk to switch its ACS on";
    };
  }

  private void raise(
      int index,
      Severity severity,
      Preservation then,
      Preservation now,
      String headline,
      String nextStep) {
    IsolationAlert alert =
        comparison.alert(
            PRESERVATION_REFUSED,
            severity,
            index,
            comparison.allVmsAtOrBelow(index),
            Cause.of(Cause.Kind.PRESERVATION_REFUSED, headline + "."),
            headline);
    alerts.add(
        alert
            .withFacts(List.of(new Evidence.Fact("kernel log", then.logged(), now.logged())))
            .withNextStep(nextStep));
  }

  /** Functions whose word the command line orders otherwise, and which kept the one they had. */
  private void keptRegisters() {
    String options = comparison.optionsChange();
    if (options.isEmpty()) {
      return;
    }
    AcsOptions ordered = AcsOptions.of(after.snapshot().boot().commandLine());
    List<Integer> kept = new ArrayList<>();
    for (int i : inBoth().toArray()) {
      AcsRegisters then = then(i).config().acs();
      AcsRegisters now = after.function(i).config().acs();
      boolean adopted = after.function(i).kernel().preservation().wasAdopted();
      if (adopted && then != null && now != null && then.control() == now.control()) {
        int due = ordered.apply(after.hierarchy(), i, now.control(), now.control(), false);
        if (due != now.control()) {
          kept.add(i);
        }
      }
    }
    if (kept.isEmpty()) {
      return;
    }
    IsolationAlert alert =
        comparison.alert(
            AlertCode.ADOPTION_MASKS_CHANGE,
            Severity.INFO,
            "",
            comparison.devices(kept),
            List.of(),
            Cause.of(Cause.Kind.COMMAND_LINE_CHANGED, options + "."),
            "%d ports, %s first, kept their ACS words through the live update against the command line"
                .formatted(kept.size(), after.function(kept.get(0)).address()));
    alerts.add(alert.with(comparison.registersOnTheWay(kept), List.of()));
  }

  private void stale() {
    long age = after.snapshot().takenAtMillis() - before.snapshot().takenAtMillis();
    alerts.add(
        comparison.alert(
            AlertCode.STALE_BEFORE,
            Severity.WARNING,
            "The last snapshot of the boot before is %d minutes older than the first of this one"
                .formatted(age / 60_000),
            List.of(Evidence.Fact.now("age in seconds", Long.toString(age / 1_000)))));
  }
}
