package io.acswatch.pci.liveupdate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Decides what is wrong with a host, from what is remembered of it and a new snapshot. A pure
 * function: the topology, {@code diff} and replay all ask here, so they cannot disagree.
 *
 * <p>Compared are the last snapshot of the boot before and the new one; in the first boot that is
 * seen, the first snapshot and the new one. If the kernel's groups change within a boot, as remove
 * and rescan makes them, the new snapshot is compared to the last one too.
 */
public final class Judgement {
  private static final long REMEMBERED_MILLIS = 600_000;

  private Judgement() {}

  /**
   * Judges a snapshot.
   *
   * <p>A snapshot that is no news changes nothing: one of a crash kernel, one that is not younger
   * than the last of its boot, or a straggler from the boot before.
   */
  public static Verdict apply(HostState state, Snapshot snapshot) {
    Snapshot current = state.current();
    if (snapshot.bootClass() == BootClass.CRASH_KEXEC || isStale(state, snapshot)) {
      return new Verdict(state, List.of());
    }
    boolean newBoot = current != null && !bootOf(current).equals(bootOf(snapshot));
    Snapshot baseline = newBoot ? current : Objects.requireNonNullElse(state.baseline(), snapshot);
    Comparison comparison = new Comparison(baseline, snapshot);
    List<IsolationAlert> findings = new ArrayList<>(changes(comparison));
    findings.addAll(IsolationFindings.of(comparison, newBoot || current == null));
    if (current != null && current != baseline && !newBoot) {
      addNew(findings, changes(new Comparison(current, snapshot)));
    }
    AlertLife life = new AlertLife(state, comparison.after(), newBoot);
    life.apply(findings);
    return new Verdict(
        new HostState(baseline, snapshot, life.revision(), life.open()), life.changes());
  }

  /**
   * True if {@link #apply} would find nothing it does not know: same boot, same functions with the
   * same facts in the same order, same owners, a kexec image loaded or not as before, and no
   * finding that waits whether it lasts. Times and sequence numbers may differ; but after ten
   * minutes it is no repetition any more, so that what an alert calls the time before is not weeks
   * old.
   */
  public static boolean isRepetition(HostState state, Snapshot snapshot) {
    Snapshot current = state.current();
    return current != null
        && state.pending().isEmpty()
        && bootOf(current).equals(bootOf(snapshot))
        && current.kexecLoaded() == snapshot.kexecLoaded()
        && snapshot.takenAtMillis() - current.takenAtMillis() < REMEMBERED_MILLIS
        && current.functions().equals(snapshot.functions())
        && current.owners().equals(snapshot.owners());
  }

  private static boolean isStale(HostState state, Snapshot snapshot) {
    Snapshot current = state.current();
    if (current == null) {
      return false;
    }
    if (bootOf(current).equals(bootOf(snapshot))) {
      return snapshot.sequence() != 0 && snapshot.sequence() <= current.sequence();
    }
    Snapshot baseline = state.baseline();
    return baseline != null && bootOf(baseline).equals(bootOf(snapshot));
  }

  private static String bootOf(Snapshot snapshot) {
    return snapshot.boot().id();
  }

  private static List<IsolationAlert> changes(Comparison comparison) {
    List<IsolationAlert> findings = new ArrayList<>(GroupFindings.of(comparison));
    findings.addAll(RegisterFindings.of(comparison));
    findings.addAll(InventoryFindings.of(comparison));
    return findings;
  }

  private static void addNew(List<IsolationAlert> findings, List<IsolationAlert> more) {
    Set<String> known = new HashSet<>();
    findings.forEach(finding -> known.add(finding.fingerprint()));
    more.stream().filter(finding -> known.add(finding.fingerprint())).forEach(findings::add);
  }
}
