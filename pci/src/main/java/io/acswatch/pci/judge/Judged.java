package io.acswatch.pci.judge;

import io.acswatch.pci.alert.IsolationAlert;
import java.util.List;

/** What a judgement gave; alerts are raised, updated or resolved, the most urgent first. */
public record Judged(HostState state, List<IsolationAlert> alerts) {
  public Judged {
    alerts = List.copyOf(alerts);
  }

  /**
   * The same, with the time of the broker for the first frame of a boot whose clock was ahead of
   * it.
   */
  public Judged notAfter(long appendedAtMillis) {
    BootHistory boots = state.history().notAfter(appendedAtMillis);
    return boots.equals(state.history()) ? this : new Judged(state.with(boots), alerts);
  }

  /**
   * True if a snapshot with the facts of the last one of {@code before} changed nothing but the
   * time at which they were last seen. Any other such snapshot will not either.
   */
  public boolean leaves(HostState before) {
    return alerts.isEmpty()
        && state.current() != before.current()
        && state.baseline() == before.baseline()
        && state.revision() == before.revision()
        && state.open().equals(before.open())
        && state.pending().isEmpty()
        && state.intendedOwners().equals(before.intendedOwners())
        && state.history().equals(before.history());
  }
}
