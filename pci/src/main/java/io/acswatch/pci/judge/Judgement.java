package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.AlertStatus;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.judge.BootHistory.Sign;
import io.acswatch.pci.snapshot.BootClass;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.pci.snapshot.Unchanged;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
   * of its boot, and one of an older boot ({@link BootHistory}).
   */
  public static Judged apply(HostState state, Snapshot snapshot) {
    return apply(state, snapshot, TimeLimits.DEFAULT);
  }

  /**
   * Judges the second of two snapshots as the next one of one host, whatever machines they name.
   */
  public static Judged between(Snapshot first, Snapshot second, TimeLimits limits) {
    HostState known = apply(HostState.NONE, first).state();
    BootHistory boots = known.boots();
    return boots.placeOf(Sign.of(second)) == BootHistory.Place.RIVAL
        ? judge(known, second, limits, boots, List.of())
        : apply(known, second, limits);
  }

  /** Judges a snapshot; {@code limits} says how long findings must last that pass by themselves. */
  public static Judged apply(HostState state, Snapshot snapshot, TimeLimits limits) {
    if (snapshot.bootClass() == BootClass.CRASH_KEXEC) {
      return new Judged(state, List.of());
    }
    BootHistory boots = state.boots();
    Sign sign = Sign.of(snapshot);
    long takenAt = snapshot.takenAtMillis();
    return switch (boots.placeOf(sign)) {
      case OLD -> new Judged(state, List.of());
      case CURRENT -> {
        BootHistory after = state.history().heard(takenAt);
        yield judge(state, snapshot, limits, after, conflict(state, snapshot, after));
      }
      case NEXT -> {
        // Which of two machines it is does not show: it is compared with neither.
        HostState past = boots.mayFollowEither(sign) ? state.apart() : state;
        yield judge(past, snapshot, limits, boots.followedBy(sign).heard(takenAt), List.of());
      }
      case RIVAL -> rival(state, sign, snapshot, limits);
    };
  }

  /**
   * The current boot goes on being judged, and not its rival, until one of the two is gone. If it
   * is the current one, the rival is judged by its last whole snapshot, if that is remembered.
   */
  private static Judged rival(
      HostState state, Sign sign, @Nullable Snapshot last, TimeLimits limits) {
    BootHistory boots = state.boots().rivalledBy(sign, last);
    Snapshot current = state.current();
    if (last != null && (current == null || boots.isLeftTo(sign))) {
      return judge(state.apart(), last, limits, boots.takenOver(), List.of());
    }
    List<IsolationAlert> conflict = current == null ? List.of() : conflict(state, current, boots);
    return current == null || conflict.isEmpty()
        ? new Judged(state.with(boots), List.of())
        : judge(
            boots.isRivalAnotherMachine() ? state : state.apart(),
            current,
            limits,
            boots,
            conflict);
  }

  /** That two machines have one host id, the first time that it shows. */
  private static List<IsolationAlert> conflict(
      HostState state, Snapshot current, BootHistory boots) {
    Snapshot other = boots.rival() == null ? null : boots.rival().last();
    boolean isTold = state.open().stream().anyMatch(a -> a.code() == AlertCode.HOST_ID_CONFLICT);
    return other == null || isTold || !boots.isContested()
        ? List.of()
        : List.of(HostIdConflict.between(other, current));
  }

  private static Judged judge(
      HostState state,
      Snapshot snapshot,
      TimeLimits limits,
      BootHistory boots,
      List<IsolationAlert> more) {
    Snapshot current = state.current();
    boolean newBoot = current != null && !bootOf(current).equals(bootOf(snapshot));
    boolean firstOfBoot = newBoot || current == null;
    Snapshot baseline = newBoot ? current : Objects.requireNonNullElse(state.baseline(), snapshot);
    Comparison comparison =
        new Comparison(
            baseline,
            snapshot,
            state.intendedOwners(),
            newBoot && limits.isStale(baseline, snapshot));
    AlertLife life = new AlertLife(state.with(boots), comparison.after(), newBoot);
    PendingFindings pending = new PendingFindings(state, snapshot);
    List<IsolationAlert> standing = new ArrayList<>();
    standing.addAll(IsolationFindings.of(comparison, firstOfBoot));
    standing.addAll(OwnershipFindings.of(comparison));
    standing.addAll(ConsistencyFindings.of(comparison));
    standing.addAll(ReadFindings.of(comparison, pending, limits));
    List<IsolationAlert> findings = new ArrayList<>(more);
    if (firstOfBoot) {
      findings.addAll(changes(comparison));
      findings.addAll(standing);
    } else {
      Comparison latest = latest(comparison, current);
      findings.addAll(BootFindings.of(comparison, latest, life));
      findings.addAll(BootFindings.standing(standing, comparison, latest, life, pending));
    }
    if (current == null) {
      findings.addAll(UpdateFindings.ofFirst(comparison));
    }
    life.apply(findings);
    return new Judged(
        new HostState(
            baseline,
            snapshot,
            life.revision(),
            life.open(),
            pending.still(),
            intendedOwners(state, comparison),
            boots),
        life.changes());
  }

  /**
   * Takes the word that a host is as a snapshot that is not remembered: one that got lost on the
   * way. What is known of the host is old from now on, and an alert says so, until the next whole
   * snapshot. Late words change nothing, nor does one about a host of which nothing is known.
   */
  public static Judged missed(HostState state, Unchanged unchanged) {
    Snapshot current = state.current();
    BootHistory boots = state.boots();
    Sign sign = Sign.of(unchanged);
    BootHistory.Place place = boots.placeOf(sign);
    if (place == BootHistory.Place.RIVAL) {
      BootHistory.Rival rival = boots.rival();
      Snapshot last = rival == null || rival.last() == null ? state.baseline() : rival.last();
      boolean isOfRival = last != null && bootOf(last).equals(sign.bootId());
      return rival(state, sign, isOfRival ? last : null, TimeLimits.DEFAULT);
    }
    if (current == null || place == BootHistory.Place.OLD) {
      return new Judged(state, List.of());
    }
    BootHistory heard =
        place == BootHistory.Place.CURRENT
            ? state.history().heard(unchanged.lookedAtMillis())
            : state.history();
    if (state.missesSnapshot()) {
      return new Judged(state.with(heard), List.of());
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
            state.intendedOwners(),
            heard),
        life.changes());
  }

  /**
   * Keeps the owners when a host is drained: no source claims anything while it boots. Those before
   * the boot count until the next one, whoever starts first after it.
   */
  static List<Assignment> intendedOwners(HostState state, Comparison comparison) {
    if (!comparison.after().snapshot().owners().isEmpty()) {
      return comparison.before().ownersAreIntended() ? state.intendedOwners() : List.of();
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
   * because consumers drop alerts whose revision they have seen. The time is kept, so that frames
   * that are read again do not bring the host back.
   *
   * @param appendedAtMillis when the broker took the command, milliseconds since 1970
   */
  public static Judged retire(HostState state, long appendedAtMillis) {
    int revision = state.revision();
    List<IsolationAlert> resolved = new ArrayList<>();
    for (IsolationAlert alert : state.open()) {
      resolved.add(alert.with(AlertStatus.RESOLVED, ++revision));
    }
    HostState forgotten =
        new HostState(null, null, revision, List.of())
            .with(BootHistory.forgottenAt(appendedAtMillis));
    return new Judged(forgotten, resolved);
  }

  /** The snapshot compared with the one just before. */
  private static Comparison latest(Comparison comparison, Snapshot current) {
    return comparison.before().snapshot().equals(current) ? comparison : comparison.with(current);
  }

  /**
   * True if {@link #apply} would find nothing new: same boot, same functions with the same facts in
   * the same order, same owners, a kexec image loaded or not as before, no finding that still has
   * to last, and no rival. Times and sequence numbers may differ. After ten minutes it is no
   * repetition any more, so that the "before" time of an alert is not weeks old.
   */
  public static boolean isRepetition(HostState state, Snapshot snapshot) {
    Snapshot current = state.current();
    return current != null
        && state.pending().isEmpty()
        && !state.missesSnapshot()
        && state.history().rival() == null
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
