package io.acswatch.pci.liveupdate;

import java.util.List;

/**
 * Result of a judgement.
 *
 * @param state what to remember
 * @param alerts what changed: raised, updated and resolved alerts, the most urgent first
 */
public record Verdict(HostState state, List<IsolationAlert> alerts) {
  /** Copies the list. */
  public Verdict {
    alerts = List.copyOf(alerts);
  }
}
