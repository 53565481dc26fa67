package io.acswatch.pci.judge;

import io.acswatch.pci.alert.AlertCode;
import io.acswatch.pci.alert.IsolationAlert;
import io.acswatch.pci.hierarchy.DevicePath;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds findings back until they have lasted. One that is open already is let through. */
final class PendingFindings {
  private record Key(AlertCode code, DevicePath path) {}

  private final Map<Key, PendingFinding> earlier = new HashMap<>();
  private final Set<String> open = new HashSet<>();
  private final long bootMillis;
  private final long nowMillis;
  private final List<PendingFinding> still = new ArrayList<>();

  PendingFindings(HostState state, Snapshot now) {
    state
        .pending()
        .forEach(pending -> earlier.put(new Key(pending.code(), pending.path()), pending));
    state.open().forEach(alert -> open.add(alert.fingerprint()));
    bootMillis = state.boots().sinceMillis();
    nowMillis = now.takenAtMillis();
  }

  /** True if a finding about this function is to be told now. */
  boolean isOver(IsolationAlert finding, DevicePath path, TimeLimits limits) {
    if (open.contains(finding.fingerprint())) {
      return true;
    }
    PendingFinding before = earlier.get(new Key(finding.code(), path));
    PendingFinding now =
        before == null
            ? new PendingFinding(finding.code(), path, nowMillis, 1)
            : new PendingFinding(
                finding.code(),
                path,
                TimeLimits.notAfter(nowMillis, before.sinceMillis()),
                before.seen() + 1);
    if (limits.isOver(now, nowMillis)) {
      return true;
    }
    still.add(now);
    return false;
  }

  /** True of a finding that the first snapshot of the boot had too. */
  boolean waitsSinceBoot(IsolationAlert finding) {
    return finding.devices().stream()
        .map(device -> earlier.get(new Key(finding.code(), device.path())))
        .anyMatch(waiting -> waiting != null && waiting.sinceMillis() <= bootMillis);
  }

  /** What goes on pending, in order of code and place. */
  List<PendingFinding> still() {
    still.sort(Comparator.comparing(PendingFinding::code).thenComparing(PendingFinding::path));
    return still;
  }
}
