package io.acswatch.pci.liveupdate;

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
 */
public record HostState(
    @Nullable Snapshot baseline,
    @Nullable Snapshot current,
    int revision,
    List<IsolationAlert> open) {
  /** A host of which nothing is known. */
  public static final HostState NONE = new HostState(null, null, 0, List.of());

  /** Copies the list. */
  public HostState {
    open = List.copyOf(open);
  }
}
