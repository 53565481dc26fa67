package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.Unchanged;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Decides what is wrong with a host, from what is remembered of it and a new snapshot. A pure
 * function: the topology, {@code diff} and replay all use it, so they cannot disagree.
 *
 * <p>It compares the last snapshot of the previous boot with the new one. In the first boot of a
 * host it compares the first snapshot with the new one. If the kernel's groups change within a
 * boot, as by remove and rescan, it also compares the new snapshot with the last one.
 */
public final class Judgement {
  private static final long REMEMBERED_MILLIS = 600_000;

  private Judgement() {}

  /**
   * Judges a snapshot.
   *
   * <p>These snapshots change nothing: one of a crash kernel, one that is not younger than the last
   * of its boot, and a late one from the previous boot.
   */
  public static Judged apply(HostState state, Snapshot snapshot) {
    return apply(state, snapshot, TimeLimits.DEFAULT);
  }

  /** Judges a snapshot; {@code limits} says how long findings must last that pass by themselves. */
  public static Judged apply(HostState state, Snapshot snapshot, TimeLimits limits) {
    Snapshot current = state.current();
    if (snapshot.bootClass() == BootClass.CRASH_KEXEC
        || isStale(state, bootOf(snapshot), snapshot.sequence())) {
      return new Judged(state, List.of());
    }
    boolean newBoot = current != null && !bootOf(current).equals(bootOf(snapshot));
    boolean firstOfBoot = newBoot || current == null;
    Snapshot baseline = newBoot ? current : Objects.requireNonNullElse(state.baseline(), snapshot);
    Comparison comparison =
        new Comparison(
            baseline,
            snapshot,
            state.intendedOwners(),
            newBoot && limits.isStale(baseline, snapshot));
    AlertLife life = new AlertLife(state, comparison.after(), newBoot);
    List<IsolationAlert> findings =
        new ArrayList<>(
            firstOfBoot
                ? changes(comparison)
                : BootFindings.of(comparison, latest(comparison, current), life));
    if (current == null) {
      findings.addAll(UpdateFindings.ofFirst(comparison));
    }
    PendingFindings pending = new PendingFindings(state, snapshot);
    findings.addAll(IsolationFindings.of(comparison, firstOfBoot));
    findings.addAll(OwnershipFindings.of(comparison));
    findings.addAll(ConsistencyFindings.of(comparison));
    findings.addAll(ReadFindings.of(comparison, pending, limits));
    life.apply(findings);
    return new Judged(
        new HostState(
            baseline,
            snapshot,
            life.revision(),
            life.open(),
            pending.still(),
            intendedOwners(state, comparison.after())),
        life.changes());
  }

  /**
   * Takes the word that a host is as a snapshot that is not remembered: one that got lost on the
   * way. What is known of the host is old from now on, and an alert says so, until the next whole
   * snapshot. Late words change nothing, nor does one about a host of which nothing is known.
   */
  public static Judged missed(HostState state, Unchanged unchanged) {
    Snapshot current = state.current();
    if (current == null
        || state.missesSnapshot()
        || isStale(state, unchanged.bootId(), unchanged.sequence())) {
      return new Judged(state, List.of());
    }
    Snapshot now = current.at(unchanged.lookedAtMillis(), unchanged.sequence());
    Comparison comparison = new Comparison(current, now, state.intendedOwners(), false);
    AlertLife life = new AlertLife(state, comparison.after(), false);
    life.add(UpdateFindings.missed(comparison, unchanged));
    return new Judged(
        new HostState(
            state.baseline(),
            current,
            life.revision(),
            life.open(),
            state.pending(),
            state.intendedOwners()),
        life.changes());
  }

  /** Keeps the owners when a host is drained: no source claims anything while it boots. */
  static List<Assignment> intendedOwners(HostState state, HostView now) {
    if (!now.snapshot().owners().isEmpty()) {
      return List.of();
    }
    Snapshot last = state.current();
    if (last == null || last.owners().isEmpty()) {
      return state.intendedOwners();
    }
    HostView view = new HostView(last);
    return IntStream.range(0, view.size())
        .filter(view::isOwned)
        .mapToObj(i -> new Assignment(view.function(i).path(), view.owner(i)))
        .sorted(Comparator.comparing(Assignment::path))
        .toList();
  }

  /**
   * Resolves all open alerts of a host that is taken out of service for good, and forgets its
   * snapshots.
   *
   * <p>The revision is kept. If a host with that id returns, its alerts count on from there,
   * because consumers drop alerts whose revision they have seen.
   */
  public static Judged retire(HostState state) {
    int revision = state.revision();
    List<IsolationAlert> resolved = new ArrayList<>();
    for (IsolationAlert alert : state.open()) {
      resolved.add(alert.with(AlertStatus.RESOLVED, ++revision));
    }
    return new Judged(new HostState(null, null, revision, List.of()), resolved);
  }

  /** The snapshot compared with the one just before. */
  private static Comparison latest(Comparison comparison, Snapshot current) {
    return comparison.before().snapshot().equals(current) ? comparison : comparison.with(current);
  }

  /**
   * True if {@link #apply} would find nothing new: same boot, same functions with the same facts in
   * the same order, same owners, a kexec image loaded or not as before, and no finding that still
   * has to last. Times and sequence numbers may differ. After ten minutes it is no repetition any
   * more, so that the "before" time of an alert is not weeks old.
   */
  public static boolean isRepetition(HostState state, Snapshot snapshot) {
    Snapshot current = state.current();
    return current != null
        && state.pending().isEmpty()
        && !state.missesSnapshot()
        && bootOf(current).equals(bootOf(snapshot))
        && current.kexecLoaded() == snapshot.kexecLoaded()
        && isSoonAfter(current.takenAtMillis(), snapshot.takenAtMillis())
        && current.functions().equals(snapshot.functions())
        && current.owners().equals(snapshot.owners());
  }

  /**
   * The condition of {@link #isRepetition} for the times of two snapshots, milliseconds since 1970:
   * the later one is less than ten minutes younger, and not ten minutes older, which means that the
   * clock was ahead before.
   */
  public static boolean isSoonAfter(long takenAtMillis, long laterMillis) {
    return Math.abs(laterMillis - takenAtMillis) < REMEMBERED_MILLIS;
  }

  private static boolean isStale(HostState state, String boot, long sequence) {
    Snapshot current = state.current();
    if (current == null) {
      return false;
    }
    if (bootOf(current).equals(boot)) {
      return sequence != 0 && sequence <= current.sequence();
    }
    Snapshot baseline = state.baseline();
    return baseline != null && bootOf(baseline).equals(boot);
  }

  private static String bootOf(Snapshot snapshot) {
    return snapshot.boot().id();
  }

  static List<IsolationAlert> changes(Comparison comparison) {
    List<IsolationAlert> findings = new ArrayList<>(GroupFindings.of(comparison));
    findings.addAll(RegisterFindings.of(comparison));
    findings.addAll(InventoryFindings.of(comparison));
    findings.addAll(IdentityFindings.of(comparison));
    findings.addAll(MovedDevices.of(comparison));
    findings.addAll(UpdateFindings.of(comparison));
    return findings;
  }
}
