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
final class Waiting {
  private record Key(AlertCode code, DevicePath path) {}

  private final Map<Key, Pending> earlier = new HashMap<>();
  private final Set<String> open = new HashSet<>();
  private final long nowMillis;
  private final List<Pending> still = new ArrayList<>();

  Waiting(HostState state, Snapshot now) {
    state
        .pending()
        .forEach(pending -> earlier.put(new Key(pending.code(), pending.path()), pending));
    state.open().forEach(alert -> open.add(alert.fingerprint()));
    nowMillis = now.takenAtMillis();
  }

  /** True if a finding about this function is to be told now. */
  boolean isOver(IsolationAlert finding, DevicePath path, Grace grace) {
    if (open.contains(finding.fingerprint())) {
      return true;
    }
    Pending before = earlier.get(new Key(finding.code(), path));
    Pending now =
        before == null
            ? new Pending(finding.code(), path, nowMillis, 1)
            : new Pending(finding.code(), path, before.sinceMillis(), before.seen() + 1);
    if (grace.isOver(now, nowMillis)) {
      return true;
    }
    still.add(now);
    return false;
  }

  /** What goes on waiting, in order of code and place. */
  List<Pending> still() {
    still.sort(Comparator.comparing(Pending::code).thenComparing(Pending::path));
    return still;
  }
}
