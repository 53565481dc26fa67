package io.acswatch.pci.judge;

import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is remembered of one host between two observations.
 *
 * @param baseline the last snapshot of the boot before; of a host seen in one boot only, its first
 *     snapshot; null before the first
 * @param current the last snapshot; null before the first
 * @param revision number of the last alert of this host, 0 before the first
 * @param open alerts that are raised and not resolved, in order of fingerprint
 * @param pending findings that wait whether they last, in order of code and place
 * @param intendedOwners who owned what when owners were last known, in order of place; empty while
 *     {@code current} names owners itself
 */
public record HostState(
    @Nullable Snapshot baseline,
    @Nullable Snapshot current,
    int revision,
    List<IsolationAlert> open,
    List<PendingFinding> pending,
    List<Assignment> intendedOwners) {
  /** A host of which nothing is known. */
  public static final HostState NONE = new HostState(null, null, 0, List.of());

  public HostState {
    open = List.copyOf(open);
    pending = List.copyOf(pending);
    intendedOwners = List.copyOf(intendedOwners);
  }

  /** A state in which nothing waits and no owners need to be remembered. */
  public HostState(
      @Nullable Snapshot baseline,
      @Nullable Snapshot current,
      int revision,
      List<IsolationAlert> open) {
    this(baseline, current, revision, open, List.of(), List.of());
  }
}
