package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.Boundary;
import io.acswatch.pci.alert.Evidence;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.alert.IsolationAlert.Interval;
import io.acswatch.pci.alert.IsolationAlert.Moment;
import io.acswatch.pci.alert.Platform;
import io.acswatch.pci.alert.Severity;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Confidence;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.SnapshotDelta;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a delta means beside what is remembered of its host. A pure function, as {@link
 * Judgement}, to which a delta that fits leads on.
 */
public final class DeltaJudgement {
  private static final String ANCHOR = "delta";

  private DeltaJudgement() {}

  /** How a delta fits to what is remembered. */
  public enum Fit {
    /** It builds on the snapshot remembered. */
    FOLLOWS,
    /** It is no news: delivered again, of the boot before, or of a crash kernel. */
    KNOWN,
    /** What it builds on was not had. */
    GAP
  }

  /** How {@code delta} fits. */
  public static Fit fit(HostState state, SnapshotDelta delta) {
    if (isOfCrashKernel(delta)) {
      return Fit.KNOWN;
    }
    Snapshot current = state.current();
    if (current == null || !delta.isOfBootOf(current)) {
      Snapshot baseline = state.baseline();
      return current != null && baseline != null && delta.isOfBootOf(baseline)
          ? Fit.KNOWN
          : Fit.GAP;
    }
    if (delta.sequence() != 0 && delta.sequence() <= lastSequence(state, current)) {
      return Fit.KNOWN;
    }
    boolean follows =
        !state.continuity().broken()
            && delta.baseSequence() != 0
            && delta.baseSequence() == lastSequence(state, current);
    return follows ? Fit.FOLLOWS : Fit.GAP;
  }

  /** A crash kernel sees a part of the host; its snapshots are not judged either. */
  private static boolean isOfCrashKernel(SnapshotDelta delta) {
    List<String> notes = delta.notes() == null ? List.of() : delta.notes();
    return BootClass.of(delta.boot(), notes) == BootClass.CRASH_KEXEC;
  }

  private static long lastSequence(HostState state, Snapshot current) {
    return Math.max(state.continuity().lastSequence(), current.sequence());
  }

  /**
   * Judges a delta that does not fit: from now on the host is stale, until its next whole snapshot.
   * That is told once; further deltas change nothing.
   */
  public static Verdict gap(HostState state, SnapshotDelta delta) {
    if (state.continuity().broken()) {
      return new Verdict(state, List.of());
    }
    int revision = state.revision() + 1;
    IsolationAlert told =
        alert(state.current(), delta, lastSequenceText(state)).with(AlertStatus.RAISED, revision);
    List<IsolationAlert> open = new ArrayList<>(state.open());
    open.add(told);
    open.sort(Comparator.comparing(IsolationAlert::fingerprint));
    HostState stale = state.with(state.continuity().interrupted()).with(revision, open);
    return new Verdict(stale, List.of(told));
  }

  private static String lastSequenceText(HostState state) {
    Snapshot current = state.current();
    return current == null ? "" : Long.toString(lastSequence(state, current));
  }

  /** True if this is a gap that a delta showed, which the next whole snapshot ends. */
  static boolean isGapBeforeDelta(IsolationAlert alert) {
    return alert.code() == AlertCode.SNAPSHOT_GAP
        && alert
            .fingerprint()
            .equals(Comparison.fingerprint(alert.host(), AlertCode.SNAPSHOT_GAP, ANCHOR));
  }

  private static IsolationAlert alert(
      @Nullable Snapshot current, SnapshotDelta delta, String lastSequence) {
    return new IsolationAlert(
        Comparison.fingerprint(delta.host(), AlertCode.SNAPSHOT_GAP, ANCHOR),
        0,
        AlertCode.SNAPSHOT_GAP,
        Severity.WARNING,
        AlertStatus.RAISED,
        delta.host(),
        new Interval(
            Boundary.RUNNING,
            current == null
                ? new Moment(delta.boot(), 0)
                : new Moment(current.boot(), current.takenAtMillis()),
            new Moment(delta.boot(), delta.takenAtMillis())),
        List.of(),
        List.of(),
        null,
        "A change was missed: nothing certain is known of the host until its next whole snapshot",
        "The next whole snapshot ends this, within the collector's snapshot interval (5 minutes). If"
            + " it does not, look whether the collector runs and what its spool dropped; it tells"
            + " everything when it is restarted.",
        evidence(current, delta, lastSequence));
  }

  private static Evidence evidence(
      @Nullable Snapshot current, SnapshotDelta delta, String lastSequence) {
    return new Evidence(
        new Evidence.Basis(
            current == null ? "" : Platform.of(current),
            current == null ? BootClass.UNKNOWN : current.bootClass(),
            true,
            delta.changed().stream()
                .noneMatch(f -> f.config().status() == ReadStatus.TRUNCATED_UNPRIVILEGED),
            delta.changed().size(),
            (int)
                delta.changed().stream().filter(f -> !f.config().status().isConclusive()).count()),
        new Evidence.Observed(delta.boot().id(), delta.takenAtMillis(), delta.sequence()),
        Confidence.HIGH,
        List.of(
            new Evidence.Fact(
                "last sequence number", lastSequence, Long.toString(delta.baseSequence()))),
        List.of(),
        List.of());
  }
}
