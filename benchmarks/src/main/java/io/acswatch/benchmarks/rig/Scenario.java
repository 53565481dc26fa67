package io.acswatch.benchmarks.rig;

import java.util.Locale;

/**
 * What the records of a run say. All but the first sweep over the hosts is what it is named for.
 */
public enum Scenario {
  /** The word that a host is as it was: what hosts send all day. */
  HEARTBEAT("unchanged frames, which name the last snapshot"),
  UNCHANGED("full snapshots, nothing changed"),
  /** Full snapshots; each time one drive has gone to a VM or come back. */
  CHANGED("full snapshots, a drive changed hands"),
  /** Full snapshots; each time a root port has lost an ACS bit or has it again. */
  ALERTING("full snapshots, a port lost or got back a bit: alerts each time");

  private final String description;

  Scenario(String description) {
    this.description = description;
  }

  public String description() {
    return description;
  }

  public boolean isSteady() {
    return this == HEARTBEAT;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
