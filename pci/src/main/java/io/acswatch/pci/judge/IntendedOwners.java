package io.acswatch.pci.judge;

import io.acswatch.pci.groups.Assignment;
import io.acswatch.pci.groups.HostView;
import io.acswatch.pci.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Remembers who owned what when a host is drained: nobody claims anything while it boots. */
final class IntendedOwners {
  private IntendedOwners() {}

  /** What is to be remembered once {@code now} has been judged. */
  static List<Assignment> after(HostState state, HostView now) {
    if (!now.snapshot().owners().isEmpty()) {
      return List.of();
    }
    Snapshot last = state.current();
    return last == null || last.owners().isEmpty()
        ? state.intendedOwners()
        : assignments(new HostView(last));
  }

  private static List<Assignment> assignments(HostView view) {
    List<Assignment> assignments = new ArrayList<>();
    for (int i = 0; i < view.size(); i++) {
      if (view.isOwned(i)) {
        assignments.add(new Assignment(view.function(i).path(), view.owner(i)));
      }
    }
    assignments.sort(Comparator.comparing(Assignment::path));
    return assignments;
  }
}
